package dev.aiocontext.faults;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SigioSource;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A program that wakes a loop, at least so often as its argument says and until its standard input ends, while it collects
 * garbage, comes to safepoints and starts other programs all the time. Whoever started it sends it signals meanwhile.
 */
final class Storm {
    private static final int NOTIFIERS = 3;
    private static final int BURST = 100;

    private final LoopThread loop;
    private final long least;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong ran = new AtomicLong();
    private final AtomicLong signals = new AtomicLong();
    private final AtomicLong collections = new AtomicLong();
    private final AtomicLong children = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean over;

    private Storm(LoopThread loop, long least) {
        this.loop = loop;
        this.least = least;
    }

    public static void main(String[] args) throws IOException {
        Storm storm;
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(MonitorMode.EPOLL).open())) {
            storm = new Storm(loop, Long.parseLong(args[0]));
            if (loop.context.relayMode() != RelayMode.OFF) {
                SigioSource.on(loop.context, signal -> storm.signals.incrementAndGet());
            }
            storm.run();
            System.out.println("relay " + loop.context.relayMode());
            System.out.println("rescues " + loop.context.statistics().relay().rescues());
        }
        System.out.println("asked " + storm.asked);
        System.out.println("ran " + storm.ran);
        System.out.println("signals " + storm.signals);
        System.out.println("collections " + storm.collections);
        System.out.println("children " + storm.children);
        System.out.println("failures " + storm.failures);
    }

    private void run() throws IOException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < NOTIFIERS; i++) {
            threads.add(start(this::wake));
        }
        threads.add(start(this::collect));
        threads.add(start(this::startPrograms));
        System.out.println("ready");
        System.out.flush();
        while (System.in.read() >= 0) {
            // not over yet
        }
        over = true;
        Rounds.join(threads);
        Eventually.holds("all arrive", () -> ran.get() == asked.get());
        loop.awaitBlocked();
    }

    private Thread start(Task task) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        });
    }

    private interface Task {
        void run() throws Exception;
    }

    /** Bursts, each of which must have arrived before the next: in between the loop mostly blocks. */
    private void wake() {
        AtomicLong mine = new AtomicLong();
        for (long sent = 0; !over || sent < least / NOTIFIERS; ) {
            for (int i = 0; i < BURST; i++) {
                loop.context.execute(() -> {
                    mine.incrementAndGet();
                    ran.incrementAndGet();
                });
            }
            asked.addAndGet(BURST);
            sent += BURST;
            long expected = sent;
            Eventually.holds("a burst arrives", () -> mine.get() == expected);
        }
    }

    private void collect() {
        do {
            System.gc();
            collections.incrementAndGet();
        } while (!over);
    }

    private void startPrograms() throws Exception {
        do { // one at least, on the busiest machine
            int status = new ProcessBuilder("true").start().waitFor();
            if (status != 0) {
                throw new AssertionError("true ended with " + status);
            }
            children.incrementAndGet();
        } while (!over);
    }
}
