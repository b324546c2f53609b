package dev.aiocontext.stress.specimens;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * D, QEMU until 2020: an atomic addition is no fence.
 *
 * <p>The loop says "notify me" by an atomic addition and then looks at the bottom halves by plain loads. A sequentially
 * consistent addition of C11 is ordered among such operations only; on aarch64 its store may come after the loads:
 *
 * <pre>
 *     worker                                  loop
 *                                               notify_me += 2    (loaded and added, not stored yet)
 *                                               look at scheduled: 0
 *       scheduled = 1
 *       fence
 *       notify_me is 0: no ring
 *                                               notify_me += 2    (now others see it)
 *                                               sleeps
 * </pre>
 *
 * {@code qemu-img convert} hung on aarch64 machines with many processors, half of the time on one with 96; builders of images
 * ran it with a single coroutine for its sake (osbuild pull request 657). The repair stores plainly, since one thread alone writes, and then puts a full fence.
 *
 * <p><b>x86-64 cannot show this:</b> there every atomic read-modify-write is a full fence. aarch64 may; HotSpot compiles the
 * addition to {@code ldaddal}, or to {@code ldaxr} and {@code stlxr}, neither of which keeps later loads back until its store
 * is seen. {@link ReleaseAcquire} is what x86-64 shows of the same mistake.
 *
 * <p>Source: QEMU commit 5710a3e09f (2020-04-07, "async: use explicit memory barriers"); Launchpad bug 1805256. The same was
 * found in {@code aio_wait_kick()} (7455ff1aa0, 2022) and in oneTBB (pull request 2136), where it is explained well.
 */
public final class MissingFence {
    private MissingFence() {}

    /** An addition, and a plain load. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @State
    public static class AsItWas {
        private final AtomicBoolean scheduled = new AtomicBoolean();
        private final AtomicInteger notifyMe = new AtomicInteger();
        private boolean rung;

        /** {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            scheduled.setOpaque(true);
            VarHandle.fullFence();
            rung = notifyMe.getOpaque() != 0;
        }

        /**
         * {@code aio_poll()} up to its wait.
         *
         * @param r whether it finds work
         */
        @Actor
        public void loop(Z_Result r) {
            notifyMe.getAndAdd(2);
            r.r1 = scheduled.getOpaque();
        }

        /**
         * The loop sleeps, unless it found work.
         *
         * @param r whether the work was found, or it was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }

    /** A store, a fence, and a load. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean scheduled = new AtomicBoolean();
        private final AtomicInteger notifyMe = new AtomicInteger();
        private boolean rung;

        /** {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            scheduled.setOpaque(true);
            VarHandle.fullFence();
            rung = notifyMe.getOpaque() != 0;
        }

        /**
         * {@code aio_poll()} up to its wait.
         *
         * @param r whether it finds work
         */
        @Actor
        public void loop(Z_Result r) {
            notifyMe.setOpaque(notifyMe.getOpaque() + 2);
            VarHandle.fullFence();
            r.r1 = scheduled.getOpaque();
        }

        /**
         * The loop sleeps, unless it found work.
         *
         * @param r whether the work was found, or it was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }
}
