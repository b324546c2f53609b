package dev.aiocontext.internal.doctor;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A loop on a thread of its own, and its only notifier: the thread that opens this and calls everything here. It asks for
 * a piece of work, one at a time, and sees when that runs.
 */
final class TrialLoop implements AutoCloseable {
    private static final long SPIN = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long ECHO_PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final long GIVE_UP = TimeUnit.SECONDS.toNanos(60);

    /** So often in a row the loop must be seen asleep before it hangs: the JVM itself may halt a thread for a moment. */
    private static final int LOOKS = 50;

    private final AioContext ctx;
    private final ProbedDoorbell doorbell;
    private final Thread thread;
    private final BottomHalf work;
    private final SleepWatch sleep;
    private final CompletableFuture<Integer> loopTid = new CompletableFuture<>();

    /** The loop's, published by {@link #ran}. */
    private long ranAt;

    private volatile long ran;

    /** The notifier's; scheduling the work publishes it to the loop. */
    private long asked;

    // The notifier's.
    private long askedAt;
    private long returnedAt;
    private long echoesMissing;

    /**
     * Opens the loop.
     *
     * @param relay its relay
     * @param loseOneIn of how many rings its doorbell loses one; 0: none
     * @throws IllegalStateException in mode PROCESS, if a thread leaves SIGIO unblocked
     */
    TrialLoop(RelayMode relay, int loseOneIn) {
        AtomicReference<ProbedDoorbell> probed = new AtomicReference<>();
        ctx = Doorbell.withFault(
                real -> {
                    ProbedDoorbell probe = new ProbedDoorbell(real, loseOneIn);
                    probed.set(probe);
                    return probe;
                },
                () -> AioContext.builder().name("doctor").relay(relay).open());
        doorbell = Objects.requireNonNull(probed.get(), "the context has no doorbell");
        work = ctx.newBottomHalf("doctor", this::work);
        ctx.execute(() -> loopTid.complete(Libc.gettid()));
        thread = Thread.ofPlatform().name("doctor-loop").daemon().start(this::loop);
        sleep = new SleepWatch(loopTid.join());
    }

    private void loop() {
        try {
            ctx.run();
        } finally {
            loopTid.completeExceptionally(new IllegalStateException("the loop ended before it began"));
        }
    }

    private void work() {
        ranAt = System.nanoTime();
        ran = asked;
    }

    /** Waits until the loop has nothing left to do, the relay's echo included, and sleeps in the kernel. */
    void awaitBlocked() {
        long start = System.nanoTime();
        while (ctx.relayMode() != RelayMode.OFF && ctx.statistics().relayed() + echoesMissing < doorbell.rings()) {
            if (System.nanoTime() - start > ECHO_PATIENCE) {
                echoesMissing = doorbell.rings() - ctx.statistics().relayed();
            }
            pause(start);
        }
        while (!sleep.isAsleep()) {
            if (System.nanoTime() - start > GIVE_UP) {
                throw new IllegalStateException("the loop has not gone to sleep for a minute");
            }
            pause(start);
        }
    }

    /** Asks for work, and so wakes the loop if it is blocked. */
    void ask() {
        asked++;
        askedAt = System.nanoTime();
        work.schedule();
        returnedAt = System.nanoTime();
    }

    /**
     * Waits until the work has run.
     *
     * @param patience how long at least, in nanoseconds
     * @return false if it has not by then, and the loop sleeps: it hangs
     */
    boolean awaitRan(long patience) {
        int looks = 0;
        while (!hasRun()) {
            pause(askedAt);
            if (System.nanoTime() - askedAt > patience) {
                // A loop that was woken and only waits for a processor is not asleep: a busy machine is no hang.
                looks = sleep.isAsleep() ? looks + 1 : 0;
                if (looks == LOOKS && !hasRun()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Gets a loop that hangs going again: rings its real doorbell, and waits until the work has run. */
    void unhang() {
        doorbell.ringReal();
        if (!awaitRan(GIVE_UP)) {
            throw new IllegalStateException("the loop sleeps although its doorbell was rung a minute ago");
        }
    }

    private boolean hasRun() {
        return ran == asked;
    }

    /** Lets others have the processor: on a machine with two, the relay's thread needs this one's. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: it makes the times fairer
    private static void pause(long since) {
        if (System.nanoTime() - since < SPIN) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** How long the work that has run was waited for: from asking to running. */
    long latency() {
        return ranAt - askedAt;
    }

    /** How long asking took the notifier. */
    long cost() {
        return returnedAt - askedAt;
    }

    ProbedDoorbell doorbell() {
        return doorbell;
    }

    AioStatistics statistics() {
        return ctx.statistics();
    }

    @Override
    public void close() {
        work.delete();
        ctx.stop();
        doorbell.ringReal(); // stop's own ring may be the one that is lost
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the loop ends", e);
        }
        ctx.close();
        sleep.close();
    }
}
