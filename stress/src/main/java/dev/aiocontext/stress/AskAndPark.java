package dev.aiocontext.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.aiocontext.internal.relay.Parking;
import dev.aiocontext.internal.relay.RelayRequests;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A notifier puts a request down for a relay thread that is about to sleep without a limit. */
@JCStressTest
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "It sleeps, has not seen the request, and nobody signals it.")
@Outcome(id = "false, false", expect = ACCEPTABLE, desc = "It has seen the request, which came before.")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "It sleeps, and is signalled.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "It has seen the request, and is signalled for nothing.")
@State
public class AskAndPark {
    private final class Channel extends RelayRequests.Channel {
        private boolean signalled;

        @Override
        protected void signal() {
            signalled = parking.isParked();
        }
    }

    private final RelayRequests<Channel> requests = new RelayRequests<>();
    private final Parking parking = new Parking(() -> !requests.isEmpty());
    private final Channel channel = new Channel();

    /**
     * Asks.
     *
     * @param r whether it signals
     */
    @Actor
    public void notifier(ZZ_Result r) {
        requests.post(channel, 1);
        r.r2 = channel.signalled;
    }

    /**
     * Is about to sleep.
     *
     * @param r whether it does
     */
    @Actor
    public void relayThread(ZZ_Result r) {
        r.r1 = parking.park();
    }
}
