package dev.aiocontext.jmh.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A loop over {@code java.nio.channels.Selector}, as one writes it by hand: a concurrent queue beside it, and {@code
 * wakeup()} after each task that is put there. A key's attachment is the handler of its channel.
 */
public final class SelectorLoop implements TaskLoop {
    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    /** Opens the selector and starts the thread. */
    public SelectorLoop() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread = Thread.ofPlatform().name("selector").start(this::run);
    }

    /**
     * The selector.
     *
     * @return what the loop waits with
     */
    public Selector selector() {
        return selector;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void run() {
        try {
            while (!stopped) {
                selector.select(SelectorLoop::handle);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void handle(SelectionKey key) {
        ((Runnable) key.attachment()).run();
    }

    @Override
    public void close() {
        stopped = true;
        selector.wakeup();
        Threads.join(thread);
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
