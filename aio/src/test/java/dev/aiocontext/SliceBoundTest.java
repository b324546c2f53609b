package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Rounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No source waits for longer than one slice of each other kind, whatever streams in: here a descriptor that is always ready, tasks that come
 * again for ever, idle work that does, and a million timers that are due at once. The bound is one of calls, so no clock is in it.
 */
class SliceBoundTest {
    /** What AioContext promises. */
    private static final int SLICE = 1024;

    /** More than a slice, so that the stream never ends. */
    private static final int STREAM = 3 * SLICE;

    private static final int TIMERS = Rounds.of(1_000_000);

    private static final int TASK = 0;
    private static final int IDLE = 1;
    private static final int DESCRIPTOR = 2;
    private static final int TIMER = 3;
    private static final String[] KINDS = {"task", "idle work", "descriptor", "timer"};

    /** For each kind: how many calls of each other kind there were since its last call, and the most of them. */
    private final int[][] since = new int[KINDS.length][KINDS.length];

    private final int[][] most = new int[KINDS.length][KINDS.length];
    private final int[] calls = new int[KINDS.length];
    private boolean over;

    private void called(int kind) {
        if (over) {
            return; // closing runs all that is left
        }
        if (kind == TIMER && calls[TIMER] == 0) { // whole slices have gone into putting so many into order
            Arrays.fill(since[TIMER], 0);
            Arrays.fill(most[TIMER], 0);
        }
        calls[kind]++;
        for (int other = 0; other < KINDS.length; other++) {
            if (other != kind) {
                int[] waiting = since[other];
                int[] longest = most[other];
                waiting[kind]++;
                longest[kind] = Math.max(longest[kind], waiting[kind]);
                since[kind][other] = 0;
            }
        }
    }

    private void startStreams(AioContext ctx, List<BottomHalf> idle) {
        Runnable[] again = new Runnable[1];
        again[0] = () -> {
            called(TASK);
            if (!over) {
                ctx.execute(again[0]);
            }
        };
        for (int i = 0; i < STREAM; i++) {
            ctx.execute(again[0]);
            BottomHalf[] self = new BottomHalf[1];
            self[0] = ctx.newBottomHalf("idle " + i, () -> {
                called(IDLE);
                if (!over) {
                    self[0].scheduleIdle();
                }
            });
            self[0].scheduleIdle();
            idle.add(self[0]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noKindWaitsForMoreThanASliceOfAnother(MonitorMode monitor) {
        VirtualClock clock = new VirtualClock();
        List<BottomHalf> idle = new ArrayList<>();
        try (AioContext ctx = AioContext.builder().monitor(monitor).clock(clock).open();
                EventNotifier ready = EventNotifier.open()) {
            for (int i = 0; i < TIMERS; i++) {
                ctx.after(Duration.ofSeconds(1), () -> called(TIMER));
            }
            clock.advance(Duration.ofSeconds(1));
            ready.set();
            FdSource descriptor = ctx.onReadable(ready.fd(), (source, events) -> called(DESCRIPTOR));
            startStreams(ctx, idle);
            while (calls[TIMER] < TIMERS) {
                assertThat(ctx.poll(true)).isTrue();
            }
            over = true;
            descriptor.close();
            idle.forEach(BottomHalf::close);
        }
        for (int kind = 0; kind < KINDS.length; kind++) {
            assertThat(Arrays.stream(most[kind]).max().orElseThrow())
                    .as("calls between two of kind " + KINDS[kind])
                    .isLessThanOrEqualTo(SLICE);
            assertThat(calls[kind]).as("calls of kind " + KINDS[kind]).isGreaterThanOrEqualTo(TIMERS / SLICE);
        }
    }
}
