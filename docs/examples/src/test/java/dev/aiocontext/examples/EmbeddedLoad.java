package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Wakes an embedded context in every way that there is, from outside and from the outer loop's own thread, and counts what arrives. */
final class EmbeddedLoad implements AutoCloseable {
    private static final Duration SHORT = Duration.ofNanos(20_000);

    /** The most iterations that one round takes: it is announced, then a timer is due, and a notifier may come late. */
    private static final int MOST_POLLS = 4;

    private final Opened opened = new Opened();
    private final AtomicInteger calls = new AtomicInteger();
    private final AioContext inner;
    private final OuterLoop outer;
    private final BottomHalf half;
    private final AioTimer timer;
    private final AioTimer exact;
    private final EventNotifier notifier;
    private final FdSource source;

    EmbeddedLoad(AioContext inner, OuterLoop outer) {
        this.inner = inner;
        this.outer = outer;
        half = opened.add(inner.newBottomHalf("half", calls::incrementAndGet));
        timer = opened.add(inner.newTimer("timer", (self, missed) -> calls.incrementAndGet()));
        exact = opened.add(inner.newTimer(
                "exact", TimerOptions.DEFAULT.accuracy(Duration.ZERO), (self, missed) -> calls.incrementAndGet()));
        notifier = opened.notifier();
        source = opened.add(inner.onReadable(notifier.fd(), (self, events) -> {
            notifier.testAndClear();
            calls.incrementAndGet();
        }));
    }

    /** Runs rounds: each announces one thing, when what came before has arrived. A lost wake-up is a round that does not end. */
    void run(int rounds) {
        Random random = Rounds.random();
        long before = inner.statistics().polls();
        for (int round = 1; round <= rounds; round++) {
            if (random.nextInt(500) == 0) {
                outer.awaitBlocked(inner);
            }
            announce(random.nextInt(10));
            awaitCalls(round);
        }
        outer.awaitBlocked(inner);
        assertThat(calls).hasValue(rounds); // nothing came twice
        assertThat(inner.statistics().polls() - before)
                .as("iterations: it does not poll")
                .isLessThan((long) MOST_POLLS * rounds);
    }

    private void announce(int way) {
        switch (way) {
            case 0, 1 -> inner.execute(calls::incrementAndGet);
            case 2 -> half.schedule();
            case 3 -> notifier.set();
            case 4 -> timer.arm(SHORT);
            case 5 -> exact.arm(SHORT);
            case 6 -> outer.execute(half::schedule);
            case 7 -> outer.execute(() -> timer.arm(SHORT));
            case 8 -> outer.execute(() -> inner.execute(() -> exact.arm(SHORT)));
            default -> {
                source.suspend();
                notifier.set();
                outer.execute(source::resume);
            }
        }
    }

    private void awaitCalls(int wanted) {
        if (calls.get() != wanted) {
            Eventually.holds("round " + wanted + " arrives", () -> calls.get() == wanted);
        }
    }

    @Override
    public void close() {
        opened.close();
    }
}
