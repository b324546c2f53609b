package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.relay.RelayRequests;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/**
 * A notifier gets an Error when it has put its channel into the relay's queue: it neither signals nor marks the channel as
 * queued. Another notifier of the context, and the relay thread, lose nothing by that.
 */
public final class StoppedRequest {
    private StoppedRequest() {}

    /** What becomes of the other request: the latest arming that was delivered, and the number of deliveries. */
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "One delivery did for both.")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Delivered one after the other.")
    @Outcome(id = "[01], .*", expect = FORBIDDEN, desc = "Lost: it relied on the one that stopped.")
    @Outcome(expect = FORBIDDEN, desc = "Delivered for nobody: a second entry of the same channel is none.")
    private static final class NoneLost {}

    private static final class Channel extends RelayRequests.Channel {
        private final RelayRequests<Channel> requests = new RelayRequests<>();
        private final AtomicBoolean signal = new AtomicBoolean();
        private long latest;
        private int deliveries;

        /** Plain: a thread finds itself here if it has stored it, and never by a race. */
        private @Nullable Thread stopping;

        @Override
        protected void signal() {
            if (Thread.currentThread() == stopping) {
                throw new Stop();
            }
            signal.set(true);
        }

        void post(long arming) {
            requests.post(this, arming);
        }

        void postAndStop(long arming) {
            stopping = Thread.currentThread();
            try {
                post(arming);
            } catch (Stop expected) {
                return;
            } finally {
                stopping = null;
            }
        }

        void serve() {
            if (signal.getAndSet(false)) {
                requests.takeAll(Channel::deliver);
            }
        }

        private void deliver(long arming) {
            latest = Math.max(latest, arming);
            deliveries += arming == 0 ? 100 : 1;
        }

        void end(JI_Result r) {
            serve();
            r.r1 = latest;
            r.r2 = deliveries;
        }
    }

    /** It has stopped before. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Before {
        private final Channel channel = new Channel();

        /** Asks, and stops. */
        public Before() {
            channel.postAndStop(1);
        }

        /** Asks, for the next arming. */
        @Actor
        public void notifier() {
            channel.post(2);
        }

        /** Serves what there is. */
        @Actor
        public void relayThread() {
            channel.serve();
        }

        /**
         * Serves the last signal.
         *
         * @param r the latest arming that was delivered, and the number of deliveries
         */
        @Arbiter
        public void end(JI_Result r) {
            channel.end(r);
        }
    }

    /** It stops meanwhile, while the relay thread serves an earlier request. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class Meanwhile {
        private final Channel channel = new Channel();

        /** Asks, for an earlier time. */
        public Meanwhile() {
            channel.post(1);
        }

        /** Asks, and stops. */
        @Actor
        public void stopping() {
            channel.postAndStop(1);
        }

        /** Asks, for the next arming. */
        @Actor
        public void notifier() {
            channel.post(2);
        }

        /** Serves what there is. */
        @Actor
        public void relayThread() {
            channel.serve();
        }

        /**
         * Serves the last signal.
         *
         * @param r the latest arming that was delivered, and the number of deliveries
         */
        @Arbiter
        public void end(JI_Result r) {
            channel.end(r);
        }
    }

    /** It stops while another asks, and nobody has asked before. */
    @JCStressTest
    @JCStressMeta(NoneLost.class)
    @State
    public static class OfTwo {
        private final Channel channel = new Channel();

        /** Asks, and stops. */
        @Actor
        public void stopping() {
            channel.postAndStop(1);
        }

        /** Asks, for the next arming. */
        @Actor
        public void notifier() {
            channel.post(2);
        }

        /**
         * Serves what was signalled.
         *
         * @param r the latest arming that was delivered, and the number of deliveries
         */
        @Arbiter
        public void end(JI_Result r) {
            channel.end(r);
        }
    }
}
