package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each begin of polling in user space has its end, whatever ends the source and whatever fails. */
class PollHookEndTest extends PolledRing {
    @ParameterizedTest
    @EnumSource
    void aSuspendedOneIsEndedInTheNextIterationAndCheckedAfterItsResume(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = beginAndStay(ctx);
        source.suspend();
        push();
        assertThat(ctx.poll(false)).isFalse();
        assertThat(takeCalls()).containsExactly("end");
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(takeCalls()).isEmpty();
        source.resume();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void closeOnTheHomeThreadEndsAtOnce(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = beginAndStay(ctx);
        source.close();
        assertThat(takeCalls()).containsExactly("end");
        ctx.poll(SHORT);
        assertThat(calls).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void anotherSourceForTheDescriptorEndsTheEarlierOne(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = beginAndStay(ctx);
        opened.add(ctx.onReadable(source.fd(), (other, events) -> {}));
        assertThat(takeCalls()).containsExactly("end");
        ctx.poll(SHORT);
        assertThat(calls).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void closeOnAnotherThreadEndsBeforeClosedCompletes(MonitorMode monitor) throws InterruptedException {
        AioContext ctx = open(monitor);
        FdSource source = beginAndStay(ctx);
        CompletableFuture<Void> closed = source.closed().toCompletableFuture();
        CompletableFuture<Void> told = closed.thenRun(() -> calls.add("closed"));
        // Within a slice of work: the farewell comes in this iteration, and the next wait would be too late.
        ctx.execute(() -> Eventually.ends(Thread.ofPlatform().start(source::close)));
        ctx.poll(false);
        while (!told.isDone()) {
            ctx.poll(true);
        }
        assertThat(takeCalls()).endsWith("end", "closed").doesNotHaveDuplicates();
    }

    @Test
    void closeBetweenTheWaitAndTheTasksEndsBeforeClosedCompletes() {
        AioContext ctx = open(MonitorMode.AUTO);
        FdSource source = beginAndStay(ctx);
        source.closed().thenRun(() -> calls.add("closed"));
        boolean[] closes = {true};
        opened.add(ctx.newHook("closer", new WaitHook() {
            @Override
            public void prepare(Wait wait) {}

            @Override
            public void after() {
                if (closes[0]) {
                    closes[0] = false;
                    Eventually.ends(Thread.ofPlatform().daemon().start(source::close));
                }
            }
        }));
        calls.clear();
        ctx.poll(false);
        assertThat(takeCalls()).containsSubsequence("end", "closed").doesNotHaveDuplicates();
    }

    @Test
    void theEndOfTheContextEndsEachThatHasBegunAlsoIfOneThrows() {
        AioContext ctx = open(MonitorMode.AUTO);
        EventNotifier second = opened.notifier();
        FdSource first = beginAndStay(ctx);
        boolean[] ended = {false};
        opened.add(ctx.watch(
                "second",
                second.fd(),
                FdEvents.READ,
                new PollHook() {
                    @Override
                    public boolean check() {
                        return false;
                    }

                    @Override
                    public void end() throws Throwable {
                        ended[0] = true;
                        atEnd.run(); // the very same Error, as the JVM's for want of memory are
                    }
                },
                (source, events) -> {}));
        ctx.poll(false);
        push();
        ctx.poll(LONG);
        calls.clear();
        AssertionError error = new AssertionError("at the end");
        atEnd = () -> {
            throw error;
        };
        try {
            ctx.close();
        } catch (AssertionError e) {
            assertThat(e).isSameAs(error);
        }
        assertThat(takeCalls())
                .startsWith("end", first + " threw at the end, suspended")
                .hasSize(3);
        assertThat(ended[0]).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aCheckThatThrowsIsReportedAndSuspendedAndTheProducerIsNotLeftSilent(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = warmSource(ctx);
        atCheck = () -> {
            throw new IllegalArgumentException("check");
        };
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(takeCalls()).containsExactly("begin", source + " threw check, suspended", "end");
        atCheck = () -> {};
        push();
        source.resume();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void aBeginThatThrowsIsFollowedByAnEnd(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = warmSource(ctx);
        atBegin = () -> {
            throw new IllegalArgumentException("begin");
        };
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(takeCalls()).containsExactly("begin", source + " threw begin, suspended", "end");
        assertThat(silenced).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void anEndThatThrowsIsCalledAgainAfterTheResume(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        FdSource source = warmSource(ctx);
        atEnd = () -> {
            throw new IllegalArgumentException("end");
        };
        pollUntilItWouldSleep(ctx);
        assertThat(takeCalls()).containsExactly("begin", "check", "end", source + " threw end, suspended");
        assertThat(ctx.poll(SHORT)).isFalse();
        assertThat(takeCalls()).isEmpty();
        push();
        source.resume();
        atEnd = () -> {};
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "ready NONE");
        pollUntilItWouldSleep(ctx);
        assertThat(takeCalls()).endsWith("end", "check");
        assertThat(silenced).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFoundIsNotForgottenIfAnErrorComesFirst(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        warmSource(ctx);
        AssertionError error = new AssertionError("a task");
        atEnd = () -> {
            push();
            ctx.execute(() -> {
                throw error;
            });
        };
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> ctx.poll(LONG)))
                .isSameAs(error);
        assertThat(calls).doesNotContain("ready NONE");
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(calls).endsWith("ready NONE");
    }

    @ParameterizedTest
    @EnumSource
    void oneThatMovesIsEndedThereAndCheckedHere(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        AioContext next = open(monitor);
        FdSource source = beginAndStay(ctx);
        atEnd = this::push;
        FdSource moved = next.adopt(source).join();
        assertThat(takeCalls()).containsExactly("end");
        assertThat(next.poll(LONG)).isTrue();
        assertThat(takeCalls()).containsExactly("check", "ready NONE");
        moved.close();
    }

    /** Else the other loop could check and sleep before the silenced producer hears that it is to notify. */
    @ParameterizedTest
    @EnumSource
    void oneThatMovesIsEndedBeforeTheOtherLoopWatchesIt(MonitorMode monitor) {
        AioContext ctx = open(monitor);
        AioContext next = open(monitor);
        FdSource source = beginAndStay(ctx);
        FdSource replaced = next.onReadable(source.fd(), (earlier, events) -> {});
        next.poll(false);
        replaced.closed().thenRun(() -> calls.add("watched"));
        FdSource moved = next.adopt(source).join();
        assertThat(takeCalls()).containsExactly("end", "watched");
        moved.close();
    }

    @Test
    void closedDoesNotCompleteWhileTheHookRuns() {
        AioContext ctx = open(MonitorMode.AUTO);
        FdSource source = warmSource(ctx);
        source.closed().thenRun(() -> calls.add("closed"));
        atCheck = () -> {
            source.close();
            calls.add("returns");
        };
        while (!calls.contains("closed")) {
            ctx.poll(LONG);
        }
        assertThat(calls.indexOf("closed")).isGreaterThan(calls.lastIndexOf("returns"));
    }
}
