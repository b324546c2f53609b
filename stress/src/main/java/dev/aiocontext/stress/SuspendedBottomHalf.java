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

/** A bottom half is suspended or resumed while the loop takes it off its queue, and while it is scheduled. */
public final class SuspendedBottomHalf {
    private SuspendedBottomHalf() {}

    /** What becomes of a scheduling: what the last run saw, and the number of runs. */
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Run once, when it is resumed.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Lost: resumed, and never run.")
    @Outcome(expect = FORBIDDEN, desc = "Run for nobody, or without what came before.")
    private static final class RunOnce {}

    /** Scheduled and suspended, so that its entry may be dropped, and resumed. */
    @JCStressTest
    @JCStressMeta(RunOnce.class)
    @State
    public static class ResumedMeanwhile {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules, and suspends. */
        public ResumedMeanwhile() {
            it.schedule();
            it.flags.suspend();
        }

        /** Resumes. */
        @Actor
        public void resumer() {
            it.data = 1;
            it.resume();
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
    @JCStressMeta(RunOnce.class)
    @State
    public static class ResumedWhenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle, and suspends. */
        public ResumedWhenIdle() {
            it.scheduleIdle();
            it.flags.suspend();
        }

        /** Resumes. */
        @Actor
        public void resumer() {
            it.data = 1;
            it.resume();
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

    /** Resumed while it is scheduled: one of the two queues it. */
    @JCStressTest
    @JCStressMeta(RunOnce.class)
    @State
    public static class ResumedAndScheduled {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Suspends. */
        public ResumedAndScheduled() {
            it.flags.suspend();
        }

        /** Schedules. */
        @Actor
        public void scheduler() {
            it.data = 1;
            it.schedule();
        }

        /** Resumes. */
        @Actor
        public void resumer() {
            it.resume();
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

    /** Resumed by two threads, while the loop drops its entry. */
    @JCStressTest
    @JCStressMeta(RunOnce.class)
    @State
    public static class TwoResumers {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules, and suspends. */
        public TwoResumers() {
            it.data = 1;
            it.schedule();
            it.flags.suspend();
        }

        /** Resumes. */
        @Actor
        public void one() {
            it.resume();
        }

        /** Resumes. */
        @Actor
        public void other() {
            it.resume();
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

    /** Suspended while it is scheduled, and taken: it runs, or waits for the resume. */
    @JCStressTest
    @JCStressMeta(RunOnce.class)
    @State
    public static class SuspendedAndScheduled {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Suspends. */
        @Actor
        public void suspender() {
            it.flags.suspend();
        }

        /** Schedules. */
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
         * Drops what is left in the queue, if it was not run, and resumes.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            it.poll();
            it.resume();
            it.end(r);
        }
    }

    /** Suspended while the loop takes it off its queue: it stays suspended. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Suspended, and run once: before that, or when it is resumed.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "No longer suspended.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or run twice.")
    @State
    public static class SuspendedMeanwhile {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        public SuspendedMeanwhile() {
            it.schedule();
        }

        /** Suspends. */
        @Actor
        public void suspender() {
            it.flags.suspend();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Resumes, and runs what is left.
         *
         * @param r whether it was suspended, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            boolean suspended = it.flags.isSuspended();
            it.resume();
            it.end(r);
            r.r1 = suspended ? 1 : 0;
        }
    }

    /** Scheduled while it is suspended, and taken: it is not run before it is resumed. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Run when it is resumed.")
    @Outcome(id = "1, .*", expect = FORBIDDEN, desc = "Run while it was suspended.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or run twice.")
    @State
    public static class ScheduledMeanwhile {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Suspends. */
        public ScheduledMeanwhile() {
            it.flags.suspend();
        }

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
         * Runs what is left, resumes, and runs what is left then.
         *
         * @param r the number of runs while it was suspended, and at the end
         */
        @Arbiter
        public void end(II_Result r) {
            it.end(r);
            int before = r.r2;
            it.resume();
            it.end(r);
            r.r1 = before;
        }
    }
}
