package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.internal.loop.Hop;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A thread is parked until the loop hands it the result of a call; the result meets an interrupt, and the end of the context. */
public final class HopHandsOver {
    private HopHandsOver() {}

    /** The result alone. A caller that sleeps on would hang the test. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The result.")
    @Outcome(expect = FORBIDDEN, desc = "Something else than the result.")
    @State
    public static class Result extends OneHop {
        /**
         * Waits.
         *
         * @param r what it gets
         */
        @Actor
        public void caller(I_Result r) {
            r.r1 = get(push());
        }

        /** Makes the call. */
        @Actor
        public void loop() {
            take().run();
        }
    }

    /** The caller leaves, as an interrupt or a time-out has it leave. */
    @JCStressTest
    @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "It gets the result.")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "It leaves before the call begins, which is never made.")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "It leaves during the call, whose result is dropped.")
    @Outcome(expect = FORBIDDEN, desc = "The call is not made, and the caller waits on; or it is made twice.")
    @State
    public static class ResultOrLeft extends OneHop {
        /**
         * Leaves.
         *
         * @param r whether it left, and else what it gets
         */
        @Actor
        public void caller(ZI_Result r) {
            Hop<Integer> hop = push();
            r.r1 = hop.giveUp();
            if (!r.r1) {
                get(hop);
            }
        }

        /** Makes the call. */
        @Actor
        public void loop() {
            take().run();
        }

        /**
         * Counts.
         *
         * @param r how often the call was made
         */
        @Arbiter
        public void end(ZI_Result r) {
            r.r2 = made;
        }
    }

    /** A real interrupt, of a caller that is about to park or parked. */
    @JCStressTest
    @Outcome(id = "1, 1, true", expect = ACCEPTABLE, desc = "The result, and the interrupt is pending.")
    @Outcome(
            id = "-1, 0, false",
            expect = ACCEPTABLE,
            desc = "Interrupted before the call begins, which is never made.")
    @Outcome(id = "-1, 1, false", expect = ACCEPTABLE, desc = "Interrupted during the call, whose result is dropped.")
    @Outcome(expect = FORBIDDEN, desc = "The interrupt is lost or told twice, or the result is.")
    @State
    public static class ResultOrInterrupt extends OneHop {
        private volatile @Nullable Thread caller;
        private volatile boolean interrupted;

        /**
         * Waits.
         *
         * @param r what it gets, and whether an interrupt is pending
         */
        @Actor
        public void caller(IIZ_Result r) {
            caller = Thread.currentThread();
            try {
                r.r1 = push().get();
            } catch (InterruptedException e) {
                r.r1 = -1;
            }
            while (!interrupted) {
                Thread.onSpinWait();
            }
            r.r3 = Thread.interrupted();
        }

        /** Makes the call. */
        @Actor
        public void loop() {
            take().run();
        }

        /** Interrupts. */
        @Actor
        public void interrupter() {
            take();
            Thread waiting = caller;
            if (waiting != null) {
                waiting.interrupt();
            }
            interrupted = true;
        }

        /**
         * Counts.
         *
         * @param r how often the call was made
         */
        @Arbiter
        public void end(IIZ_Result r) {
            r.r2 = made;
        }
    }

    /** A whole context that another thread closes. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Accepted, and made at the latest by close().")
    @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "Refused.")
    @Outcome(expect = FORBIDDEN, desc = "Refused and made, or made twice.")
    @OpensDescriptors
    @State
    public static class CallAndClose {
        private final AioContext context = AioContext.open();
        private int made;

        /**
         * Asks.
         *
         * @param r what it gets
         */
        @Actor
        public void caller(II_Result r) {
            try {
                r.r1 = context.<Integer>call(() -> ++made);
            } catch (RejectedExecutionException closed) {
                r.r1 = -1;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        /** Closes. */
        @Actor
        public void closer() {
            context.close();
        }

        /**
         * Counts.
         *
         * @param r how often the call was made
         */
        @Arbiter
        public void end(II_Result r) {
            r.r2 = made;
        }
    }

    /** A thread that waits for a descriptor of a context that another thread closes. It would hang the test if nobody told it. */
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "It is told that the context is closed.")
    @Outcome(expect = FORBIDDEN, desc = "It is told of an event that has not occurred.")
    @OpensDescriptors
    @State
    public static class AwaitAndClose {
        private static final EventNotifier NEVER_SET = EventNotifier.open();

        private final AioContext context = AioContext.open();

        /**
         * Waits.
         *
         * @param r what it is told
         */
        @Actor
        public void waiter(I_Result r) {
            try {
                r.r1 = context.awaitReady(NEVER_SET.fd(), FdEvents.READ).toPoll();
            } catch (IllegalStateException closed) {
                r.r1 = -1;
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** Closes. */
        @Actor
        public void closer() {
            context.close();
        }
    }
}
