package dev.aiocontext.stress.specimens;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * I, again and again: "release stores and acquire loads are enough".
 *
 * <p>They are, to hand something over: who reads the flag sees what was stored before it. Here neither side hands anything
 * over. Each stores its own and then reads the other's, and all depends on that not both of them come too early. No release
 * and no acquire forbids a load to pass an earlier store of something else, and every processor makes use of that:
 *
 * <pre>
 *     notifier                                loop
 *       work = 1      (in the store buffer)     armed = 1         (in the store buffer)
 *       armed is 0: no ring
 *                                               work is 0: sleeps
 *       work = 1      (now others see it)       armed = 1         (now others see it)
 * </pre>
 *
 * It needs a full fence on <em>both</em> sides; this is what the two in the library's {@code Wakeup} are for.
 *
 * <p>Source: "I'm sure that nothing stronger than Acquire/Release semantics <em>should</em> be necessary here", and then this
 * very program: futures-rs pull request 219 (2017). Without the fence in one of the sides only: {@link LateClear}, {@link
 * MissingFence}, {@link LazySet}.
 */
public final class ReleaseAcquire {
    private ReleaseAcquire() {}

    /** With release stores and acquire loads. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean work = new AtomicBoolean();
        private final AtomicBoolean armed = new AtomicBoolean();
        private boolean rung;

        /** Publishes, and rings if need be. */
        @Actor
        public void notifier() {
            work.setRelease(true);
            rung = armed.getAcquire();
        }

        /**
         * Arms and looks again.
         *
         * @param r whether it finds work
         */
        @Actor
        public void loop(Z_Result r) {
            armed.setRelease(true);
            r.r1 = work.getAcquire();
        }

        /**
         * The loop sleeps, unless it found work.
         *
         * @param r whether it did, or was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }

    /** With a full fence on both sides. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean work = new AtomicBoolean();
        private final AtomicBoolean armed = new AtomicBoolean();
        private boolean rung;

        /** Publishes, and rings if need be. */
        @Actor
        public void notifier() {
            work.setRelease(true);
            VarHandle.fullFence();
            rung = armed.getAcquire();
        }

        /**
         * Arms and looks again.
         *
         * @param r whether it finds work
         */
        @Actor
        public void loop(Z_Result r) {
            armed.setRelease(true);
            VarHandle.fullFence();
            r.r1 = work.getAcquire();
        }

        /**
         * The loop sleeps, unless it found work.
         *
         * @param r whether it did, or was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }
}
