package dev.aiocontext.stress.specimens;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * S, Netty 2022 to 2024: a signal restarts the whole timeout.
 *
 * <p>The loop waits for its next timer by the timeout of {@code epoll_wait}. A signal ends the call with EINTR, and the native
 * code calls it again, with the timeout that it was given:
 *
 * <pre>
 *     profiler                                loop
 *                                               a timer is due at 2: epoll_wait(timeout = 2)
 *       SIGVTALRM at 1                          EINTR: epoll_wait(timeout = 2), which would end at 3
 *       SIGVTALRM at 2                          EINTR: epoll_wait(timeout = 2), which would end at 4
 *       ...                                     the timer never fires while the signals come
 * </pre>
 *
 * A sampling profiler made timeouts late by seconds, or they never came. The repair measures how long the call took, and waits for
 * what is left. It had a slip of its own until 2026: nanoseconds were divided by 1,000 to get milliseconds, so that the rest was
 * far too long.
 *
 * <p>This library repairs it in the same way. A wait that a signal has ended is called again, in the same poll, with what the clock has
 * left of the timeout.
 *
 * <p>Source: Netty issue 14368 (2024-09-24; since 4.1.76) and pull request 14425 (2024-10-31); issue 16244 and pull request 16245
 * (2026-02-09).
 */
public final class RestartedTimeout {
    private static final int DUE = 2;
    private static final int END = 3;

    private RestartedTimeout() {}

    /** The time, and one signal for each step of it. */
    private static final class Kernel {
        private final AtomicInteger time = new AtomicInteger();

        void signals() {
            for (int i = 0; i < END; i++) {
                for (int pause = 0; pause < 32; pause++) {
                    Thread.onSpinWait();
                }
                time.incrementAndGet();
            }
        }

        /** {@code epoll_wait}: ends at a time, or by a signal, which is a step of the time here. */
        int await(int since, int end) {
            int now = time.get();
            while (now == since && now < end) {
                Thread.onSpinWait();
                now = time.get();
            }
            return now;
        }
    }

    /** Waits again with the whole timeout. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "The wait ended when its time was over.")
    @Outcome(id = "false", expect = ACCEPTABLE_INTERESTING, desc = "Late: the time is over, and the loop waits on.")
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final Kernel kernel = new Kernel();

        /** A profiler. */
        @Actor
        public void profiler() {
            kernel.signals();
        }

        /**
         * {@code netty_epoll_native_epollWait} for a timer that is due at 2.
         *
         * @param r whether it ended when its time was over
         */
        @Actor
        public void loop(Z_Result r) {
            int now = kernel.time.get();
            int timeout = DUE - now;
            int end = now + timeout;
            while (now < DUE) {
                now = kernel.await(now, end);
                if (now < end) { // EINTR
                    end = now + timeout;
                }
            }
            r.r1 = now >= end;
        }
    }

    /** Waits for what is left. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "The wait ended when its time was over.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Late: the time is over, and the loop waits on.")
    @State
    public static class AsRepaired {
        private final Kernel kernel = new Kernel();

        /** A profiler. */
        @Actor
        public void profiler() {
            kernel.signals();
        }

        /**
         * {@code netty_epoll_wait} for a timer that is due at 2.
         *
         * @param r whether it ended when its time was over
         */
        @Actor
        public void loop(Z_Result r) {
            int now = kernel.time.get();
            int deadline = DUE;
            while (now < deadline) {
                now = kernel.await(now, deadline); // the rest, after EINTR
            }
            r.r1 = now >= deadline;
        }
    }
}
