package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.relay.RelayRequests;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JII_Result;

/**
 * Two notifiers of one context ask at once, for two armings: it is delivered once, for the later one. Both may put the
 * channel into the queue, and the second entry is dropped.
 */
@JCStressTest
@Outcome(id = "2, 1, 2", expect = ACCEPTABLE, desc = "Both signalled, and one delivery did for both.")
@Outcome(id = "0, 0, .", expect = FORBIDDEN, desc = "Lost: each left it to the other.")
@Outcome(id = "1, 1, .", expect = FORBIDDEN, desc = "The later arming was lost.")
@Outcome(expect = FORBIDDEN, desc = "Delivered twice, or not signalled.")
@State
public class TwoRelayed {
    private final AtomicInteger signals = new AtomicInteger();

    private final class Channel extends RelayRequests.Channel {
        @Override
        protected void signal() {
            signals.incrementAndGet();
        }
    }

    private final RelayRequests<Channel> requests = new RelayRequests<>();
    private final Channel channel = new Channel();

    /** Asks. */
    @Actor
    public void one() {
        requests.post(channel, 1);
    }

    /** Asks too. */
    @Actor
    public void other() {
        requests.post(channel, 2);
    }

    /**
     * Serves both.
     *
     * @param r the latest arming that was delivered, the number of deliveries, and that of the signals
     */
    @Arbiter
    public void end(JII_Result r) {
        requests.takeAll((delivered, arming) -> {
            r.r1 = Math.max(r.r1, arming);
            r.r2++;
        });
        r.r3 = signals.get();
    }
}
