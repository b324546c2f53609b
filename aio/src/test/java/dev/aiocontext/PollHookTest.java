package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source is polled in user space, and nothing is lost although the loop silences its producer meanwhile. */
class PollHookTest extends PolledRing {
    @ParameterizedTest
    @EnumSource
    void aLoopThatPollsSilencesTheProducerAndChecksOnceMoreBeforeItSleeps(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        warmSource(ctx);
        pollUntilItWouldSleep(ctx);
        assertThat(takeCalls()).containsExactly("begin", "check", "end", "check");
        assertThat(silenced).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void whatACheckFindsIsHandledAndTheProducerStaysSilentOverTheNextIterations(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        warmSource(ctx);
        long hits = ctx.statistics().polling().hits();
        int[] checks = {0};
        atCheck = () -> {
            if (++checks[0] % 5 == 0) {
                push();
            }
        };
        for (int i = 0; i < 3; i++) {
            assertThat(ctx.poll(LONG)).isTrue();
        }
        assertThat(takeCalls())
                .containsExactly("begin", "check", "ready NONE", "check", "ready NONE", "check", "ready NONE");
        assertThat(ctx.statistics().polling().hits()).isEqualTo(hits + 3);
        assertThat(silenced).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void anItemThatCameJustBeforeTheEndIsFoundByTheLastCheck(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        warmSource(ctx);
        atEnd = this::push; // the producer is silenced still, and does not notify
        ctx.after(LONG.dividedBy(2), () -> calls.add("slept until then"));
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("begin", "check", "end", "check", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerThatLeavesSomethingIsCalledAgainWithoutANotification(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier();
        watch(ctx, notifier);
        ctx.poll(false);
        calls.clear();
        items = 3;
        notifier.set();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("ready READ", "check", "ready NONE", "check", "ready NONE");
        assertThat(ctx.poll(SHORT)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aNewSourceAndOneThatIsResumedAreCheckedBeforeTheLoopSleeps(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = watch(ctx, opened.notifier());
        push();
        assertThat(ctx.poll(LONG)).isTrue();
        source.suspend();
        push();
        ctx.poll(SHORT);
        calls.clear();
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(calls).isEmpty();
        source.resume();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(calls).endsWith("check", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void aStreamOfTasksDoesNotKeepASilencedProducerWaiting(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        beginAndStay(ctx);
        push();
        ctx.execute(() -> calls.add("task"));
        assertThat(ctx.poll(true)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "task", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void aHookMayNotPoll(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = warmSource(ctx);
        atCheck = () -> assertThatIllegalStateException()
                .isThrownBy(() -> ctx.poll(false))
                .withMessage(
                        "the poll hook of %s may not poll AioContext polled, which calls it around each wait", source);
        push();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(calls).endsWith("ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void aPollWithinTheHandlerDoesNotEnterItAndSleepsAndMissesNothing(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        warmSource(ctx);
        boolean[] within = {false};
        List<Boolean> progress = new ArrayList<>();
        atReady = (source, events) -> {
            assertThat(within[0]).isFalse();
            within[0] = true;
            atEnd = this::push; // nobody announces it
            progress.add(ctx.poll(LONG)); // must not sleep: this handler may wait for that item
            atEnd = () -> {};
            progress.add(ctx.poll(SHORT)); // sleeps
            within[0] = false;
        };
        push();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(progress).containsExactly(false, false);
        assertThat(takeCalls())
                .as("no check while the handler runs, but after the end")
                .containsExactly("begin", "check", "ready NONE", "end", "check");
        atReady = (source, events) -> {};
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource(names = "POLL", mode = EnumSource.Mode.EXCLUDE)
    void anEmbeddedLoopEndsPollingInPrepare(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = beginAndStay(ctx);
        atEnd = this::push;
        try (EmbeddedLoop embedded = ctx.embed()) {
            assertThat(embedded.prepare()).isZero();
            assertThat(takeCalls()).containsExactly("end", "check");
            assertThat(embedded.dispatch()).isTrue();
            assertThat(takeCalls()).containsExactly("ready NONE");
            atEnd = () -> {};
            assertThat(embedded.prepare()).isEqualTo(-1);
            source.close();
            push();
            calls.clear();
            AioContext outer = opened.context(AioContext.builder());
            List<Boolean> dispatched = new ArrayList<>();
            opened.add(outer.onReadable(embedded.fd(), (self, events) -> {
                dispatched.add(embedded.dispatch());
                embedded.prepare();
            }));
            watch(ctx, opened.notifier()); // which may have been silenced by another loop
            while (!dispatched.contains(true)) {
                assertThat(outer.poll(LONG)).isTrue();
            }
            assertThat(calls).contains("ready NONE");
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutAdaptivePollingNothingIsSilenced(MonitorMode monitor) {
        AioContext ctx = opened.context(AioContext.builder().monitor(monitor).polling(Duration.ZERO, 0, 0));
        EventNotifier notifier = opened.notifier();
        watch(ctx, notifier);
        ctx.poll(false);
        ctx.poll(SHORT);
        calls.clear();
        items = 2;
        notifier.set();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(takeCalls()).containsExactly("ready READ", "check", "ready NONE", "check");
    }

    @ParameterizedTest
    @EnumSource
    void whatTheDescriptorTellsIsHeardWhileItemsStreamIn(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        EventNotifier notifier = opened.notifier();
        watch(ctx, notifier);
        warm(ctx);
        calls.clear();
        atCheck = this::push;
        ctx.poll(LONG);
        notifier.set();
        int polls = 0;
        while (!calls.contains("ready READ")) {
            ctx.poll(LONG);
            polls++;
        }
        assertThat(polls).isBetween(2, 64);
    }

    @ParameterizedTest
    @EnumSource
    void moreThanAnIterationHandlesTakeTurns(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        int[] called = new int[1100];
        for (int i = 0; i < called.length; i++) {
            int number = i;
            opened.add(ctx.watch(
                    null, opened.notifier().fd(), FdEvents.READ, () -> true, (source, events) -> called[number]++));
        }
        ctx.poll(true);
        assertThat(called).contains(0, 1);
        ctx.poll(true);
        assertThat(called).doesNotContain(0);
    }

    @Test
    void theListOfSourcesTellsIt() {
        AioContext ctx = open(MonitorMode.AUTO);
        watch(ctx, opened.notifier());
        assertThat(ctx.sources().getFirst().waitsFor()).isEqualTo("READ, polled");
    }
}
