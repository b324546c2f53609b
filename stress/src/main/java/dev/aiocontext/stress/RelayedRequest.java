package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.relay.RelayRequests;
import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

/**
 * A notifier asks for a relayed wake-up while the relay thread serves an earlier request of the same context. Signals
 * coalesce, so here they are a flag: whatever comes before the relay thread takes it is one signal.
 */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "One delivery did for both.")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "Delivered one after the other.")
@Outcome(id = "1, .", expect = FORBIDDEN, desc = "The second request was lost.")
@Outcome(expect = FORBIDDEN, desc = "Delivered twice, or for nobody.")
@State
public class RelayedRequest {
    private final AtomicBoolean signal = new AtomicBoolean();

    private final class Channel extends RelayRequests.Channel {
        private long latest;
        private int deliveries;

        @Override
        protected void signal() {
            signal.set(true);
        }

        void deliver(long arming) {
            latest = Math.max(latest, arming);
            deliveries++;
        }
    }

    private final RelayRequests<Channel> requests = new RelayRequests<>();
    private final Channel channel = new Channel();

    /** Asks for the first time. */
    public RelayedRequest() {
        requests.post(channel, 1);
    }

    private void serve() {
        if (signal.getAndSet(false)) {
            requests.takeAll(Channel::deliver);
        }
    }

    /** Asks again, for the next arming. */
    @Actor
    public void notifier() {
        requests.post(channel, 2);
    }

    /** Serves what there is. */
    @Actor
    public void relayThread() {
        serve();
    }

    /**
     * Serves the last signal.
     *
     * @param r the latest arming that was delivered, and the number of deliveries
     */
    @Arbiter
    public void end(JI_Result r) {
        serve();
        r.r1 = channel.latest;
        r.r2 = channel.deliveries;
    }
}
