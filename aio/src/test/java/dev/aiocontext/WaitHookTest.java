package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.RawCalls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hook prepares each wait, and the wait sees all that it does. */
class WaitHookTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final Opened opened = new Opened();
    private final List<String> calls = new ArrayList<>();

    /** A hook that writes down when it is called. */
    private final class Noted implements WaitHook {
        private final String name;
        private final WaitHook inner;

        Noted(String name, WaitHook inner) {
            this.name = name;
            this.inner = inner;
        }

        @Override
        public void prepare(Wait wait) throws Throwable {
            calls.add("prepare " + name);
            inner.prepare(wait);
        }

        @Override
        public void after() {
            calls.add("after " + name);
        }
    }

    private Noted noted(String name) {
        return new Noted(name, wait -> {});
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder().monitor(monitor).exceptionHandler(this::report));
    }

    private AioContext open() {
        return open(MonitorMode.AUTO);
    }

    private void report(@Nullable Source source, Throwable failure) {
        calls.add(source + " threw " + failure.getMessage()
                + (source != null && source.isSuspended() ? ", suspended" : ""));
    }

    @Test
    void aTimeThatAHookHasAskedForIsNotThatOfTheCallbacksAfterTheSleep() {
        Duration sleep = Duration.ofMillis(20);
        AioContext ctx = open();
        keep(ctx.newHook("clock", wait -> ctx.now()));
        List<Long> seen = new ArrayList<>();
        long armed = System.nanoTime();
        ctx.after(sleep, () -> seen.add(ctx.now() - armed));
        while (seen.isEmpty()) {
            ctx.poll(true);
        }
        assertThat(seen.getFirst()).isGreaterThanOrEqualTo(sleep.toNanos());
    }

    private <T extends AutoCloseable> T keep(T source) {
        return opened.add(source);
    }

    @AfterEach
    void close() {
        opened.close();
    }

    @Test
    void anErrorThatTwoHooksThrowLeavesThePollAsItIs() {
        AssertionError shared = new AssertionError("shared");
        WaitHook failing = new WaitHook() {
            @Override
            public void prepare(Wait wait) {}

            @Override
            public void after() {
                throw shared;
            }
        };
        AioContext ctx = open();
        keep(ctx.newHook("a", failing));
        keep(ctx.newHook("b", failing));
        keep(ctx.newHook("c", noted("c")));
        assertThatThrownBy(() -> ctx.poll(false)).isSameAs(shared);
        assertThat(calls)
                .containsExactly(
                        "prepare c", "hook a threw shared, suspended", "hook b threw shared, suspended", "after c");
    }

    @Test
    void allAreCalledBeforeTheWaitAndAfterItAndBeforeTheCallbacks() {
        AioContext ctx = open();
        keep(ctx.newHook("a", noted("a")));
        keep(ctx.newHook("b", noted("b")));
        ctx.execute(() -> calls.add("task"));
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).containsExactly("prepare a", "prepare b", "after a", "after b", "task");
        calls.clear();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).containsExactly("prepare a", "prepare b", "after a", "after b");
    }

    @ParameterizedTest
    @EnumSource
    void theWaitSeesTheWorkAndTheTimersAndTheInterestOfAHook(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier();
        notifier.set();
        FdSource source = keep(ctx.watch(notifier.fd(), FdEvents.NONE, (self, events) -> {
            calls.add("ready");
            self.interest(FdEvents.NONE);
        }));
        BottomHalf half = keep(ctx.newBottomHalf("half", () -> calls.add("half")));
        AioTimer timer = keep(ctx.newTimer("timer", (self, missed) -> calls.add("timer")));
        WaitHook[] next = {wait -> half.schedule()};
        keep(ctx.newHook("hook", wait -> next[0].prepare(wait)));
        assertThat(ctx.poll(LONG)).isTrue();
        next[0] = wait -> source.interest(FdEvents.READ);
        assertThat(ctx.poll(LONG)).isTrue();
        next[0] = wait -> timer.arm(Duration.ofMillis(1));
        assertThat(ctx.poll(LONG)).isTrue();
        next[0] = wait -> ctx.after(Duration.ZERO, () -> calls.add("first timer"));
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(calls).containsExactly("half", "ready", "timer", "first timer");
    }

    @ParameterizedTest
    @EnumSource
    void theShortestTimeOfAllHooksHolds(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        keep(ctx.newHook("long", wait -> wait.atMost(LONG)));
        keep(ctx.newHook("short", wait -> wait.atMostNanos(2_000_000)));
        keep(ctx.newHook("for ever", wait -> wait.atMostNanos(Long.MAX_VALUE)));
        keep(ctx.newHook("long too", wait -> wait.atMost(Duration.ofSeconds(Long.MAX_VALUE))));
        ctx.poll(false); // a hook that is made before the first poll keeps that from sleeping
        long before = System.nanoTime();
        assertThat(ctx.poll(true)).isFalse();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(2_000_000);
    }

    @Test
    void aHookThatNeverSleepsStarvesNobodyAndShows() {
        AioContext ctx = open();
        EventNotifier notifier = opened.notifier();
        notifier.set();
        keep(ctx.onReadable(notifier.fd(), (self, events) -> calls.add("ready")));
        keep(ctx.newHook("patient", wait -> wait.atMost(LONG)));
        Source busy = keep(ctx.newHook("busy", Wait::doNotSleep));
        keep(ctx.newHook("patient too", wait -> wait.atMost(LONG)));
        ctx.after(Duration.ZERO, () -> calls.add("timer"));
        while (!calls.contains("timer")) {
            ctx.poll(true);
        }
        assertThat(calls).contains("ready");
        notifier.testAndClear();
        long before = ctx.statistics().hooks().sleepless();
        for (int i = 0; i < 5; i++) {
            assertThat(ctx.poll(true)).isFalse();
        }
        ctx.poll(false); // does not sleep by itself
        ctx.execute(() -> {});
        ctx.poll(true); // has work
        assertThat(ctx.statistics().hooks().sleepless()).isEqualTo(before + 5);
        assertThat(ctx.statistics().hooks().mostSleepless()).isEqualTo("busy");
        assertThat(ctx.statistics().toString()).contains("sleepless (most by busy)");
        busy.suspend();
        assertThat(ctx.poll(Duration.ofMillis(1))).isFalse();
        assertThat(ctx.statistics().hooks().sleepless()).isEqualTo(before + 5);
    }

    @Test
    void eachWaitOfNestedPollsIsPrepared() {
        AioContext ctx = open();
        keep(ctx.newHook("a", noted("a")));
        ctx.execute(() -> {
            calls.add("task");
            ctx.execute(() -> calls.add("inner"));
            ctx.poll(true);
        });
        ctx.poll(true);
        assertThat(calls).containsExactly("prepare a", "after a", "task", "prepare a", "after a", "inner");
    }

    @Test
    void aPollWithinAHookIsRefusedAndTheHookIsSuspended() {
        AioContext ctx = open();
        keep(ctx.newHook("first", noted("first")));
        keep(ctx.newHook("poller", wait -> ctx.poll(false)));
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).hasSize(3);
        assertThat(calls.get(1))
                .contains("hook poller")
                .contains("schedule work")
                .contains("suspended");
        assertThat(calls.get(2)).isEqualTo("after first");
        calls.clear();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).containsExactly("prepare first", "after first");
    }

    @Test
    void aFailingHookIsReportedAndSuspendedAndHearsOfNoEnd() {
        AioContext ctx = open();
        Source hook = keep(ctx.newHook("bad", new Noted("bad", wait -> {
            throw new Exception("1");
        })));
        keep(ctx.newHook("good", noted("good")));
        assertThat(ctx.poll(false)).isFalse();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls)
                .containsExactly(
                        "prepare bad",
                        "hook bad threw 1, suspended",
                        "prepare good",
                        "after good",
                        "prepare good",
                        "after good");
        hook.resume();
        assertThat(hook.isSuspended()).isFalse();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(calls).contains("hook bad threw 1, suspended").hasSize(10);
    }

    @Test
    void anErrorOfOneHookLeavesThePollAndTheOthersHearOfTheEnd() {
        AioContext ctx = open();
        keep(ctx.newHook("first", noted("first")));
        keep(ctx.newHook("bad", wait -> {
            throw new AssertionError("2");
        }));
        keep(ctx.newHook("last", noted("last")));
        assertThatThrownBy(() -> ctx.poll(true))
                .isInstanceOf(AssertionError.class)
                .hasMessage("2");
        assertThat(calls).containsExactly("prepare first", "hook bad threw 2, suspended", "after first");
    }

    @Test
    void anErrorAfterTheWaitKeepsNoOtherHookFromHearing() {
        AioContext ctx = open();
        for (String name : List.of("3", "4")) {
            keep(ctx.newHook(name, new WaitHook() {
                @Override
                public void prepare(Wait wait) {}

                @Override
                public void after() {
                    throw new AssertionError(name);
                }
            }));
        }
        keep(ctx.newHook("last", noted("last")));
        ctx.execute(() -> calls.add("task"));
        assertThatThrownBy(() -> ctx.poll(true)).hasMessage("3").hasSuppressedException(new AssertionError("4"));
        assertThat(calls)
                .containsExactly(
                        "prepare last", "hook 3 threw 3, suspended", "hook 4 threw 4, suspended", "after last");
        assertThat(ctx.poll(true)).isTrue();
        assertThat(calls).endsWith("prepare last", "after last", "task");
    }

    @Test
    void aWaitIsRefusedOutsideOfPrepareAndForNegativeTimes() {
        AioContext ctx = open();
        Wait[] kept = new Wait[1];
        Source hook = keep(ctx.newHook("keeper", wait -> kept[0] = wait));
        ctx.poll(false);
        assertThatThrownBy(kept[0]::doNotSleep)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("prepare()");
        assertThatThrownBy(() -> kept[0].atMostNanos(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> kept[0].atMostNanos(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> kept[0].atMost(LONG.negated())).isInstanceOf(IllegalArgumentException.class);
        hook.close();
        hook.close();
        assertThat(hook.isOpen()).isFalse();
        assertThatThrownBy(hook::resume).hasMessage("hook keeper is closed");
    }

    @Test
    void aHookThatIsClosedBetweenIsNotCalledAnyMore() {
        AioContext ctx = open();
        Source[] first = {keep(ctx.newHook("first", noted("first")))};
        keep(ctx.newHook("closer", wait -> first[0].close()));
        ctx.poll(false);
        ctx.poll(false);
        assertThat(calls).containsExactly("prepare first");
    }

    @ParameterizedTest
    @EnumSource
    void aHookThatAnotherThreadMakesOrResumesIsCalledBeforeTheLoopSleepsOn(MonitorMode monitor) {
        AtomicInteger prepared = new AtomicInteger();
        try (LoopThread loop =
                new LoopThread(AioContext.builder().monitor(monitor).open())) {
            loop.awaitBlocked();
            Source hook = loop.context.newHook("hook", wait -> prepared.incrementAndGet());
            Eventually.holds("it is called", () -> prepared.get() > 0);
            for (int round = 0; round < 20; round++) {
                hook.suspend();
                loop.context.wakeup();
                loop.awaitBlocked();
                int before = prepared.get();
                hook.resume();
                Eventually.holds("it is called after the resume", () -> prepared.get() > before);
            }
            hook.close();
        }
    }

    @Test
    void aHookThatAnotherHookMakesOrResumesIsCalledBeforeTheLoopSleeps() {
        AioContext ctx = open();
        Source maker = keep(ctx.newHook("maker", wait -> keep(ctx.newHook("made", noted("made")))));
        assertThat(ctx.poll(LONG)).isFalse();
        maker.close();
        ctx.execute(() -> {});
        ctx.poll(true);
        assertThat(calls).containsExactly("prepare made", "after made");
        Source made = keep(ctx.newHook("second", noted("second")));
        made.suspend();
        keep(ctx.newHook("resumer", wait -> {
            if (made.isSuspended()) {
                made.resume();
            }
        }));
        calls.clear();
        assertThat(ctx.poll(LONG)).isFalse();
        assertThat(calls).doesNotContain("prepare second");
        ctx.execute(() -> {});
        ctx.poll(true);
        assertThat(calls).contains("prepare second");
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "EPOLL"})
    void whatAHookAnnouncesItselfRingsNothing(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        BottomHalf half = keep(ctx.newBottomHalf("half", () -> {}));
        keep(ctx.newHook("scheduler", wait -> half.schedule()));
        for (int i = 0; i < 10; i++) {
            assertThat(ctx.poll(true)).isTrue();
        }
        assertThat(ctx.statistics().wakeups().rung()).isZero();
        ctx.embed().prepare();
        assertThat(ctx.statistics().wakeups().rung()).isZero();
    }

    @Test
    void theEndOfAWaitThatFailsIsHeardToo() {
        Map<Integer, String> before = OpenFiles.now();
        AioContext ctx = open(MonitorMode.EPOLL);
        int set = OpenFiles.since(before).entrySet().stream()
                .filter(file -> file.getValue().contains("eventpoll"))
                .mapToInt(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        keep(ctx.newHook("a", noted("a")));
        ctx.poll(false);
        calls.clear();
        EventNotifier notifier = opened.notifier();
        Descriptors.close(set);
        assertThat(RawCalls.duplicate(notifier.fd(), set)).isEqualTo(set); // no epoll set, and may be closed
        assertThatThrownBy(() -> ctx.poll(LONG)).isInstanceOf(SyscallException.class);
        assertThat(calls).containsExactly("prepare a", "after a");
    }
}
