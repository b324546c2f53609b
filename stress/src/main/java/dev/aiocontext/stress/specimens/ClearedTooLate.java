package dev.aiocontext.stress.specimens;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * C, QEMU until 2015: the doorbell is cleared after the work was taken.
 *
 * <p>The doorbell was a descriptor like any other: the bottom halves ran first, then the handlers of what was readable, and
 * its handler cleared it. What was announced in between is cleared with it:
 *
 * <pre>
 *     worker                    virtual processor              main loop
 *                                                                looks, is about to sleep
 *       first request: rings
 *                                 woken: runs bottom halves
 *       second: scheduled = 1
 *               rings
 *                                 clears the doorbell
 *                                                                sleeps
 * </pre>
 *
 * The repair clears first and looks for work then: what is announced after the clearing stays announced.
 *
 * <p>As B, it needs a second poller. A loop that polls alone and looks for work after every arming does not mind when the
 * doorbell is cleared, as long as it is after the wait.
 *
 * <p>Source: QEMU commit 21a03d17f2 (2015-07-21, "AioContext: fix broken placement of event_notifier_test_and_clear"), whose
 * message has this diagram's first form.
 */
public final class ClearedTooLate {
    private ClearedTooLate() {}

    /** Works, then clears. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean scheduled = new AtomicBoolean(true); // the first request
        private final AtomicBoolean doorbell = new AtomicBoolean(true);

        /** The second request: {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            if (!scheduled.getAndSet(true)) {
                doorbell.set(true);
            }
        }

        /** {@code aio_poll()}, after its wait. */
        @Actor
        public void virtualProcessor() {
            scheduled.getAndSet(false);
            doorbell.set(false);
        }

        /**
         * The main loop begins to wait.
         *
         * @param r whether nothing is left to do, or the doorbell says that there is
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = !scheduled.get() || doorbell.get();
        }
    }

    /** Clears, then works. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean scheduled = new AtomicBoolean(true); // the first request
        private final AtomicBoolean doorbell = new AtomicBoolean(true);

        /** The second request: {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            if (!scheduled.getAndSet(true)) {
                doorbell.set(true);
            }
        }

        /** {@code aio_poll()}, after its wait. */
        @Actor
        public void virtualProcessor() {
            doorbell.set(false);
            scheduled.getAndSet(false);
        }

        /**
         * The main loop begins to wait.
         *
         * @param r whether nothing is left to do, or the doorbell says that there is
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = !scheduled.get() || doorbell.get();
        }
    }
}
