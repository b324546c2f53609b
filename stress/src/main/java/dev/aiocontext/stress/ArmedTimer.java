package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.timer.TimerEntry;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/** Another thread arms a timer while the loop goes to sleep: the loop wakes up for it in time. */
public final class ArmedTimer {
    private ArmedTimer() {}

    /** Until when the loop sleeps (0: not at all), and whether it wakes up in time. */
    @Outcome(
            id = ".*, true",
            expect = ACCEPTABLE,
            desc = "It does not sleep, or not for longer than that, or it is rung for.")
    @Outcome(expect = FORBIDDEN, desc = "The loop sleeps past the timer.")
    private static final class NotSleptPast {}

    /** Armed, while another timer keeps the loop asleep for longer. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class Earlier {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms the other timer. */
        public Earlier() {
            loop.armAtHome(TimerLoop.newTimer(), 100);
        }

        /** Arms. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /**
         * Goes to sleep.
         *
         * @param r until when
         */
        @Actor
        public void loop(JZ_Result r) {
            r.r1 = loop.sleep();
        }

        /**
         * Looks at the doorbell.
         *
         * @param r whether the loop wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r2 = loop.wakesBy(r.r1, 50);
        }
    }

    /** Armed for earlier than it is in the wheel. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class MovedEarlier {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public MovedEarlier() {
            loop.armAtHome(timer, 100);
        }

        /** Arms it for earlier. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /**
         * Goes to sleep.
         *
         * @param r until when
         */
        @Actor
        public void loop(JZ_Result r) {
            r.r1 = loop.sleep();
        }

        /**
         * Looks at the doorbell.
         *
         * @param r whether the loop wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r2 = loop.wakesBy(r.r1, 50);
        }
    }

    /** Armed again, while the loop finds that it was disarmed, and takes it off the wheel. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class DisarmedThenAgain {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it, and disarms it. */
        public DisarmedThenAgain() {
            loop.armAtHome(timer, 50);
            timer.disarm();
        }

        /** Arms it again, when the wheel would look at it. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /**
         * Goes to sleep.
         *
         * @param r until when
         */
        @Actor
        public void loop(JZ_Result r) {
            r.r1 = loop.sleep();
        }

        /**
         * Looks at the doorbell.
         *
         * @param r whether the loop wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r2 = loop.wakesBy(r.r1, 50);
        }
    }

    /** Armed for after the wait that ends, while the loop goes into the next one, which is longer. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class NextSleep {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry first = TimerLoop.newTimer();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Sleeps. */
        public NextSleep() {
            loop.armAtHome(first, 50);
            loop.sleep();
            first.disarm();
        }

        /** Arms. */
        @Actor
        public void other() {
            loop.arm(timer, 60);
        }

        /**
         * Goes to sleep once more.
         *
         * @param r until when
         */
        @Actor
        public void loop(JZ_Result r) {
            loop.wake();
            r.r1 = loop.sleep();
        }

        /**
         * Looks at the doorbell.
         *
         * @param r whether the loop wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r2 = loop.wakesBy(r.r1, 60);
        }
    }

    /** Armed for earlier than by another thread, which has put it into the queue, while the loop takes it from there. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class Again {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it. */
        public Again() {
            loop.arm(timer, 100);
        }

        /** Arms it for earlier. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /** Takes what is in the queue. */
        @Actor
        public void loop() {
            loop.wake();
        }

        /**
         * Takes what is left, and goes to sleep.
         *
         * @param r until when, and whether that is in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            loop.wake();
            r.r1 = loop.sleep();
            r.r2 = r.r1 <= 50;
        }
    }

    /** Armed again after it was disarmed, while the loop takes its entry from the queue. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class DisarmedInQueue {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it, and disarms it. */
        public DisarmedInQueue() {
            loop.arm(timer, 100);
            timer.disarm();
        }

        /** Arms it again. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /** Takes what is in the queue. */
        @Actor
        public void loop() {
            loop.wake();
        }

        /**
         * Takes what is left, and goes to sleep.
         *
         * @param r until when, and whether that is in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            loop.wake();
            r.r1 = loop.sleep();
            r.r2 = r.r1 <= 50;
        }
    }

    /** Armed for later and then for when the wheel meets it, while the loop files it for earlier. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class ToAndFro {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Arms it, and arms it for earlier. */
        public ToAndFro() {
            loop.armAtHome(timer, 100);
            loop.arm(timer, 50);
        }

        /** Arms it twice. */
        @Actor
        public void other() {
            loop.arm(timer, 200);
            loop.arm(timer, 100);
        }

        /** Takes what is in the queue. */
        @Actor
        public void loop() {
            loop.wake();
        }

        /**
         * Takes what is left, and goes to sleep.
         *
         * @param r until when, and whether that is in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            loop.wake();
            r.r1 = loop.sleep();
            r.r2 = r.r1 <= 100;
        }
    }

    /** Armed by two threads for earlier than by a third one, which has put it into the queue and did not need to ring. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class TwoEarlier {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();
        private final long sleepsUntil;

        /** Sleeps. */
        public TwoEarlier() {
            loop.armAtHome(TimerLoop.newTimer(), 60);
            sleepsUntil = loop.sleep();
            loop.arm(timer, 100);
        }

        /** Arms it. */
        @Actor
        public void one() {
            loop.arm(timer, 50);
        }

        /** Arms it, too. */
        @Actor
        public void other() {
            loop.arm(timer, 40);
        }

        /**
         * Looks at the doorbell: the loop has been asleep all the time.
         *
         * @param r whether it wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r1 = sleepsUntil;
            r.r2 = loop.wakesBy(sleepsUntil, 50);
        }
    }

    /** Armed by a thread that gets an Error when it rings, and by one that does not. */
    @JCStressTest
    @JCStressMeta(NotSleptPast.class)
    @State
    public static class AnotherStops {
        private final TimerLoop loop = new TimerLoop();
        private final TimerEntry timer = TimerLoop.newTimer();

        /** Sleeps. */
        public AnotherStops() {
            loop.sleep();
        }

        /** Arms, and stops. */
        @Actor
        public void stopping() {
            loop.armAndStop(timer, 50);
        }

        /** Arms. */
        @Actor
        public void other() {
            loop.arm(timer, 50);
        }

        /**
         * Looks at the doorbell: the loop has been asleep all the time.
         *
         * @param r whether it wakes up in time
         */
        @Arbiter
        public void end(JZ_Result r) {
            r.r1 = TimerEntry.NEVER;
            r.r2 = loop.wakesBy(r.r1, 50);
        }
    }
}
