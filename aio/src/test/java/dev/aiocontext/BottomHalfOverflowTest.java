package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.StackEnd;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A scheduling that overflows the stack at any of its steps: the next one of the same bottom half runs it. */
class BottomHalfOverflowTest {
    private static final int FRAMES = 300;

    static Stream<Named<Consumer<BottomHalf>>> calls() {
        return Stream.of(
                Named.of("schedule()", BottomHalf::schedule), Named.of("scheduleIdle()", BottomHalf::scheduleIdle));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void theNextSchedulingRunsIt(Consumer<BottomHalf> call) {
        AtomicIntegerArray runs = new AtomicIntegerArray(FRAMES);
        try (AioContext ctx = AioContext.open()) {
            List<BottomHalf> bottomHalves = IntStream.range(0, FRAMES)
                    .mapToObj(i -> ctx.newBottomHalf("of frame " + i, () -> runs.incrementAndGet(i)))
                    .toList();
            call.accept(bottomHalves.getFirst()); // whatever is loaded
            StackEnd.call(FRAMES, 0, i -> call.accept(bottomHalves.get(i)));
            bottomHalves.forEach(call);
            for (int poll = 0; poll < FRAMES; poll++) { // each runs a slice, if a short one
                ctx.poll(false);
            }
            for (int i = 0; i < FRAMES; i++) {
                assertThat(runs.get(i))
                        .as("runs of the one that overflowed %d frames before the end", i)
                        .isEqualTo(1);
            }
            bottomHalves.forEach(BottomHalf::close);
        }
    }
}
