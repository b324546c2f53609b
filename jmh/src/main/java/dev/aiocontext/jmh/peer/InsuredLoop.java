package dev.aiocontext.jmh.peer;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SleepWatch;
import dev.aiocontext.internal.wakeup.Doorbell;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The library's loop with an insurance against lost wake-ups, and a doorbell that can be made deaf to see what the insurance
 * is worth.
 */
public final class InsuredLoop implements NotifiedLoop {
    private static final String RELAY_THREAD_NAME = "aiocontext-sigio-relay";
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final AioContext context;
    private final BottomHalf bottomHalf;
    private final Thread home;
    private final SleepWatch watch;
    private final @Nullable SleepWatch relayWatch;
    private final List<Thread> others;
    private @Nullable PeriodicTimer timer;

    private volatile boolean deaf;
    private volatile long runs;

    /** What makes good for a wake-up that was lost. */
    public enum Insurance {
        /** Nothing. */
        NONE,
        /** The relay, {@link RelayMode#THREAD}. */
        RELAY_THREAD,
        /** The relay, {@link RelayMode#DEFERRED}. */
        RELAY_DEFERRED,
        /** The relay, {@link RelayMode#PROCESS}. */
        RELAY_PROCESS,
        /** The loop never waits for longer than 10 ms. */
        WAIT_10MS,
        /** The loop never waits for longer than 100 ms. */
        WAIT_100MS;

        private RelayMode relay() {
            return switch (this) {
                case RELAY_THREAD -> RelayMode.THREAD;
                case RELAY_DEFERRED -> RelayMode.DEFERRED;
                case RELAY_PROCESS -> RelayMode.PROCESS;
                default -> RelayMode.OFF;
            };
        }

        /**
         * How often it looks whether there is something to make good for.
         *
         * @return the time between two looks; zero if there are none
         */
        public Duration period() {
            return this == RELAY_DEFERRED ? Duration.ofMillis(1) : bound();
        }

        /** The longest wait of the loop; zero if there is none. */
        private Duration bound() {
            return switch (this) {
                case WAIT_10MS -> Duration.ofMillis(10);
                case WAIT_100MS -> Duration.ofMillis(100);
                default -> Duration.ZERO;
            };
        }
    }

    /**
     * Starts the loop.
     *
     * @param insurance its insurance
     */
    public InsuredLoop(Insurance insurance) {
        context = Doorbell.withFault(
                this::doorbell,
                () -> Polling.OFF
                        .applyTo(AioContext.builder().relay(insurance.relay()))
                        .open());
        bottomHalf = context.newBottomHalf("benchmark", this::run);
        if (!insurance.bound().isZero()) {
            timer = new PeriodicTimer(context, insurance.bound());
        }
        home = Thread.ofPlatform().name("insured").start(context::run);
        int[] tid = new int[1];
        Threads.runOn(context, () -> tid[0] = Libc.gettid());
        watch = new SleepWatch(tid[0]);
        relayWatch = insurance.relay() == RelayMode.OFF ? null : SleepWatch.named(RELAY_THREAD_NAME);
        others = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(RELAY_THREAD_NAME))
                .toList();
    }

    private Doorbell doorbell(Doorbell real) {
        return arming -> {
            if (!deaf) {
                real.ring(arming);
            }
        };
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // by the loop's thread only
    private void run() {
        runs++;
    }

    /**
     * Makes the doorbell deaf, or mends it.
     *
     * @param nowDeaf whether no ring gets through from now on
     */
    public void deafen(boolean nowDeaf) {
        deaf = nowDeaf;
    }

    @Override
    public void wake() {
        bottomHalf.schedule();
    }

    @Override
    public long runs() {
        return runs;
    }

    /** First the relay's thread, which the last wake-up has made runnable, then the loop, which that thread has. */
    @Override
    public void settle() {
        if (relayWatch != null) {
            relayWatch.awaitSleep();
        }
        watch.awaitSleep();
    }

    @Override
    public long loopNanos() {
        return THREADS.getThreadCpuTime(home.threadId());
    }

    @Override
    public long otherNanos() {
        long nanos = 0;
        for (Thread other : others) {
            nanos += THREADS.getThreadCpuTime(other.threadId());
        }
        return nanos;
    }

    @Override
    public void close() {
        deaf = false;
        watch.close();
        if (relayWatch != null) {
            relayWatch.close();
        }
        bottomHalf.close();
        context.stop();
        Threads.join(home);
        if (timer != null) {
            timer.close();
        }
        context.close();
    }
}
