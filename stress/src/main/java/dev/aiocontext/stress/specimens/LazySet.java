package dev.aiocontext.stress.specimens;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * G, Netty 2019: {@code lazySet} before the wait.
 *
 * <p>{@code wakenUp} is 1 while nobody needs to write to the eventfd. The loop resets it before it looks at its tasks for the
 * last time, by {@code lazySet}: "ordered store is sufficient here since the only access outside this thread is a getAndSet
 * in the wakeup() method". The store was ordered after what came before it. It is the load after it that matters:
 *
 * <pre>
 *     submitter                               loop
 *                                               wakenUp = 0       (in the store buffer)
 *                                               look at the tasks: none
 *       offer the task
 *       getAndSet(1) gives 1: no write
 *                                               wakenUp = 0       (now others see it)
 *                                               epoll_wait
 * </pre>
 *
 * It was in 4.1.40 and reverted the same day, in 4.1.41, with two other changes, because test suites hung. The pull request
 * that reverted has the explanation: "full volatile writes for all of them are required". A volatile store repaired it, in
 * 4.1.42; it was not the only thing wrong (pull request 9581).
 *
 * <p>Source: Netty pull requests 9535 (2019-09-04), 9561 (2019-09-12; the comment is of 2019-09-19) and 9586 (2019-09-23),
 * commits 4ab3d760cb and 3527c9a807; the comment quoted is in 5316ff68da.
 */
public final class LazySet {
    private LazySet() {}

    /** With a release store. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicInteger wakenUp = new AtomicInteger(1);
        private final AtomicBoolean task = new AtomicBoolean();
        private boolean written;

        /** {@code execute()} and {@code wakeup()}. */
        @Actor
        public void submitter() {
            task.setRelease(true);
            written = wakenUp.getAndSet(1) == 0;
        }

        /**
         * {@code run()} up to its wait.
         *
         * @param r whether it finds the task
         */
        @Actor
        public void loop(Z_Result r) {
            wakenUp.lazySet(0);
            r.r1 = task.get();
        }

        /**
         * The loop waits, unless it found the task.
         *
         * @param r whether it did, or the eventfd was written
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= written;
        }
    }

    /** With a volatile store. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicInteger wakenUp = new AtomicInteger(1);
        private final AtomicBoolean task = new AtomicBoolean();
        private boolean written;

        /** {@code execute()} and {@code wakeup()}. */
        @Actor
        public void submitter() {
            task.setRelease(true);
            written = wakenUp.getAndSet(1) == 0;
        }

        /**
         * {@code run()} up to its wait.
         *
         * @param r whether it finds the task
         */
        @Actor
        public void loop(Z_Result r) {
            wakenUp.set(0);
            r.r1 = task.get();
        }

        /**
         * The loop waits, unless it found the task.
         *
         * @param r whether it did, or the eventfd was written
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= written;
        }
    }
}
