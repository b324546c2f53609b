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
 * A, QEMU 2015: the late {@code scheduled = 0}.
 *
 * <p>A worker finishes a request and schedules the bottom half that looks for finished requests; if it is scheduled already,
 * there is nothing to do. The loop takes the mark back and calls the bottom half. It is scheduled for an earlier request:
 *
 * <pre>
 *     worker                                  loop
 *                                               scheduled = 0     (in the store buffer)
 *                                               look at the request: not done
 *       request is done
 *       scheduled is 1: do nothing
 *                                               scheduled = 0     (now others see it)
 * </pre>
 *
 * The request is done, and nothing says so: no late wake-up repairs this, for the loop would look and find nothing. The
 * worker's side has the same hole, a store and then a load with nothing in between. The repair exchanges the mark on both
 * sides: the two exchanges have an order, and whoever comes second sees what the first did before.
 *
 * <p>"Both of these involve a store and a load, so they are reproducible on x86_64 as well. It is however much easier on
 * aarch64": under load, an x86-64 host failed within 15 minutes. The commit message thanks the author of the SIGIO patch of
 * two months before for the first report.
 *
 * <p>Source: QEMU commit e8d3b1a25f (2015-04-07, "aio: strengthen memory barriers for bottom half scheduling"), which names
 * 924fe1293c (2014-06-03) as the one that ought to have done it.
 */
public final class LateClear {
    private LateClear() {}

    /** With a read barrier in the loop, and a barrier in the worker only where it was not scheduled. */
    @JCStressTest
    @JCStressMeta(Bug.class)
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicBoolean scheduled = new AtomicBoolean(true);
        private final AtomicBoolean done = new AtomicBoolean();
        private boolean notified;

        /** Finishes the request, and {@code qemu_bh_schedule()}. */
        @Actor
        public void worker() {
            done.setOpaque(true);
            if (scheduled.getOpaque()) {
                return;
            }
            VarHandle.fullFence();
            scheduled.setOpaque(true);
            notified = true;
        }

        /**
         * A part of {@code aio_bh_poll()}.
         *
         * @param r whether the bottom half finds the request
         */
        @Actor
        public void loop(Z_Result r) {
            scheduled.setOpaque(false);
            VarHandle.acquireFence();
            r.r1 = done.getOpaque();
        }

        /**
         * Who was notified will look again.
         *
         * @param r whether the request was served
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= notified;
        }
    }

    /** With an exchange on both sides. */
    @JCStressTest
    @JCStressMeta(Repaired.class)
    @State
    public static class AsRepaired {
        private final AtomicBoolean scheduled = new AtomicBoolean(true);
        private final AtomicBoolean done = new AtomicBoolean();
        private boolean notified;

        /** Finishes the request, and {@code qemu_bh_schedule()}. */
        @Actor
        public void worker() {
            done.setOpaque(true);
            notified = !scheduled.getAndSet(true);
        }

        /**
         * A part of {@code aio_bh_poll()}.
         *
         * @param r whether the bottom half finds the request
         */
        @Actor
        public void loop(Z_Result r) {
            if (scheduled.getAndSet(false)) {
                r.r1 = done.getOpaque();
            }
        }

        /**
         * Who was notified will look again.
         *
         * @param r whether the request was served
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 |= notified;
        }
    }
}
