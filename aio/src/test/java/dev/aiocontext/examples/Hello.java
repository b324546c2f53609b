package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import java.time.Duration;

public final class Hello {
    public static void main(String[] args) {
        try (EventNotifier eventfd = EventNotifier.open();
                AioContext ctx = AioContext.open()) {
            ctx.after(Duration.ofMillis(100), () -> System.out.println("a timer: 100 ms are over"));
            ctx.after(Duration.ofMillis(200), eventfd::set); // or any thread
            ctx.onReadable(eventfd.fd(), (source, events) -> { // any other descriptor will do as well
                System.out.println("a descriptor: " + events);
                source.close();
                ctx.threadPool().submit(() -> 6 * 7).thenAccept(answer -> {
                    System.out.println(Thread.currentThread().getName() + " hears from a worker: " + answer);
                    ctx.stop();
                });
            });
            ctx.run();
        }
    }
}
