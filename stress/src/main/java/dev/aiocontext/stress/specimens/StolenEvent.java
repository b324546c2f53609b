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
 * E, QEMU until 2018: a foreign poll steals the event.
 *
 * <p>Any thread was allowed a non-blocking poll of any context, and every poll drained the doorbell. The main thread allows
 * the descriptors of the guest again, rings for the I/O thread, and polls its context once for good measure:
 *
 * <pre>
 *     main thread                             I/O thread
 *                                               notify_me = 1
 *                                               look: the guest's descriptors are off
 *       descriptors on
 *       notify_me: rings
 *       aio_poll(ctx, false): drains it
 *                                               sleeps, without the guest's descriptors
 * </pre>
 *
 * The guest's disk was dead from then on. The repair drains after a blocking poll only, and allows that to the home thread
 * alone. In this library nobody else may poll at all.
 *
 * <p>Source: QEMU commit b37548fcd1 (2018-08-09, "aio: Do aio_notify_accept only during blocking aio_poll").
 */
public final class StolenEvent {
    private StolenEvent() {}

    /** Every poll drains. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean descriptorsOn = new AtomicBoolean();
        private final AtomicBoolean notifyMe = new AtomicBoolean();
        private final AtomicBoolean doorbell = new AtomicBoolean();

        /** {@code bdrv_drained_end()}, and then {@code bdrv_set_aio_context()}. */
        @Actor
        public void mainThread() {
            descriptorsOn.set(true);
            VarHandle.fullFence();
            if (notifyMe.get()) {
                doorbell.set(true);
            }
            doorbell.set(false); // aio_notify_accept() in its own aio_poll(ctx, false)
        }

        /**
         * {@code aio_poll(ctx, true)} up to its wait.
         *
         * @param r whether it will wait for the descriptors
         */
        @Actor
        public void ioThread(Z_Result r) {
            notifyMe.set(true);
            VarHandle.fullFence();
            r.r1 = descriptorsOn.get();
        }

        /**
         * The I/O thread begins to wait.
         *
         * @param r whether it waits for the descriptors, or the doorbell makes it look again
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= doorbell.get();
        }
    }

    /** Whoever does not block does not drain. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean descriptorsOn = new AtomicBoolean();
        private final AtomicBoolean notifyMe = new AtomicBoolean();
        private final AtomicBoolean doorbell = new AtomicBoolean();

        /** {@code bdrv_drained_end()}, and then {@code bdrv_set_aio_context()}, whose poll leaves the doorbell alone. */
        @Actor
        public void mainThread() {
            descriptorsOn.set(true);
            VarHandle.fullFence();
            if (notifyMe.get()) {
                doorbell.set(true);
            }
        }

        /**
         * {@code aio_poll(ctx, true)} up to its wait.
         *
         * @param r whether it will wait for the descriptors
         */
        @Actor
        public void ioThread(Z_Result r) {
            notifyMe.set(true);
            VarHandle.fullFence();
            r.r1 = descriptorsOn.get();
        }

        /**
         * The I/O thread begins to wait.
         *
         * @param r whether it waits for the descriptors, or the doorbell makes it look again
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= doorbell.get();
        }
    }
}
