package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.timer.TimerEntry;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A timer is armed, disarmed or closed by other threads while the loop fires it: each arming fires once, or is replaced. */
public final class TimerStress {
    private TimerStress() {}

    /** Armed for later while it is due. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "It has fired, and fires again for the later arming.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It fires for the later arming alone.")
    @Outcome(expect = FORBIDDEN, desc = "The later arming is lost, or has fired early.")
    @State
    public static class Later {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public Later() {
            loop.armAtHome(timer, 10);
        }

        /** Arms it for later. */
        @Actor
        public void other() {
            loop.arm(timer, 20);
        }

        /**
         * Fires what is due.
         *
         * @param r how many have fired
         */
        @Actor
        public void loop(II_Result r) {
            r.r1 = loop.fire(10);
        }

        /**
         * Goes on.
         *
         * @param r how many fire at the later time
         */
        @Arbiter
        public void end(II_Result r) {
            loop.wake();
            r.r2 = loop.fire(19) == 0 ? loop.fire(20) : -1;
        }
    }

    /** Disarmed while it is due. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Disarmed.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Fired: it was too late to disarm it.")
    @Outcome(expect = FORBIDDEN, desc = "Both, or neither.")
    @State
    public static class DisarmedMeanwhile {
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public DisarmedMeanwhile() {
            TimerLoop.armAlone(timer, 10, 0);
        }

        /**
         * Disarms it.
         *
         * @param r whether it was armed
         */
        @Actor
        public void other(II_Result r) {
            r.r1 = timer.disarm() ? 1 : 0;
        }

        /**
         * Fires what is due.
         *
         * @param r how many have fired
         */
        @Actor
        public void loop(II_Result r) {
            r.r2 = timer.fire(10) == TimerEntry.NOT_FIRED ? 0 : 1;
        }
    }

    /** Two threads arm it, each with a period of its own. */
    @JCStressTest
    @Outcome(id = "20, 3", expect = ACCEPTABLE, desc = "The arming of one, as a whole.")
    @Outcome(id = "30, 5", expect = ACCEPTABLE, desc = "The arming of the other, as a whole.")
    @Outcome(expect = FORBIDDEN, desc = "The deadline of one with the period of the other.")
    @State
    public static class TwoArmings {
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        @Actor
        public void one() {
            TimerLoop.armAlone(timer, 20, 3);
        }

        /** Arms it, too. */
        @Actor
        public void other() {
            TimerLoop.armAlone(timer, 30, 5);
        }

        /**
         * Fires it.
         *
         * @param r its deadline and its period
         */
        @Arbiter
        public void end(JJ_Result r) {
            r.r1 = timer.deadline();
            timer.fire(r.r1);
            r.r2 = timer.deadline() - r.r1;
        }
    }

    /** Armed with another period, twice, while it fires. */
    @JCStressTest
    @Outcome(
            id = "(1010|30|2030|40|3040), 3000",
            expect = ACCEPTABLE,
            desc = "What is fired is an arming as a whole, and so is what is left.")
    @Outcome(expect = FORBIDDEN, desc = "An arming is overwritten, or mixed with another.")
    @State
    public static class PeriodMeanwhile {
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public PeriodMeanwhile() {
            TimerLoop.armAlone(timer, 10, 1000);
        }

        /** Arms it twice. */
        @Actor
        public void other() {
            TimerLoop.armAlone(timer, 30, 2000);
            TimerLoop.armAlone(timer, 40, 3000);
        }

        /**
         * Fires it.
         *
         * @param r what it is armed for then
         */
        @Actor
        public void loop(JJ_Result r) {
            timer.fire(50);
            r.r1 = timer.deadline();
        }

        /**
         * Fires it.
         *
         * @param r its period
         */
        @Arbiter
        public void end(JJ_Result r) {
            long deadline = timer.deadline();
            timer.fire(deadline);
            r.r2 = timer.deadline() - deadline;
        }
    }

    /** Armed again after it was disarmed, while the loop takes it from those that were armed for the past. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "It fires in this round.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It fires in the next round.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or fired twice.")
    @State
    public static class Overdue {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it for the past, and disarms it. */
        public Overdue() {
            loop.fire(10);
            loop.armAtHome(timer, 5);
            timer.disarm();
        }

        /** Arms it again. */
        @Actor
        public void other() {
            loop.arm(timer, 7);
        }

        /**
         * Fires what is due.
         *
         * @param r how many have fired
         */
        @Actor
        public void loop(II_Result r) {
            r.r1 = loop.fire(11);
        }

        /**
         * Goes on.
         *
         * @param r how many fire then
         */
        @Arbiter
        public void end(II_Result r) {
            loop.wake();
            r.r2 = loop.fire(12);
        }
    }

    /** Armed again after it was disarmed, while the loop meets its old entry. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "It fires for the new arming.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, fired early, or fired twice.")
    @State
    public static class MetMeanwhile {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it, and disarms it. */
        public MetMeanwhile() {
            loop.armAtHome(timer, 10);
            timer.disarm();
        }

        /** Arms it again. */
        @Actor
        public void other() {
            loop.arm(timer, 15);
        }

        /**
         * Fires what is due.
         *
         * @param r how many have fired
         */
        @Actor
        public void loop(II_Result r) {
            r.r1 = loop.fire(10);
        }

        /**
         * Goes on.
         *
         * @param r how many fire then
         */
        @Arbiter
        public void end(II_Result r) {
            loop.wake();
            r.r2 = loop.fire(15);
        }
    }

    /** Closed while it is armed. */
    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "Closed.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Alive again.")
    @State
    public static class ClosedMeanwhile {
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        @Actor
        public void other() {
            TimerLoop.armAlone(timer, 10, 0);
        }

        /** Closes it. */
        @Actor
        public void closer() {
            timer.shut();
        }

        /**
         * Looks.
         *
         * @param r whether it is closed, and does not fire
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = timer.isClosed() && timer.fire(10) == TimerEntry.NOT_FIRED;
        }
    }

    /** Closed while it is due. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Fired, then closed.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Closed, and so not fired.")
    @Outcome(expect = FORBIDDEN, desc = "Alive again.")
    @State
    public static class ClosedWhenDue {
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public ClosedWhenDue() {
            TimerLoop.armAlone(timer, 10, 3);
        }

        /** Closes it. */
        @Actor
        public void closer() {
            timer.shut();
        }

        /**
         * Fires what is due.
         *
         * @param r whether it has fired
         */
        @Actor
        public void loop(ZZ_Result r) {
            r.r1 = timer.fire(10) != TimerEntry.NOT_FIRED;
        }

        /**
         * Looks.
         *
         * @param r whether it is closed
         */
        @Arbiter
        public void end(ZZ_Result r) {
            r.r2 = timer.isClosed();
        }
    }

    /** A timer that may be suspended, as the library's are. */
    private static final class Suspendable extends TimerEntry {
        private volatile boolean suspended = true;

        Suspendable() {
            super(TimerLoop.EXACT);
        }

        @Override
        protected boolean isHeld() {
            return suspended;
        }
    }

    /** Resumed while it is due: as the library does it, by a volatile mark and an announcement. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The loop sees that it is resumed.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The announcement has it filed anew.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or fired twice.")
    @State
    public static class ResumedMeanwhile {
        private final TimerLoop loop = new TimerLoop();
        private final Suspendable timer = new Suspendable();

        /** Arms it. */
        public ResumedMeanwhile() {
            loop.armAtHome(timer, 10);
        }

        /** Resumes it. */
        @Actor
        public void other() {
            timer.suspended = false;
            loop.queue.announce(timer);
        }

        /**
         * Fires what is due, if it is not suspended.
         *
         * @param r how many have fired
         */
        @Actor
        public void loop(II_Result r) {
            r.r1 = loop.fire(10);
        }

        /**
         * Goes on.
         *
         * @param r how many fire then
         */
        @Arbiter
        public void end(II_Result r) {
            loop.wake();
            r.r2 = loop.fire(11);
        }
    }
}
