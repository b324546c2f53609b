package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.AioContext;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A whole context that blocks in the kernel while another thread wakes it, in each of the three ways. */
public final class WholeLoop {
    private WholeLoop() {}

    /** What becomes of the loop. */
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "The loop was woken, or had not begun to wait.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "Lost wake-up: the loop slept on until it was rescued.")
    private static final class Woken {}

    /** By work. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Executes {
        private final Rescuer rescuer = new Rescuer();
        private int runs;

        /** Hands work over. */
        @Actor
        public void notifier() {
            rescuer.context.execute(() -> runs++);
            rescuer.awaitLoop();
        }

        /** Waits for it. */
        @Actor
        public void loop() {
            while (runs == 0) {
                rescuer.context.poll(true);
            }
            rescuer.loopIsBack();
            rescuer.context.close();
        }

        /**
         * Looks back.
         *
         * @param r whether the loop came back by itself
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = !rescuer.hasRescued() && runs == 1;
        }
    }

    /** By nothing but the wake-up. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Wakes {
        private final Rescuer rescuer = new Rescuer();

        private volatile boolean woken;

        /** Wakes. */
        @Actor
        public void notifier() {
            rescuer.context.wakeup();
            woken = true;
            rescuer.awaitLoop();
        }

        /** Waits for it. The context is closed after, not during the wake-up, which would throw. */
        @Actor
        public void loop() {
            rescuer.context.poll(true);
            rescuer.loopIsBack();
            while (!woken) {
                Thread.onSpinWait();
            }
            rescuer.context.close();
        }

        /**
         * Looks back.
         *
         * @param r whether the loop came back by itself
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = !rescuer.hasRescued();
        }
    }

    /** By {@link AioContext#stop}. */
    @JCStressTest
    @JCStressMeta(Woken.class)
    @OpensDescriptors
    @State
    public static class Stops {
        private final Rescuer rescuer = new Rescuer();

        /** Stops. */
        @Actor
        public void notifier() {
            rescuer.context.stop();
            rescuer.awaitLoop();
        }

        /** Runs until then. */
        @Actor
        public void loop() {
            rescuer.context.run();
            rescuer.loopIsBack();
            rescuer.context.close();
        }

        /**
         * Looks back.
         *
         * @param r whether the loop came back by itself
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = !rescuer.hasRescued();
        }
    }
}
