package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.loop.Callbacks;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Rounds;
import dev.aiocontext.testkit.StackEnd;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an upcall has caught goes to the exception handler of the context, with the source, when native code has returned. */
class ReportedFailureTest {
    private static final int CALLS_AT_THE_END = 100;

    private final Opened opened = new Opened();
    private final List<String> reports = new ArrayList<>();
    private final AioContext ctx = opened.context(
            AioContext.builder().name("mine").relay(RelayMode.OFF).exceptionHandler(this::handle));

    @AfterEach
    void close() {
        opened.close();
    }

    private void handle(@Nullable Source source, Throwable failure) {
        reports.add((source == null ? null : source.name()) + ": " + failure.getMessage() + ", "
                + (ctx.isHomeThread() ? "on the loop" : "elsewhere"));
    }

    @Test
    void aFailureIsReportedWithItsSourceInTheNextIteration() {
        try (BottomHalf source = ctx.newBottomHalf("parser", () -> {})) {
            ctx.report(source, new IOException("checked"));
            ctx.report(null, new IllegalStateException("of nobody"));
            assertThat(reports).isEmpty();

            assertThat(ctx.poll(true)).isTrue();

            assertThat(reports).containsExactly("parser: checked, on the loop", "null: of nobody, on the loop");
            assertThat(source.isSuspended()).isFalse();
        }
    }

    @Test
    void nothingLeavesAReportThoughTheLogThrowsTheVeryFailure() {
        AssertionError failure = new AssertionError("no memory left");
        AioContext closed = AioContext.open();
        closed.close();
        try (LogRecords records = new LogRecords(failure)) {
            closed.report(null, failure);
            assertThat(records.thrown()).containsExactly(failure);
        }
    }

    @Test
    void nothingLeavesAReportWhereTheStackEnds() {
        Exception failure = new IOException("at the end");
        StackOverflowError[] thrown = new StackOverflowError[CALLS_AT_THE_END];
        try (LogRecords records = new LogRecords()) {
            Callbacks.log(System.Logger.Level.INFO, "the log is in use, and works at the end of the stack too", null);
            for (int offset = 0; offset < Rounds.of(200); offset++) {
                StackEnd.call(CALLS_AT_THE_END, offset, fromEnd -> {
                    try {
                        ctx.report(null, failure);
                    } catch (StackOverflowError e) {
                        thrown[fromEnd] = e;
                    }
                });
                assertThat(thrown).filteredOn(e -> e != null && hasBegun(e)).isEmpty();
            }
            assertThat(records.messages()).first().asString().startsWith("INFO");
        }
    }

    /** Says whether the stack has ended within a report, and not before it. */
    private static boolean hasBegun(StackOverflowError error) {
        return Stream.of(error.getStackTrace())
                .skip(1)
                .anyMatch(frame -> frame.getClassName().equals(AioContext.class.getName())
                        && frame.getMethodName().equals("report"));
    }

    @Test
    void aReportOfNothingIsReportedAsThatWithTheCallerInItsTrace() {
        ctx.report(null, noFailure());
        ctx.poll(false);
        assertThat(reports).containsExactly("null: report() of AioContext mine was given no failure, on the loop");
    }

    @SuppressWarnings("NullAway") // the mistake that is tested
    private static Throwable noFailure() {
        return null;
    }

    @Test
    void anErrorIsReportedOnceAndLeavesThePoll() {
        ctx.report(null, new AssertionError("broken"));

        assertThatThrownBy(() -> ctx.poll(true))
                .isInstanceOf(AssertionError.class)
                .hasMessage("broken");
        assertThat(reports).containsExactly("null: broken, on the loop");
        assertThat(ctx.poll(false)).isFalse();
    }

    @Test
    void anErrorThatHasLeftAPollIsNotToldAgainWhenItIsReported() {
        AssertionError broken = new AssertionError("broken");
        for (int round = 0; round < 3; round++) {
            ctx.execute(() -> {
                throw broken;
            });
            List<String> behind = new ArrayList<>();
            ctx.execute(() -> behind.add("runs"));
            int polls = 0;
            do {
                try {
                    ctx.poll(false);
                } catch (AssertionError e) {
                    ctx.report(null, e);
                }
            } while (behind.isEmpty() && ++polls < 10);

            assertThat(behind).isNotEmpty();
            assertThat(ctx.poll(false)).isFalse();
            assertThat(reports).hasSize(round + 1); // anew, though the object is the same, as OutOfMemoryErrors are
        }
    }

    @Test
    void anErrorThatIsReportedAnewLaterIsTold() {
        OutOfMemoryError one = new OutOfMemoryError("the JVM's only one");
        for (int round = 1; round <= 3; round++) {
            ctx.report(null, one);
            assertThatThrownBy(() -> ctx.poll(false)).isSameAs(one);
            assertThat(ctx.poll(false)).isFalse();
            assertThat(reports).hasSize(round);
        }
    }

    @Test
    void anErrorThatIsReportedBetweenTwoPollsGoesOutwardsAndThenEnds() {
        List<String> left = new ArrayList<>();
        ctx.execute(() -> {
            ctx.execute(() -> {
                throw new AssertionError("broken");
            });
            pollAndReport(); // the inner library's upcall
        });
        for (int polls = 0; polls < 10; polls++) {
            try {
                ctx.poll(false);
            } catch (AssertionError e) {
                left.add(e.getMessage());
                ctx.report(null, e); // the outer loop's
            }
        }
        assertThat(left).containsExactly("broken");
        ctx.execute(() -> {
            ctx.execute(() -> {
                throw new AssertionError("broken again");
            });
            for (int polls = 0; polls < 10; polls++) {
                pollAndReport();
            }
            left.add("goes on");
        });

        ctx.poll(false);

        assertThat(left).containsExactly("broken", "goes on");
        assertThat(ctx.poll(false)).isFalse();
        assertThat(reports).hasSize(4);
    }

    private void pollAndReport() {
        try {
            ctx.poll(false);
        } catch (AssertionError e) {
            ctx.report(null, e);
        }
    }

    @Test
    @SuppressWarnings("restricted")
    void whatAnUpcallCatchesDoesNotEndTheJvm() throws Throwable {
        Linker linker = Linker.nativeLinker();
        MethodHandle compare = MethodHandles.lookup()
                .bind(this, "compare", MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
        MethodHandle sort = linker.downcallHandle(
                linker.defaultLookup().find("qsort").orElseThrow(),
                FunctionDescriptor.ofVoid(
                        ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment comparator = linker.upcallStub(
                    compare,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS),
                    arena);
            sort.invokeExact(arena.allocateFrom(ValueLayout.JAVA_INT, 2, 1), 2L, 4L, comparator);
        }

        ctx.poll(true);

        assertThat(reports).containsExactly("null: cannot compare, on the loop");
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // an upcall
    private int compare(MemorySegment left, MemorySegment right) {
        try {
            throw new IllegalArgumentException("cannot compare");
        } catch (Throwable failure) {
            ctx.report(null, failure);
            return 0;
        }
    }

    @Test
    void aFailureAfterTheEndOfTheContextIsLogged() {
        BottomHalf source = ctx.newBottomHalf("parser", () -> {});
        source.close();
        ctx.close();
        try (LogRecords log = new LogRecords()) {
            ctx.report(source, new IOException("late"));

            assertThat(log.messages())
                    .containsExactly("SEVERE: " + source + " of AioContext mine, which is closed, failed");
            assertThat(log.thrown()).extracting(Throwable::getMessage).containsExactly("late");
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aFailureThatIsReportedBeforeTheEndIsToldByTheEnd() {
        ctx.report(null, new IOException("just in time"));

        ctx.close();

        assertThat(reports).containsExactly("null: just in time, on the loop");
    }
}
