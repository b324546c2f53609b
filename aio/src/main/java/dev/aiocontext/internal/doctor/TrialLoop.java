package dev.aiocontext.internal.doctor;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioStatistics;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A loop on a thread of its own, for its only notifier: the thread that opens this and calls everything here. It sends
 * errands, and sees whether they run.
 */
final class TrialLoop implements AutoCloseable {
    /** The name of a loop whose doorbell is lossy on purpose. */
    static final String LOSSY = "doctor, lossy";

    private static final String INTACT = "doctor";

    private static final long SPIN = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PAUSE = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long ECHO_PATIENCE = TimeUnit.SECONDS.toNanos(1);
    private static final long GIVE_UP = TimeUnit.SECONDS.toNanos(60);

    /** So often in a row the loop must be seen asleep before it hangs: the JVM itself may halt a thread for a moment. */
    private static final int LOOKS = 50;

    private final AioContext ctx;
    private final ProbedDoorbell doorbell;
    private final Thread thread;
    private final SleepWatch sleep;

    /** Whether each ring has an echo of the relay. */
    private final boolean echoes;

    private final List<Errand> errands = new ArrayList<>();
    private long echoesMissing;

    /**
     * Opens the loop.
     *
     * @param relay its relay
     * @param loseOneIn of how many rings its doorbell loses one; 0: none
     * @throws IllegalStateException in mode PROCESS, if a thread leaves SIGIO unblocked
     */
    TrialLoop(RelayMode relay, int loseOneIn) {
        echoes = relay == RelayMode.THREAD || relay == RelayMode.PROCESS;
        AtomicReference<ProbedDoorbell> probed = new AtomicReference<>();
        ctx = Doorbell.withFault(
                real -> {
                    ProbedDoorbell probe = new ProbedDoorbell(real, loseOneIn);
                    probed.set(probe);
                    return probe;
                },
                () -> AioContext.builder()
                        .name(loseOneIn == 0 ? INTACT : LOSSY)
                        .relay(relay)
                        .polling(Duration.ZERO) // a loop that polls is rung more seldom
                        .open());
        doorbell = Objects.requireNonNull(probed.get(), "the context has no doorbell");
        CompletableFuture<Integer> tid = new CompletableFuture<>();
        thread = Thread.ofPlatform().name("doctor-loop").daemon().start(() -> {
            tid.complete(Libc.gettid());
            ctx.run();
        });
        sleep = new SleepWatch(tid.join());
    }

    Errand newErrand() {
        Errand errand = new Errand(ctx);
        errands.add(errand);
        return errand;
    }

    /** Waits until the loop has nothing left to do, the relay's echo included, and sleeps in the kernel, its processor halted. */
    void awaitBlocked() {
        long start = System.nanoTime();
        while (echoes && ctx.statistics().relay().relayed() + echoesMissing < doorbell.rings()) {
            if (System.nanoTime() - start > ECHO_PATIENCE) {
                echoesMissing = doorbell.rings() - ctx.statistics().relay().relayed();
            }
            pause(start);
        }
        while (!sleep.isAsleep()) {
            if (System.nanoTime() - start > GIVE_UP) {
                throw new IllegalStateException("the loop has not gone to sleep for a minute");
            }
            pause(start);
        }
        SleepWatch.awaitHalt();
    }

    /**
     * Waits until an errand has run.
     *
     * @param patience how long at least, in nanoseconds
     * @return false if it has not by then, and the loop sleeps: it hangs
     */
    boolean awaitRan(Errand errand, long patience) {
        long start = System.nanoTime();
        int looks = 0;
        while (!errand.hasRun()) {
            pause(start);
            if (System.nanoTime() - start > patience) {
                // A loop that was woken and only waits for a processor is not asleep: a busy machine is no hang.
                looks = sleep.isAsleep() ? looks + 1 : 0;
                if (looks == LOOKS && !errand.hasRun()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Gets a loop that hangs going again: rings its real doorbell, and waits until the errand has run. */
    void unhang(Errand errand) {
        doorbell.ringReal();
        if (!awaitRan(errand, GIVE_UP)) {
            throw new IllegalStateException("the loop sleeps although its doorbell was rung a minute ago");
        }
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

    ProbedDoorbell doorbell() {
        return doorbell;
    }

    AioStatistics statistics() {
        return ctx.statistics();
    }

    @Override
    public void close() {
        errands.forEach(Errand::delete);
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
