package dev.aiocontext.stress.specimens;

import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * X, tokio 2019: an earlier timer does not wake the sleeper.
 *
 * <p>A queue of timers sleeps until its first deadline. What is inserted sets that deadline if the queue was not sleeping, and leaves
 * it alone otherwise:
 *
 * <pre>
 *     another task                            the queue
 *                                               the first deadline is 10,000
 *                                               delay = 10,000, sleep
 *       insert a timer for 600
 *       there is a delay: nothing to do
 *                                               wakes up at 10,000
 * </pre>
 *
 * The repair compares, and wakes up the sleeper if the new deadline is earlier than its delay. What a sleeper
 * sleeps to was got wrong in more ways: the delay of the timer that was inserted last, though others were earlier (tokio issue 1700); and a heap whose
 * first element is not the least (JDK 25, JDK-8370887).
 *
 * <p>Source: tokio issues 849 (2019-01-14, the same by {@code reset_at}) and 854 (2019-01-16), pull requests 863 and 871.
 */
public final class EarlierTimer {
    private static final long FIRST = 10_000;
    private static final long EARLIER = 600;
    private static final long NONE = Long.MAX_VALUE;

    private EarlierTimer() {}

    /** Wakes only a queue that has no delay. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicLong first = new AtomicLong(FIRST);
        private final AtomicLong delay = new AtomicLong(NONE);
        private boolean woken;

        /** {@code insert_at()}. */
        @Actor
        public void other() {
            first.accumulateAndGet(EARLIER, Math::min);
            woken = delay.get() == NONE;
        }

        /**
         * {@code poll_expired()} up to its wait.
         *
         * @param r whether it finds the earlier timer
         */
        @Actor
        public void queue(Z_Result r) {
            long next = first.get();
            delay.set(next);
            r.r1 = next == EARLIER;
        }

        /**
         * The queue sleeps until its delay is over.
         *
         * @param r whether that is for the earlier timer, or it was woken
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= woken;
        }
    }

    /** Wakes a queue whose delay is longer. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicLong first = new AtomicLong(FIRST);
        private final AtomicLong delay = new AtomicLong(NONE);
        private boolean woken;

        /** {@code insert_at()}. */
        @Actor
        public void other() {
            first.accumulateAndGet(EARLIER, Math::min);
            woken = EARLIER < delay.get();
        }

        /**
         * {@code poll_expired()} up to its wait.
         *
         * @param r whether it finds the earlier timer
         */
        @Actor
        public void queue(Z_Result r) {
            long next = first.get();
            delay.set(next);
            r.r1 = next == EARLIER;
        }

        /**
         * The queue sleeps until its delay is over.
         *
         * @param r whether that is for the earlier timer, or it was woken
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= woken;
        }
    }
}
