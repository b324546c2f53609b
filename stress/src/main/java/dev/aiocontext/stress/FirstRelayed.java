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
import org.openjdk.jcstress.infra.results.J_Result;

/** A notifier asks for a relayed wake-up of a context for the first time, while the relay thread looks whether one does. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered once.")
@Outcome(id = "0", expect = FORBIDDEN, desc = "Lost: the signal was served before there was a request.")
@Outcome(expect = FORBIDDEN, desc = "Delivered twice.")
@State
public class FirstRelayed {
    private final AtomicBoolean signal = new AtomicBoolean();

    private final class Channel extends RelayRequests.Channel {
        private long delivered;

        @Override
        protected void signal() {
            signal.set(true);
        }
    }

    private final RelayRequests<Channel> requests = new RelayRequests<>();
    private final Channel channel = new Channel();

    private void serve() {
        if (signal.getAndSet(false)) {
            requests.takeAll((served, arming) -> served.delivered += arming);
        }
    }

    /** Asks. */
    @Actor
    public void notifier() {
        requests.post(channel, 1);
    }

    /** Serves what there is. */
    @Actor
    public void relayThread() {
        serve();
    }

    /**
     * Serves the last signal.
     *
     * @param r how often it was delivered, for arming 1
     */
    @Arbiter
    public void end(J_Result r) {
        serve();
        r.r1 = channel.delivered;
    }
}
