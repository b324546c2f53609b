package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sources that are suspended and resumed together. */
class SourceGroupTest {
    private final VirtualClock clock = new VirtualClock();
    private final AtomicInteger calls = new AtomicInteger();
    private final EventNotifier notifier = EventNotifier.open();

    @AfterEach
    void close() {
        notifier.close();
    }

    private AioContext open(MonitorMode monitor) {
        return AioContext.builder()
                .name("grouped")
                .monitor(monitor)
                .clock(clock)
                .exceptionHandler((source, failure) -> {})
                .open();
    }

    private int run(AioContext ctx) {
        calls.set(0);
        while (ctx.poll(false)) {}
        return calls.get();
    }

    @ParameterizedTest
    @EnumSource
    void eachKindOfSourceIsHeldAndLetGoAndNothingIsForgotten(MonitorMode monitor) {
        try (AioContext ctx = open(monitor);
                FdSource fd = ctx.onReadable(notifier.fd(), (source, events) -> {
                    notifier.testAndClear();
                    calls.incrementAndGet();
                });
                AioTimer timer = ctx.newTimer("timer", (source, missed) -> calls.incrementAndGet());
                BottomHalf bottomHalf = ctx.newBottomHalf("bottom half", calls::incrementAndGet)) {
            SourceGroup group = ctx.newGroup("all");
            group.add(fd);
            group.add(timer);
            group.add(bottomHalf);
            group.add(fd);
            assertThat(group.sources()).containsExactly(fd, timer, bottomHalf);
            group.suspend();
            notifier.set();
            timer.arm(Duration.ofSeconds(1));
            clock.advance(Duration.ofSeconds(1));
            bottomHalf.schedule();
            assertThat(run(ctx)).isZero();
            assertThat(group.isSuspended()).isTrue();
            assertThat(ctx.sources()).allMatch(SourceInfo::isSuspended);
            group.resume();
            assertThat(run(ctx)).isEqualTo(3);
        }
    }

    @Test
    void suspensionsCount() {
        try (AioContext ctx = open(MonitorMode.AUTO);
                BottomHalf source = ctx.newBottomHalf("b", calls::incrementAndGet)) {
            SourceGroup group = ctx.newGroup("g");
            group.add(source);
            group.suspend();
            group.suspend();
            source.schedule();
            group.resume();
            assertThat(run(ctx)).isZero();
            group.resume();
            assertThat(run(ctx)).isEqualTo(1);
            assertThatThrownBy(group::resume)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("group g is not suspended: each resume() undoes one suspend()");
        }
    }

    @Test
    void aSourceIsSuspendedAsLongAsOneOfItsGroupsOrItselfIs() {
        try (AioContext ctx = open(MonitorMode.AUTO);
                BottomHalf source = ctx.newBottomHalf("b", calls::incrementAndGet)) {
            SourceGroup one = ctx.newGroup("one");
            SourceGroup other = ctx.newGroup("other");
            one.add(source);
            other.add(source);
            one.suspend();
            other.suspend();
            source.suspend();
            source.schedule();
            one.resume();
            assertThat(source.isSuspended()).isTrue();
            source.resume();
            assertThat(source.isSuspended()).isTrue();
            assertThat(run(ctx)).isZero();
            other.resume();
            assertThat(source.isSuspended()).isFalse();
            assertThat(run(ctx)).isEqualTo(1);
        }
    }

    @Test
    void aSourceThatSuspendedItselfStaysSoWhenItsGroupIsResumed() {
        try (AioContext ctx = open(MonitorMode.AUTO);
                FdSource failing = ctx.onReadable(notifier.fd(), (source, events) -> {
                    calls.incrementAndGet();
                    throw new IllegalStateException("as planned");
                });
                BottomHalf suspended = ctx.newBottomHalf("b", calls::incrementAndGet)) {
            suspended.suspend();
            SourceGroup group = ctx.newGroup("g");
            group.add(failing);
            group.add(suspended);
            notifier.set();
            assertThat(run(ctx)).isEqualTo(1);
            group.suspend();
            group.resume();
            assertThat(failing.isSuspended()).isTrue();
            assertThat(suspended.isSuspended()).isTrue();
            assertThat(run(ctx)).isZero();
        }
    }

    @Test
    void oneThatJoinsASuspendedGroupIsSuspendedUntilItLeaves() {
        try (AioContext ctx = open(MonitorMode.AUTO);
                BottomHalf source = ctx.newBottomHalf("b", calls::incrementAndGet)) {
            SourceGroup group = ctx.newGroup("g");
            group.suspend();
            group.add(source);
            source.schedule();
            assertThat(run(ctx)).isZero();
            group.remove(source);
            group.remove(source);
            assertThat(group.sources()).isEmpty();
            assertThat(run(ctx)).isEqualTo(1);
        }
    }

    @Test
    void aSourceThatIsClosedLeaves() {
        try (AioContext ctx = open(MonitorMode.AUTO)) {
            SourceGroup group = ctx.newGroup("g");
            BottomHalf source = ctx.newBottomHalf("b", calls::incrementAndGet);
            group.add(source);
            source.close();
            assertThat(group.sources()).isEmpty();
            AioTimer once = ctx.after(Duration.ofSeconds(1), calls::incrementAndGet);
            group.add(once);
            clock.advance(Duration.ofSeconds(1));
            assertThat(run(ctx)).isEqualTo(1);
            assertThat(group.sources()).isEmpty();
            group.suspend();
            group.resume();
            assertThatThrownBy(() -> group.add(source))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("bottom half b is closed");
        }
    }

    @Test
    void aSourceOfAnotherContextIsRefused() {
        try (AioContext ctx = open(MonitorMode.AUTO);
                AioContext other = AioContext.open();
                BottomHalf foreign = other.newBottomHalf("foreign", () -> {})) {
            assertThatThrownBy(() -> ctx.newGroup("g").add(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "bottom half foreign cannot join group g: it was not made by AioContext grouped itself");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResumeByAnotherThreadWakesTheLoop(MonitorMode monitor) {
        AioContext ctx = AioContext.builder().monitor(monitor).open();
        FdSource fd = ctx.onReadable(notifier.fd(), (source, events) -> {
            notifier.testAndClear();
            calls.incrementAndGet();
        });
        BottomHalf bottomHalf = ctx.newBottomHalf("b", calls::incrementAndGet);
        SourceGroup group = ctx.newGroup("g");
        group.add(fd);
        group.add(bottomHalf);
        try (LoopThread loop = new LoopThread(ctx)) {
            for (int i = 1; i <= 50; i++) {
                int round = i;
                group.suspend();
                notifier.set();
                bottomHalf.schedule();
                if (i % 10 == 0) {
                    loop.awaitBlocked();
                }
                group.resume();
                Eventually.holds("both are called", () -> calls.get() == 2 * round);
            }
            fd.close();
            bottomHalf.close();
        }
    }

    @Test
    void twoThreadsThatSuspendAndResumeLeaveItAsItWas() throws InterruptedException {
        try (AioContext ctx = open(MonitorMode.AUTO);
                FdSource fd = ctx.onReadable(notifier.fd(), (source, events) -> {
                    notifier.testAndClear();
                    calls.incrementAndGet();
                })) {
            SourceGroup one = ctx.newGroup("one");
            SourceGroup other = ctx.newGroup("other");
            one.add(fd);
            other.add(fd);
            Thread flipper = Thread.ofPlatform().start(() -> flip(other));
            flip(one);
            flipper.join();
            assertThat(fd.isSuspended()).isFalse();
            notifier.set();
            assertThat(run(ctx)).isEqualTo(1);
        }
    }

    private static void flip(SourceGroup group) {
        for (int i = 0; i < 2_000; i++) {
            group.suspend();
            group.resume();
        }
    }
}
