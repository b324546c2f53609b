package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.AioContext;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A whole context that blocks in the kernel while another thread wakes it, in each of the three ways. A wake-up that is lost
 * is a loop that hangs, which jcstress reports as a timeout.
 */
public final class WholeLoop {
    private WholeLoop() {}

    /** The loop came back. */
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "The loop was woken, or had not begun to wait.")
    @Outcome(expect = FORBIDDEN, desc = "The task was run twice, or not at all.")
    private static final class ComesBack {}

    /** By work. */
    @JCStressTest
    @JCStressMeta(ComesBack.class)
    @OpensDescriptors
    @State
    public static class Executes {
        private final AioContext context = AioContext.open();
        private int runs;

        /** Hands work over. */
        @Actor
        public void notifier() {
            context.execute(() -> runs++);
        }

        /**
         * Waits for it.
         *
         * @param r how often it was run
         */
        @Actor
        public void loop(I_Result r) {
            while (runs == 0) {
                context.poll(true);
            }
            context.close();
            r.r1 = runs;
        }
    }

    /** By nothing but the wake-up. */
    @JCStressTest
    @JCStressMeta(ComesBack.class)
    @OpensDescriptors
    @State
    public static class Wakes {
        private final AioContext context = AioContext.open();
        private volatile boolean woken;

        /** Wakes. */
        @Actor
        public void notifier() {
            context.wakeup();
            woken = true;
        }

        /**
         * Waits for it. The context is closed after, not during the wake-up, which would throw.
         *
         * @param r that it came back
         */
        @Actor
        public void loop(I_Result r) {
            context.poll(true);
            while (!woken) {
                Thread.onSpinWait();
            }
            context.close();
            r.r1 = 1;
        }
    }

    /** By {@link AioContext#stop}. */
    @JCStressTest
    @JCStressMeta(ComesBack.class)
    @OpensDescriptors
    @State
    public static class Stops {
        private final AioContext context = AioContext.open();

        /** Stops. */
        @Actor
        public void notifier() {
            context.stop();
        }

        /**
         * Runs until then.
         *
         * @param r that it came back
         */
        @Actor
        public void loop(I_Result r) {
            context.run();
            context.close();
            r.r1 = 1;
        }
    }
}
