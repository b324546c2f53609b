package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.BottomHalfFlags;
import dev.aiocontext.internal.wakeup.QueueMark;
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
 * its run of the earlier one sees what came before the later one.
 */
public final class BottomHalfStress {
    private BottomHalfStress() {}

    /** What becomes of a scheduling: what the last run saw, and the number of runs. */
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "One run did for both.")
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "Run for each.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "Lost: no run sees what the later scheduling was for.")
    @Outcome(expect = FORBIDDEN, desc = "Run for nobody, or not at all.")
    private static final class NoneLost {}

    /** Scheduled, and scheduled again. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Again {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        public Again() {
            it.schedule();
        }

        /** Schedules again, for something new. */
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

    /** Scheduled when idle, and then at once: among the idle ones it is not overlooked. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class IdleThenAtOnce {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle. */
        public IdleThenAtOnce() {
            it.scheduleIdle();
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

    /** Scheduled, and then when idle: one such scheduling in 22,854 was lost once. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class AtOnceThenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        public AtOnceThenIdle() {
            it.schedule();
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

    /** Scheduled and cancelled, so that its entry is there and nothing is wanted, and scheduled again. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class CancelledThenAgain {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules, and takes it back. */
        public CancelledThenAgain() {
            it.schedule();
            it.flags.cancel();
        }

        /** Schedules again, for something new. */
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
    public static class CancelledThenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle, and takes it back. */
        public CancelledThenIdle() {
            it.scheduleIdle();
            it.flags.cancel();
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

    /** Scheduled again, with nothing around the flags and the mark that would keep stores and loads apart. */
    @JCStressTest
    @Outcome(
            id = "true",
            expect = ACCEPTABLE,
            desc = "The run sees what the later scheduling was for, or another follows.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Lost: no run sees what the later scheduling was for.")
    @State
    public static class FlagsAlone {
        private final BottomHalfFlags flags = new BottomHalfFlags();
        private final QueueMark mark = new QueueMark();
        private int data;
        private boolean pushes;

        /** Schedules. */
        public FlagsAlone() {
            flags.schedule();
            mark.pushed(mark.ticket());
        }

        /** Schedules again, for something new. */
        @Actor
        public void scheduler() {
            data = 1;
            flags.schedule();
            pushes = !mark.isQueued(mark.ticket());
        }

        /**
         * Takes it, and calls it.
         *
         * @param r whether the callback sees it
         */
        @Actor
        public void loop(Z_Result r) {
            mark.take(1);
            r.r1 = BottomHalfFlags.isDue(flags.takeDue()) && data == 1;
        }

        /**
         * What was pushed will be called.
         *
         * @param r whether it is seen
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= pushes;
        }
    }

    /** What becomes of a deletion. */
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "Deleted.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Alive again.")
    private static final class Deleted {}

    /** Deleted while the loop takes it off its queue: it stays deleted. */
    @JCStressTest
    @JCStressMeta(Deleted.class)
    @State
    public static class DeletedMeanwhile {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules. */
        public DeletedMeanwhile() {
            it.schedule();
        }

        /** Deletes. */
        @Actor
        public void deleter() {
            it.flags.close();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Looks.
         *
         * @param r whether it is deleted
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = it.flags.isClosed();
        }
    }

    /** The same, off the queue of idle ones. */
    @JCStressTest
    @JCStressMeta(Deleted.class)
    @State
    public static class DeletedWhenIdle {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Schedules when idle. */
        public DeletedWhenIdle() {
            it.scheduleIdle();
        }

        /** Deletes. */
        @Actor
        public void deleter() {
            it.flags.close();
        }

        /** Runs what there is. */
        @Actor
        public void loop() {
            it.poll();
        }

        /**
         * Looks.
         *
         * @param r whether it is deleted
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = it.flags.isClosed();
        }
    }

    /** Deleted while it is scheduled: it stays deleted. */
    @JCStressTest
    @JCStressMeta(Deleted.class)
    @State
    public static class DeletedAndScheduled {
        private final QueuedBottomHalf it = new QueuedBottomHalf();

        /** Deletes. */
        @Actor
        public void deleter() {
            it.flags.close();
        }

        /** Schedules. */
        @Actor
        public void scheduler() {
            it.schedule();
        }

        /**
         * Looks.
         *
         * @param r whether it is deleted
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = it.flags.isClosed();
        }
    }
}
