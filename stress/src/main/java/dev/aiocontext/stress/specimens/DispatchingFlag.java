package dev.aiocontext.stress.specimens;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * B, QEMU 2014: somebody dispatches, so nobody needs to be woken.
 *
 * <p>A notifier leaves the doorbell alone while {@code dispatching} is on, for whoever dispatches will look again before it
 * sleeps. But a virtual processor's thread may poll the same context beside the main loop, only until a request of its own
 * is done, and the flag does not say whose it is:
 *
 * <pre>
 *     worker                    virtual processor              main loop
 *                                                                looks, sleeps in poll
 *                                 dispatching = 1
 *                                 run the bottom halves
 *       scheduled = 1
 *       dispatching: no ring
 *                                 dispatching = 0
 *                                 its request is done: leaves
 * </pre>
 *
 * "Is any active aio_poll dispatching?" was the wrong question; the right one is whether any is <em>not</em>. The repair
 * counts those that have begun to look and may sleep ({@code notify_me}), and leaves the doorbell alone only when there are
 * none.
 *
 * <p>It needs no weak memory, only a second poller and an infinite wait, which is "much rarer on x86". On aarch64 "adding all
 * kind of tracing to either the kernel or QEMU made it go away", so short was the moment.
 *
 * <p>Source: QEMU commits 0ceb849bd3 (2014-07-07, "AioContext: speed up aio_notify") and eabc977973 (2015-07-21, "AioContext:
 * fix broken ctx->dispatching optimization").
 */
public final class DispatchingFlag {
    private DispatchingFlag() {}

    /** With a flag that says that somebody dispatches. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean scheduled = new AtomicBoolean();
        private final AtomicBoolean dispatching = new AtomicBoolean();
        private boolean rung;

        /** {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            if (!scheduled.getAndSet(true)) {
                rung = !dispatching.get();
            }
        }

        /**
         * The second half of {@code aio_poll()}, for a request of its own.
         *
         * @param r whether it served the worker's, too
         */
        @Actor
        public void virtualProcessor(Z_Result r) {
            dispatching.set(true);
            r.r1 = scheduled.getAndSet(false);
            dispatching.set(false);
        }

        /**
         * The main loop sleeps all the time.
         *
         * @param r whether the work was served, or it was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }

    /** With a count of those that may sleep. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean scheduled = new AtomicBoolean();
        private final AtomicInteger notifyMe = new AtomicInteger(1); // the main loop, asleep
        private boolean rung;

        /** {@code qemu_bh_schedule()} and {@code aio_notify()}. */
        @Actor
        public void worker() {
            if (!scheduled.getAndSet(true)) {
                rung = notifyMe.get() != 0;
            }
        }

        /**
         * {@code aio_poll()}, for a request of its own that is done by now.
         *
         * @param r whether it served the worker's, too
         */
        @Actor
        public void virtualProcessor(Z_Result r) {
            notifyMe.getAndAdd(2);
            notifyMe.getAndAdd(-2);
            r.r1 = scheduled.getAndSet(false);
        }

        /**
         * The main loop sleeps all the time.
         *
         * @param r whether the work was served, or it was rung for
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= rung;
        }
    }
}
