package dev.aiocontext;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Rounds;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A bottom half is scheduled at the moment in which the loop takes an earlier scheduling of it off the queue. The loop never
 * sleeps here, so only the bottom half's own marks and flags can lose the later one.
 */
class BottomHalfRaceTest {
    private static final int ROUNDS = Rounds.of(20_000);

    /** How long the second call comes after the first, at most, in looks at nothing. */
    private static final int LONGEST_PAUSE = 100;

    private static final int SPINS = 10_000;

    /** What comes before the scheduling that must not be lost, and how that is made. */
    static Stream<Arguments> calls() {
        return Stream.of(
                calls("schedule", BottomHalf::schedule, "schedule", BottomHalf::schedule),
                calls("scheduleIdle", BottomHalf::scheduleIdle, "scheduleIdle", BottomHalf::scheduleIdle),
                calls("schedule", BottomHalf::schedule, "scheduleIdle", BottomHalf::scheduleIdle),
                calls("cancelled", BottomHalfRaceTest::scheduleAndCancel, "schedule", BottomHalf::schedule),
                calls("cancelled", BottomHalfRaceTest::scheduleAndCancel, "scheduleIdle", BottomHalf::scheduleIdle));
    }

    private static Arguments calls(
            String nameOfFirst, Consumer<BottomHalf> first, String nameOfSecond, Consumer<BottomHalf> second) {
        return Arguments.of(Named.of(nameOfFirst, first), Named.of(nameOfSecond, second));
    }

    private static void scheduleAndCancel(BottomHalf bottomHalf) {
        bottomHalf.schedule();
        bottomHalf.cancel();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void theLaterSchedulingIsNotLost(Consumer<BottomHalf> first, Consumer<BottomHalf> second) {
        long[] requested = new long[1]; // plain: the callback must see what came before the scheduling
        AtomicLong seen = new AtomicLong();
        try (AwakeLoop loop = new AwakeLoop()) {
            BottomHalf bottomHalf = loop.context.newBottomHalf("raced for", () -> seen.set(requested[0]));
            for (int i = 1; i <= ROUNDS; i++) {
                first.accept(bottomHalf);
                for (int pause = i % LONGEST_PAUSE; pause > 0; pause--) {
                    Thread.onSpinWait();
                }
                requested[0] = i;
                second.accept(bottomHalf);
                await(seen, i);
            }
            bottomHalf.close();
        }
    }

    private static void await(AtomicLong seen, long expected) {
        for (int spin = 0; spin < SPINS && seen.get() != expected; spin++) {
            Thread.onSpinWait();
        }
        if (seen.get() != expected) {
            Eventually.holds("the callback sees what the last scheduling was for", () -> seen.get() == expected);
        }
    }

    /** Polls as fast as it can: each poll might block, and has a reason not to. */
    private static final class AwakeLoop implements AutoCloseable {
        final AioContext context = AioContext.open();
        private volatile boolean done;
        private final Thread home = Thread.ofPlatform().daemon().start(() -> {
            while (!done) {
                context.wakeup();
                context.poll(true);
            }
            context.close();
        });

        @Override
        public void close() {
            done = true;
            Eventually.ends(home);
        }
    }
}
