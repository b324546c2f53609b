package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;

/** The first program: a descriptor and two other threads, and callbacks that all run on the thread that called run(). */
public final class Hello {
    public static void main(String[] args) {
        try (EventNotifier eventfd = EventNotifier.open();
                AioContext ctx = AioContext.open()) {
            ctx.onReadable(eventfd.fd(), (source, events) -> { // any other descriptor will do as well
                System.out.println(Thread.currentThread().getName() + ": the eventfd says " + events);
                source.close();
                ctx.threadPool().submit(() -> 6 * 7).thenAccept(answer -> {
                    System.out.println(Thread.currentThread().getName() + ": a worker says " + answer);
                    ctx.stop();
                });
            });
            Thread.startVirtualThread(eventfd::set);
            ctx.run();
        }
    }
}
