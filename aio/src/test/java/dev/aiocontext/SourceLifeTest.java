package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Opened;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From the opening of a source to the moment when what it uses may be freed. */
class SourceLifeTest {
    private final Opened opened = new Opened();
    private final AioContext ctx =
            opened.context(AioContext.builder().name("lively").relay(RelayMode.OFF));
    private final EventNotifier notifier = opened.notifier();

    @AfterEach
    void close() {
        opened.close();
    }

    @Test
    void closedCompletesAtOnceOnTheHomeThreadIfTheCallbackIsNotRunning() {
        FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> {});
        CompletableFuture<Void> closed = source.closed().toCompletableFuture();
        ctx.poll(false);
        assertThat(closed).isNotDone();
        source.close();
        assertThat(closed).isCompleted();
        assertThat(source.isOpen()).isFalse();
        source.close();
        assertThat(source.closed().toCompletableFuture()).isCompleted();
    }

    @Test
    void closedDoesNotCompleteWhileTheCallbackRunsThoughANestedPollCouldDoIt() {
        List<Boolean> done = new ArrayList<>();
        FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> {
            self.close();
            CompletableFuture<Void> closed = self.closed().toCompletableFuture();
            for (int i = 0; i < 3; i++) {
                ctx.poll(true); // the farewell comes again, as idle work
            }
            done.add(closed.isDone());
        });
        notifier.set();
        assertThat(ctx.poll(true)).isTrue();
        assertThat(done).containsExactly(false);
        CompletableFuture<Void> closed = source.closed().toCompletableFuture();
        while (!closed.isDone()) {
            ctx.poll(true);
        }
    }

    @Test
    void theSameHoldsForABottomHalf() {
        BottomHalf[] self = new BottomHalf[1];
        List<Boolean> done = new ArrayList<>();
        self[0] = ctx.newBottomHalf("closing", () -> {
            CompletableFuture<Void> closed = self[0].closed().toCompletableFuture();
            self[0].close();
            ctx.poll(true);
            done.add(closed.isDone());
        });
        self[0].schedule();
        ctx.poll(true);
        assertThat(done).containsExactly(false);
        CompletableFuture<Void> closed = self[0].closed().toCompletableFuture();
        while (!closed.isDone()) {
            ctx.poll(true);
        }
    }

    @Test
    void closedBySomebodyElseItCompletesOnTheLoopAfterTheCallback() {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        AtomicBoolean left = new AtomicBoolean();
        List<String> seen = new ArrayList<>();
        try (LoopThread loop = new LoopThread(AioContext.open())) {
            FdSource source = loop.context.onReadable(notifier.fd(), (self, events) -> {
                entered.countDown();
                leave.await();
                left.set(true);
            });
            notifier.set();
            Eventually.holds("it runs", () -> entered.getCount() == 0);
            source.close();
            CompletableFuture<Void> told = source.closed()
                    .thenRun(() -> seen.add("home " + loop.context.isHomeThread() + ", left " + left.get()))
                    .toCompletableFuture();
            assertThat(told).isNotDone();
            leave.countDown();
            told.join();
        }
        assertThat(seen).containsExactly("home true, left true");
    }

    @Test
    void aSourceThatIsReplacedIsClosedAndTellsSo() {
        FdSource old = ctx.onReadable(notifier.fd(), (self, events) -> {});
        CompletableFuture<Void> closed = old.closed().toCompletableFuture();
        FdSource current = ctx.watch("mine", notifier.fd(), FdEvents.READ, (self, events) -> {});
        assertThat(old.isOpen()).isFalse();
        assertThat(ctx.source(notifier.fd())).containsSame(current);
        old.close(); // closes nothing: it is not there any more
        assertThat(current.isOpen()).isTrue();
        ctx.poll(false);
        assertThat(closed).isCompleted();
        current.close();
    }

    @Test
    void callsOnAClosedSourceSayWhichOneItIs() {
        FdSource source = ctx.watch("mine", notifier.fd(), FdEvents.READ, (self, events) -> {});
        BottomHalf bottomHalf = ctx.newBottomHalf("half", () -> {});
        source.close();
        bottomHalf.close();
        for (Runnable call :
                List.<Runnable>of(source::suspend, source::resume, () -> source.interest(FdEvents.WRITE))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("mine (fd " + notifier.fd() + ") is closed");
        }
        for (Runnable call : List.<Runnable>of(
                bottomHalf::suspend, bottomHalf::resume, bottomHalf::schedule, bottomHalf::scheduleIdle)) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("bottom half half is closed");
        }
        assertThat(source.isSuspended() || bottomHalf.isSuspended()).isFalse();
    }

    @Test
    void theEndOfTheContextRunsAsynchronousStagesOfClosedToo() {
        AtomicBoolean ran = new AtomicBoolean();
        AioContext context = AioContext.open();
        context.newBottomHalf("left open", () -> {}).closed().thenRunAsync(() -> ran.set(true));
        context.close();
        assertThat(ran).isTrue();
    }

    @Test
    void theContextClosesItsSourcesAndNamesTheForgottenInOneWarning() {
        try (LogRecords log = new LogRecords()) {
            FdSource forgotten = ctx.watch("mine", notifier.fd(), FdEvents.READ, (self, events) -> {});
            BottomHalf half = ctx.newBottomHalf("half", () -> {});
            ctx.newBottomHalf("tidy", () -> {}).close();
            CompletableFuture<Void> closed = forgotten.closed().toCompletableFuture();
            ctx.close();
            assertThat(forgotten.isOpen() || half.isOpen()).isFalse();
            assertThat(closed).isCompleted();
            assertThat(half.closed().toCompletableFuture()).isCompleted();
            assertThat(log.messages())
                    .containsExactly("WARNING: AioContext lively was closed with sources that were open: [mine (fd "
                            + notifier.fd() + "), bottom half half]");
            try (AioContext tidy = AioContext.open()) {
                tidy.newBottomHalf("closed", () -> {}).close();
            }
            assertThat(log.messages()).hasSize(1);
        }
    }
}
