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
 * J, Netty until 2016: coalescing without a second look.
 *
 * <p>Writing to the eventfd once for many tasks is what makes a loop fast: the first submitter sets {@code wakenUp} and
 * writes, the others find it set and go home. So a submitter that comes between the loop's look and its reset leaves a task
 * that nobody announces:
 *
 * <pre>
 *     submitter                               loop
 *                                               look at the tasks: none
 *       offer the task
 *       wakenUp is 1: no write
 *                                               wakenUp = 0
 *                                               epoll_wait
 * </pre>
 *
 * "The task might be pended until epoll_wait was timed out." The repair looks again after the reset.
 *
 * <p>Source: Netty pull request 5258 (2016-05-13), commit 877767da00. Without it a loop that is embedded in another still has
 * this hole: issue 15922 and pull request 15937 (2025), where the outer loop's work was not part of the look.
 */
public final class NoSecondLook {
    private NoSecondLook() {}

    /** Looks, resets, waits. */
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
            task.set(true);
            written = wakenUp.compareAndSet(0, 1);
        }

        /**
         * {@code run()} up to its wait.
         *
         * @param r whether it finds the task
         */
        @Actor
        public void loop(Z_Result r) {
            r.r1 = task.get();
            wakenUp.getAndSet(0);
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

    /** Resets, looks, waits. */
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
            task.set(true);
            written = wakenUp.compareAndSet(0, 1);
        }

        /**
         * {@code run()} up to its wait.
         *
         * @param r whether it finds the task
         */
        @Actor
        public void loop(Z_Result r) {
            wakenUp.getAndSet(0);
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
