package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A source is polled in user space, and nothing is lost although the loop silences its producer meanwhile. */
class PollHookTest {
    /** The tests end it long before. A wait that lasts so long has lost something. */
    private static final Duration LONG = Eventually.LIMIT;

    private static final Duration SHORT = Duration.ofMillis(1);

    private final Opened opened = new Opened();
    private final List<String> calls = new ArrayList<>();

    /** How many items there are that the handler has not taken. */
    private int items;

    private boolean silenced;

    /** Has the loop not sleep after the end, which comes right before. */
    private Task wake = () -> {};

    private Task atCheck = () -> {};
    private Task atBegin = () -> {};
    private Task atEnd = () -> {};
    private FdHandler atReady = (source, events) -> {};

    private final PollHook hook = new PollHook() {
        @Override
        public boolean check() throws Throwable {
            atCheck.run();
            note("check");
            return items > 0;
        }

        @Override
        public void begin() throws Throwable {
            note("begin");
            silenced = true;
            atBegin.run();
        }

        @Override
        public void end() throws Throwable {
            note("end");
            wake.run();
            atEnd.run();
            silenced = false;
        }
    };

    @BeforeEach
    void severalProcessors() {
        assumeThat(Runtime.getRuntime().availableProcessors())
                .as("with one processor nothing polls")
                .isGreaterThan(1);
    }

    @AfterEach
    void close() {
        opened.close();
    }

    /** Checks that come in a row count as one. */
    private void note(String call) {
        if (calls.isEmpty() || !calls.getLast().equals(call)) {
            calls.add(call);
        }
    }

    private List<String> takeCalls() {
        List<String> taken = List.copyOf(calls);
        calls.clear();
        return taken;
    }

    private void report(@Nullable Source source, Throwable failure) {
        calls.add(source + " threw " + failure.getMessage()
                + (source != null && source.isSuspended() ? ", suspended" : ""));
    }

    private AioContext open(MonitorMode monitor) {
        return opened.context(AioContext.builder()
                .name("polled")
                .monitor(monitor)
                .polling(Duration.ofSeconds(1), 0, 0)
                .exceptionHandler(this::report));
    }

    private FdSource watch(AioContext ctx, EventNotifier notifier) {
        return opened.add(ctx.watch("ring", notifier.fd(), FdEvents.READ, hook, (source, events) -> {
            calls.add("ready " + events);
            if (events.isReadable()) {
                notifier.testAndClear();
            }
            if (items > 0) {
                items--;
            }
            atReady.ready(source, events);
        }));
    }

    /** Short waits make the loop poll before the next ones. */
    private void warm(AioContext ctx) {
        ctx.poll(false); // what a new source owes
        while (!calls.contains("begin")) {
            ctx.poll(SHORT);
        }
        for (int i = 0; i < 3; i++) {
            pollUntilItWouldSleep(ctx);
        }
    }

    private void pollUntilItWouldSleep(AioContext ctx) {
        wake = ctx::wakeup;
        assertThat(ctx.poll(LONG)).isFalse();
        wake = () -> {};
    }

    private FdSource warmSource(AioContext ctx) {
        FdSource source = watch(ctx, opened.notifier());
        warm(ctx);
        calls.clear();
        return source;
    }

    private void push() {
        items++;
    }

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

    /** One round of polling that finds an item: the producer is silenced after it. */
    private FdSource beginAndStay(AioContext ctx) {
        FdSource source = warmSource(ctx);
        push();
        assertThat(ctx.poll(LONG)).isTrue();
        assertThat(silenced).isTrue();
        calls.clear();
        return source;
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
