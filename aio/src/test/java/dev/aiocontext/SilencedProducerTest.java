package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A producer fills a ring beside an eventfd, and sets that only if the loop does not poll. Each item arrives. */
@Tag("architecture")
class SilencedProducerTest {
    private static final int ITEMS = Rounds.of(10_000);
    private static final int SPINS = 10_000;

    /** How long the loop polls at most. After a longer pause of the producer it polls for 4 us, and then longer again. */
    private static final Duration POLLING = Duration.ofMillis(5);

    private static final int ITEMS_PER_LONG_PAUSE = 32;

    /** The other pauses are as long as the times for which the loop then polls, so that it often stops in the moment of an item. */
    private static final long SHORTEST_PAUSE = 1_000;

    private static final int KINDS_OF_PAUSES = 9;

    /** The ring, of which one thread is the producer and the home thread the consumer. */
    private static final class Ring implements PollHook {
        private final EventNotifier notifier;
        private final AtomicLong pushed = new AtomicLong();
        private final AtomicLong taken = new AtomicLong();
        private volatile boolean silent;
        private long silenced;
        private long notified;

        Ring(EventNotifier notifier) {
            this.notifier = notifier;
        }

        void push() {
            pushed.incrementAndGet();
            if (silent) {
                silenced++;
            } else {
                notifier.set();
                notified++;
            }
        }

        /** On a busy machine, it may take some time until the loop has learned to poll. */
        boolean hasBothKinds() {
            return silenced > 0 && notified > 0;
        }

        void ready(FdEvents events) {
            if (events.isReadable()) {
                notifier.testAndClear();
            }
            taken.set(pushed.get());
        }

        @Override
        public boolean check() {
            return pushed.get() != taken.get();
        }

        @Override
        public void begin() {
            silent = true;
        }

        @Override
        public void end() {
            silent = false;
        }
    }

    static Stream<Arguments> monitorsAndRelays() {
        return Stream.of(MonitorMode.values())
                .flatMap(monitor ->
                        Stream.of(RelayMode.OFF, RelayMode.THREAD).map(relay -> Arguments.of(monitor, relay)));
    }

    @ParameterizedTest
    @MethodSource("monitorsAndRelays")
    void noItemIsLost(MonitorMode monitor, RelayMode relay) {
        assumeThat(Runtime.getRuntime().availableProcessors())
                .as("with one processor nothing polls")
                .isGreaterThan(1);
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        AioContext ctx = AioContext.builder()
                .monitor(monitor)
                .relay(relay)
                .polling(POLLING, 0, 0)
                .exceptionHandler((source, failure) -> failed.set(failure))
                .open();
        try (EventNotifier notifier = EventNotifier.open();
                LoopThread loop = new LoopThread(ctx)) {
            Ring ring = new Ring(notifier);
            try (FdSource source = loop.context.watch(
                    "ring", notifier.fd(), FdEvents.READ, ring, (self, events) -> ring.ready(events))) {
                Random random = Rounds.random();
                long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
                int items = 0;
                while (items < ITEMS || (!ring.hasBothKinds() && System.nanoTime() < deadline)) {
                    ring.push();
                    await(ring, ++items);
                    if (items % ITEMS_PER_LONG_PAUSE == 0) {
                        LockSupport.parkNanos(POLLING.toNanos() + SHORTEST_PAUSE);
                    }
                    pause(random);
                }
                assertThat(source.isSuspended()).isFalse();
            }
            assertThat(failed).hasNullValue();
            assertThat(ring.silenced).as("items without a notification").isPositive();
            assertThat(ring.notified).as("items with one").isPositive();
        }
    }

    private static void await(Ring ring, int item) {
        for (int spins = 0; spins < SPINS; spins++) {
            if (ring.taken.get() == item) {
                return;
            }
            Thread.onSpinWait();
        }
        Eventually.holds("item " + item + " arrives", () -> ring.taken.get() == item);
    }

    private static void pause(Random random) {
        long until = System.nanoTime() + random.nextLong(SHORTEST_PAUSE << random.nextInt(KINDS_OF_PAUSES));
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }
}
