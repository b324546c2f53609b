package dev.aiocontext;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.WorkQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A bottom half is scheduled while the loop takes it off its queue, where an earlier scheduling put it: it runs once more, or
 * its run of the earlier one sees what came before the later one. In the library's package, which alone sees the class.
 */
public final class BottomHalfStress {
    private BottomHalfStress() {}

    /** What becomes of a scheduling: what the last run saw, and the number of runs. */
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One run did for both.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Run for each.")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "Lost: no run sees what the later scheduling was for.")
    @Outcome(expect = FORBIDDEN, desc = "Run for nobody, or not at all.")
    private static final class NoneLost {}

    /** The loop and its queues, around the flags. */
    private static final class Loop {
        private final BottomHalfFlags flags = new BottomHalfFlags();
        private final WorkQueue<Loop> work = new WorkQueue<>(2);
        private final WorkQueue<Loop> idleWork = new WorkQueue<>(2);
        private int data;
        private int seen;
        private int runs;

        void schedule() {
            if (flags.schedule() == BottomHalfFlags.Then.PUSH) {
                work.push(this);
            }
        }

        void scheduleIdle() {
            if (flags.scheduleIdle()) {
                idleWork.push(this);
            }
        }

        void run() {
            run(work);
            run(idleWork);
        }

        private void run(WorkQueue<Loop> queue) {
            long end = queue.end();
            for (Loop next = queue.take(end); next != null; next = queue.take(end)) {
                if (BottomHalfFlags.isToBeCalled(flags.take())) {
                    seen = data;
                    runs++;
                }
            }
        }

        void end(II_Result r) {
            run();
            r.r1 = seen;
            r.r2 = runs;
        }
    }

    /** Scheduled, and scheduled again. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Again {
        private final Loop loop = new Loop();

        /** Schedules. */
        public Again() {
            loop.schedule();
        }

        /** Schedules again, for something new. */
        @Actor
        public void scheduler() {
            loop.data = 1;
            loop.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            loop.run();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            loop.end(r);
        }
    }

    /** Scheduled when idle, and then at once: among the idle ones it is not overlooked. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class IdleThenAtOnce {
        private final Loop loop = new Loop();

        /** Schedules when idle. */
        public IdleThenAtOnce() {
            loop.scheduleIdle();
        }

        /** Schedules, for something new. */
        @Actor
        public void scheduler() {
            loop.data = 1;
            loop.schedule();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            loop.run();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            loop.end(r);
        }
    }

    /** Scheduled, and then when idle: one such scheduling in 22,854 was lost once. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class AtOnceThenIdle {
        private final Loop loop = new Loop();

        /** Schedules. */
        public AtOnceThenIdle() {
            loop.schedule();
        }

        /** Schedules when idle, for something new. */
        @Actor
        public void scheduler() {
            loop.data = 1;
            loop.scheduleIdle();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            loop.run();
        }

        /**
         * Runs what is left.
         *
         * @param r what the last run saw, and the number of runs
         */
        @Arbiter
        public void end(II_Result r) {
            loop.end(r);
        }
    }

    /** Scheduled again, with nothing around the flags that would keep stores and loads apart. */
    @JCStressTest
    @Outcome(
            id = "true",
            expect = ACCEPTABLE,
            desc = "The run sees what the later scheduling was for, or another follows.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Lost: no run sees what the later scheduling was for.")
    @State
    public static class FlagsAlone {
        private final BottomHalfFlags flags = new BottomHalfFlags();
        private int data;
        private boolean pushed;

        /** Schedules. */
        public FlagsAlone() {
            flags.schedule();
        }

        /** Schedules again, for something new. */
        @Actor
        public void scheduler() {
            data = 1;
            pushed = flags.schedule() == BottomHalfFlags.Then.PUSH;
        }

        /**
         * Takes it, and calls it.
         *
         * @param r whether the callback sees it
         */
        @Actor
        public void loop(Z_Result r) {
            flags.take();
            r.r1 = data == 1;
        }

        /**
         * What was pushed will be called.
         *
         * @param r whether it is seen
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= pushed;
        }
    }

    /** Deleted while the loop takes it off its queue: it stays deleted. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "Deleted.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Alive again.")
    @State
    public static class DeletedMeanwhile {
        private final Loop loop = new Loop();

        /** Schedules. */
        public DeletedMeanwhile() {
            loop.schedule();
        }

        /** Deletes. */
        @Actor
        public void deleter() {
            loop.flags.delete();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            loop.run();
        }

        /**
         * Looks.
         *
         * @param r whether it is deleted
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = loop.flags.isDeleted();
        }
    }
}
