package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.wakeup.Wakeup;
import dev.aiocontext.internal.wakeup.WorkQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A notifier gets an Error at one step of its call, while another notifier and the loop go on: these two lose nothing. */
public final class AnotherStops {
    private AnotherStops() {}

    /** What becomes of the loop: whether its second look found work, and whether it is rung for. */
    @Outcome(id = "1, .", expect = ACCEPTABLE, desc = "The second look found work.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The loop blocks and is woken.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Deaf: the other notifier relied on the one that stopped.")
    private static final class NoneLost {}

    /** A wake-up whose doorbell throws for one thread. */
    private static final class Loop {
        private final WorkQueue<Item> work = new WorkQueue<>(2);
        private final AtomicInteger rings = new AtomicInteger();
        private final boolean ringsBefore;
        private final Wakeup wakeup = new Wakeup(this::ring);

        /** Plain: a thread finds itself here if it has stored it, and never by a race. */
        private @Nullable Thread stopping;

        Loop(boolean ringsBefore) {
            this.ringsBefore = ringsBefore;
        }

        private void ring(long arming) {
            boolean stops = Thread.currentThread() == stopping;
            if (ringsBefore || !stops) {
                rings.incrementAndGet();
            }
            if (stops) {
                throw new Stop();
            }
        }

        /** As {@link #publish}, but the doorbell throws. */
        void publishAndStop() {
            stopping = Thread.currentThread();
            try {
                publish();
            } catch (Stop expected) {
                return;
            } finally {
                stopping = null;
            }
        }

        void publish() {
            work.push(new Item());
            wakeup.ringAfterPush();
        }
    }

    /** It stops when it is about to ring. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class BeforeRing {
        private final Loop loop = new Loop(false);

        /** Arms. */
        public BeforeRing() {
            loop.wakeup.arm();
        }

        /** Publishes, and stops. */
        @Actor
        public void stopping() {
            loop.publishAndStop();
        }

        /** Publishes and rings. */
        @Actor
        public void other() {
            loop.publish();
        }

        /**
         * Looks at the doorbell: the loop has been blocked all the time.
         *
         * @param r whether it was rung
         */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = Math.min(1, loop.rings.get());
        }
    }

    /** It stops when it has rung, and not marked it. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class BeforeMark {
        private final Loop loop = new Loop(true);

        /** Arms. */
        public BeforeMark() {
            loop.wakeup.arm();
        }

        /** Publishes and rings for the first arming, or the second, and stops. */
        @Actor
        public void stopping() {
            loop.publishAndStop();
        }

        /**
         * Ends a wait, takes what is there, and begins the next: the ring of the one that stopped may be for either.
         *
         * @param r whether the second look found work
         */
        @Actor
        public void loop(II_Result r) {
            loop.wakeup.disarm();
            loop.rings.set(0); // drained
            Item.names(loop.work);
            loop.wakeup.arm();
            r.r1 = loop.work.isEmpty() ? 0 : 1;
        }

        /**
         * Publishes and rings, as the next notifier, and looks at the doorbell.
         *
         * @param r whether it was rung
         */
        @Arbiter
        public void end(II_Result r) {
            loop.publish();
            r.r2 = Math.min(1, loop.rings.get());
        }
    }

    /** It stops when it is about to ring, and a loop is about to block. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class OfThree {
        private final Loop loop = new Loop(false);

        /** Publishes, and stops. */
        @Actor
        public void stopping() {
            loop.publishAndStop();
        }

        /** Publishes and rings. */
        @Actor
        public void other() {
            loop.publish();
        }

        /**
         * Arms and looks again.
         *
         * @param r whether it found work
         */
        @Actor
        public void loop(II_Result r) {
            loop.wakeup.arm();
            r.r1 = loop.work.isEmpty() ? 0 : 1;
        }

        /**
         * Looks at the doorbell.
         *
         * @param r whether it was rung
         */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = Math.min(1, loop.rings.get());
        }
    }
}
