package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Several schedule a bottom half, one of them gets an Error after it pushed it and before it marked it as queued, and the
 * loop takes what there is. What may follow is an entry too many, which no run comes of.
 */
public final class StoppedScheduler {
    private StoppedScheduler() {}

    /** What becomes of the scheduling that did not stop: what the last run saw, and the number of runs. */
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One run did for all.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Two runs.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "Lost: it relied on the one that stopped.")
    @Outcome(expect = FORBIDDEN, desc = "An entry too many was run, or there was no run.")
    private static final class NoneLost {}

    /** One has stopped before: its entry is there, unmarked. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Before {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules, and stops. */
        public Before() {
            it.scheduleAndStop();
        }

        /** Schedules, for something new. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
        }
    }

    /** The same, when idle. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class BeforeWhenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle, and stops. */
        public BeforeWhenIdle() {
            it.scheduleIdleAndStop();
        }

        /** Schedules when idle, for something new. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.scheduleIdle();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
        }
    }

    /** One stops meanwhile. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Meanwhile {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules, and stops. */
        @Actor
        public void stopping() {
            it.scheduleAndStop();
        }

        /** Schedules, for something new. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
        }
    }

    /** The same, when idle. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class MeanwhileWhenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle, and stops. */
        @Actor
        public void stopping() {
            it.scheduleIdleAndStop();
        }

        /** Schedules when idle, for something new. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.scheduleIdle();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
        }
    }

    /** None stops, and the bottom half was scheduled before: a mark may come after the take. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class TwoMarks {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        public TwoMarks() {
            it.schedule();
        }

        /** Schedules. */
        @Actor
        public void other() {
            it.schedule();
        }

        /** Schedules, for something new. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
        }
    }

    /** The mark comes after the loop has taken the entry: the next scheduling must not rely on it. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class MarkAfterTake {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        @Actor
        public void scheduler() {
            it.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Schedules, for something new, and runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.data = 1;
            it.schedule();
            it.end(r);
        }
    }
}
