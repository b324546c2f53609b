package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.StackEnd;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RelayRequestsTest {
    private static final int FRAMES = 100;
    private static final int OFFSETS = 40;

    private final RelayRequests<Channel> requests = new RelayRequests<>();
    private final List<String> delivered = new ArrayList<>();

    private static final class Channel extends RelayRequests.Channel {
        private final int number;
        private boolean fails;

        Channel(int number) {
            this.number = number;
        }

        @Override
        protected void signal() {
            if (fails) {
                throw new OutOfMemoryError("no signal");
            }
        }
    }

    private void takeAll() {
        requests.takeAll((channel, arming) -> delivered.add(channel.number + " for " + arming));
    }

    private void postAndFail(Channel channel, long arming) {
        channel.fails = true;
        try {
            requests.post(channel, arming);
        } catch (OutOfMemoryError expected) {
            return;
        } finally {
            channel.fails = false;
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void aChannelIsDeliveredOnceForTheLatestArming() {
        Channel channel = new Channel(1);
        requests.post(channel, 3);
        requests.post(channel, 2);
        assertThat(requests.isEmpty()).isFalse();
        takeAll();
        assertThat(requests.isEmpty()).isTrue();
        requests.post(channel, 4);
        takeAll();
        takeAll();
        assertThat(delivered).containsExactly("1 for 3", "1 for 4");
    }

    @Test
    void anEntryTooManyIsNoDelivery() {
        Channel channel = new Channel(1);
        postAndFail(channel, 1);
        requests.post(channel, 2);
        takeAll();
        assertThat(delivered).containsExactly("1 for 2");
        requests.post(channel, 3);
        takeAll();
        assertThat(delivered).containsExactly("1 for 2", "1 for 3");
    }

    /** Its second entry is in the next round: the request came while the relay thread was on its way to the first. */
    @Test
    void anEntryTooManyInALaterRoundIsNoDelivery() {
        Channel first = new Channel(1);
        Channel second = new Channel(2);
        requests.post(first, 1);
        postAndFail(second, 1);
        requests.takeAll((channel, arming) -> {
            delivered.add(channel.number + " for " + arming);
            if (channel == first) {
                requests.post(second, 2);
            }
        });
        assertThat(requests.isEmpty()).isFalse();
        takeAll();
        assertThat(requests.isEmpty()).isTrue();
        assertThat(delivered).containsExactly("1 for 1", "2 for 2");
    }

    @Test
    void anOverflowAtAnyStepLosesNoLaterRequest() {
        for (int offset = 0; offset < OFFSETS; offset++) {
            List<Channel> channels =
                    IntStream.range(0, FRAMES).mapToObj(Channel::new).toList();
            requests.post(channels.getFirst(), 1); // whatever is loaded
            StackEnd.call(FRAMES, offset, i -> requests.post(channels.get(i), 1));
            channels.forEach(channel -> requests.post(channel, 2));
            takeAll();
            assertThat(delivered)
                    .containsExactlyInAnyOrderElementsOf(IntStream.range(0, FRAMES)
                            .mapToObj(i -> i + " for 2")
                            .toList());
            delivered.clear();
        }
    }
}
