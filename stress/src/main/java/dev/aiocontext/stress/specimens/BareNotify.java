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
 * F, QEMU for a week in 2015: a notification with no work behind it.
 *
 * <p>Since the repair of B, a notifier that sees nobody about to sleep leaves the doorbell alone: whoever comes to sleep will
 * look first, and find the work. But there need not be any. A thread that waited for the context's lock notified, only to
 * make the owner leave its poll:
 *
 * <pre>
 *     waits for the lock                      has the lock
 *       notify_me is 0: no ring
 *                                               notify_me = 1
 *                                               look: nothing to do
 *                                               sleeps, with the lock
 * </pre>
 *
 * The repair schedules an empty bottom half instead, which the look finds. This library keeps a bare wake-up as a request.
 *
 * <p>Source: QEMU commit ca96ac44dc (2015-07-28, "AioContext: force event loop iteration using BH"), which names eabc977973
 * (2015-07-21), the repair of {@link DispatchingFlag}, as the cause.
 */
public final class BareNotify {
    private BareNotify() {}

    /** Rings, or leaves no trace. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean notifyMe = new AtomicBoolean();
        private boolean rung;

        /** {@code aio_notify()}. */
        @Actor
        public void waitsForTheLock() {
            VarHandle.fullFence();
            rung = notifyMe.get();
        }

        /** {@code aio_poll()} up to its wait: there are no bottom halves to find. */
        @Actor
        public void hasTheLock() {
            notifyMe.set(true);
        }

        /**
         * The owner sleeps.
         *
         * @param r whether it was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = rung;
        }
    }

    /** Leaves an empty bottom half. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean scheduled = new AtomicBoolean();
        private final AtomicBoolean notifyMe = new AtomicBoolean();
        private boolean rung;

        /** {@code qemu_bh_schedule()} of a bottom half that does nothing. */
        @Actor
        public void waitsForTheLock() {
            if (!scheduled.getAndSet(true)) {
                VarHandle.fullFence();
                rung = notifyMe.get();
            }
        }

        /**
         * {@code aio_poll()} up to its wait.
         *
         * @param r whether it finds the bottom half
         */
        @Actor
        public void hasTheLock(Z_Result r) {
            notifyMe.set(true);
            VarHandle.fullFence();
            r.r1 = scheduled.get();
        }

        /**
         * The owner sleeps, unless it found something.
         *
         * @param r whether it did, or was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }
}
