package dev.aiocontext.stress.specimens;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * H, Netty until 2019: a write to a recycled descriptor.
 *
 * <p>A thread shuts the loop down, or submits a last task, and wins the right to write to the eventfd. The loop meanwhile
 * sees the shutdown by itself and closes it. The kernel gives the number to the next who opens something:
 *
 * <pre>
 *     notifier                                loop                        a stranger
 *       getAndSet(1) gives 0: mine to write
 *                                               ends, close(7)
 *                                                                           open(...) gives 7
 *       write(7, 1): into the stranger's file
 * </pre>
 *
 * The repair remembers that somebody won, and waits for the event of that write before it closes: at most one can be on its
 * way, and no new one is, since the loop leaves {@code wakenUp} at 1. This library counts who is inside instead, and has the
 * last one out close: it need not wait for anybody.
 *
 * <p>Source: Netty issue 9362 (2019-07-13), pull requests 9388 (not merged), 9476 (not merged), 9535 and 9586, in 4.1.42. The
 * same happened to its io_uring loop (pull request 13700, 2023).
 */
public final class RecycledDescriptor {
    private RecycledDescriptor() {}

    /** What stands behind number 7. */
    private static final class Kernel {
        private static final int EVENTFD = 1;
        private static final int CLOSED = 2;
        private static final int STRANGER = 3;

        private final AtomicInteger seven = new AtomicInteger(EVENTFD);
        private volatile boolean eventfdWritten;
        private volatile boolean strangerWritten;

        void write() {
            switch (seven.get()) {
                case EVENTFD -> eventfdWritten = true;
                case STRANGER -> strangerWritten = true;
                default -> {} // EBADF
            }
        }

        void close() {
            seven.set(CLOSED);
        }

        void strangerOpens() {
            seven.set(STRANGER);
        }
    }

    /** Closes when it sees the shutdown. */
    @JCStressTest
    @Outcome(id = "false", expect = ACCEPTABLE, desc = "The stranger's file is as it was.")
    @Outcome(id = "true", expect = ACCEPTABLE_INTERESTING, desc = "A stranger's file was written to.")
    @SeenOn("amd64")
    @State
    public static class AsItWas {
        private final AtomicInteger wakenUp = new AtomicInteger();
        private final Kernel kernel = new Kernel();

        /** {@code wakeup()}. */
        @Actor
        public void notifier() {
            if (wakenUp.getAndSet(1) == 0) {
                kernel.write();
            }
        }

        /** {@code cleanup()}, and then somebody opens something. */
        @Actor
        public void loop() {
            kernel.close();
            kernel.strangerOpens();
        }

        /**
         * Looks.
         *
         * @param r whether the stranger's file was written to
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = kernel.strangerWritten;
        }
    }

    /** Waits for the write that is on its way. */
    @JCStressTest
    @Outcome(id = "false", expect = ACCEPTABLE, desc = "The stranger's file is as it was.")
    @Outcome(id = "true", expect = FORBIDDEN, desc = "A stranger's file was written to.")
    @State
    public static class AsRepaired {
        private final AtomicInteger wakenUp = new AtomicInteger();
        private final Kernel kernel = new Kernel();

        /** {@code wakeup()}. */
        @Actor
        public void notifier() {
            if (wakenUp.getAndSet(1) == 0) {
                kernel.write();
            }
        }

        /** The end of {@code run()}, {@code cleanup()}, and then somebody opens something. */
        @Actor
        public void loop() {
            boolean pendingWakeup = wakenUp.getAndSet(1) == 1;
            while (pendingWakeup && !kernel.eventfdWritten) {
                Thread.onSpinWait();
            }
            kernel.close();
            kernel.strangerOpens();
        }

        /**
         * Looks.
         *
         * @param r whether the stranger's file was written to
         */
        @Arbiter
        public void end(Z_Result r) {
            r.r1 = kernel.strangerWritten;
        }
    }
}
