package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Threads, virtual ones and others, that wait for a descriptor while the loop waits for all of them. */
@Tag("architecture")
final class AwaitReadyTest {
    private static final Duration LONG = Duration.ofDays(1);
    private static final int O_PATH = 0x200000;

    private final RealDescriptors files = new RealDescriptors();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    static Stream<Arguments> monitorsAndThreads() {
        return Stream.of(MonitorMode.values())
                .flatMap(monitor -> Stream.of(Arguments.of(monitor, true), Arguments.of(monitor, false)));
    }

    private static LoopThread open(MonitorMode monitor) {
        return new LoopThread(AioContext.builder().name("ears").monitor(monitor).open());
    }

    /** A thread and its outcome. */
    private record Waiter<T>(Thread thread, FutureTask<T> task) {
        static <T> Waiter<T> start(boolean virtual, Callable<T> work) {
            FutureTask<T> task = new FutureTask<>(work);
            Thread.Builder builder =
                    virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
            return new Waiter<>(builder.name("waiter").start(task), task);
        }

        Waiter<T> parked() {
            Eventually.holds(
                    "it is parked",
                    () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
            return this;
        }

        T get() throws Exception {
            return task.get(Eventually.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static Waiter<FdEvents> await(LoopThread loop, boolean virtual, int fd, FdEvents interest) {
        Waiter<FdEvents> waiter = Waiter.start(virtual, () -> loop.context.awaitReady(fd, interest))
                .parked();
        loop.awaitBlocked();
        return waiter;
    }

    @ParameterizedTest
    @EnumSource
    void statisticsCountTheThreadsThatWaitAndTheirDescriptors(MonitorMode monitor) throws Exception {
        try (LoopThread loop = open(monitor);
                EventNotifier one = EventNotifier.open();
                EventNotifier other = EventNotifier.open()) {
            assertThat(loop.context.statistics().waiters()).hasToString("0 (for 0 descriptors)");
            Waiter<FdEvents> first = await(loop, false, one.fd(), FdEvents.READ);
            Waiter<FdEvents> second = await(loop, true, one.fd(), FdEvents.READ);
            Waiter<FdEvents> third = await(loop, true, other.fd(), FdEvents.READ);
            Eventually.holds(
                    "the loop knows of three",
                    () -> loop.context.statistics().waiters().threads() == 3);
            assertThat(loop.context.statistics().waiters().descriptors()).isEqualTo(2);
            one.set();
            first.get();
            second.get();
            assertThat(loop.context.statistics().toString()).endsWith(", waiters 1 (for 1 descriptors)");
            third.thread().interrupt();
            Eventually.ends(third.thread());
            assertThat(loop.context.statistics().waiters().threads()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatIsUsedAgainBeforeTheEarlierThreadIsForgottenIsWaitedFor(MonitorMode monitor) throws Exception {
        try (LoopThread loop = open(monitor)) {
            EventNotifier former = EventNotifier.open();
            int fd = former.fd();
            Waiter<FdEvents> leaving = await(loop, false, fd, FdEvents.READ);
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            loop.context.execute(() -> {
                busy.countDown();
                Eventually.holds("the loop may go on", () -> goOn.getCount() == 0);
            });
            Eventually.holds("the loop is busy", () -> busy.getCount() == 0);
            former.close();
            try (EventNotifier latter = EventNotifier.open()) {
                assertThat(latter.fd()).isEqualTo(fd);
                Waiter<FdEvents> staying = Waiter.start(false, () -> loop.context.awaitReady(fd, FdEvents.READ))
                        .parked();
                leaving.thread().interrupt();
                Eventually.ends(leaving.thread());
                goOn.countDown();
                loop.awaitBlocked();
                latter.set();
                assertThat(staying.get().isReadable()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void itReturnsWhenTheDescriptorBecomesReadable(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            for (int round = 0; round < 3; round++) {
                Waiter<FdEvents> waiter = await(loop, virtual, pipe[0], FdEvents.READ);
                files.write(pipe[1]);
                assertThat(waiter.get()).isSameAs(FdEvents.READ);
                files.read(pipe[0]);
            }
            assertThat(loop.context.source(pipe[0])).isEmpty();
        }
    }

    @Test
    void theFormerHomeThreadOfAClosedContextIsToldThatItIsClosed() {
        AioContext ctx = AioContext.builder().name("gone").open();
        ctx.poll(false);
        ctx.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> ctx.awaitReady(0, FdEvents.READ))
                .withMessage("AioContext gone is closed");
    }

    @Test
    void aDescriptorThatIsReadyIsToldAtOnceAlsoIfNobodyPolls() throws Exception {
        int[] pipe = files.pipe();
        try (AioContext context = AioContext.open()) {
            assertThat(context.awaitReady(pipe[1], FdEvents.WRITE)).isSameAs(FdEvents.WRITE);
            assertThat(context.awaitReady(pipe[0], FdEvents.READ, Duration.ZERO))
                    .isSameAs(FdEvents.NONE);
            files.write(pipe[1]);
            assertThat(context.awaitReady(pipe[0], FdEvents.READ, Duration.ZERO))
                    .isSameAs(FdEvents.READ);
            assertThat(context.statistics().polls()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void aHangUpIsReadyWhateverIsWaitedFor(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            Waiter<FdEvents> waiter = await(loop, virtual, pipe[0], FdEvents.NONE);
            files.close(pipe[1]);
            assertThat(waiter.get()).isSameAs(FdEvents.HANG_UP);
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void severalThreadsWaitForOneDescriptor(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pair = files.socketPair();
        try (LoopThread loop = open(monitor)) {
            Waiter<FdEvents> first = await(loop, virtual, pair[0], FdEvents.READ);
            Waiter<FdEvents> priority = await(loop, virtual, pair[0], FdEvents.PRIORITY);
            Waiter<FdEvents> second = await(loop, !virtual, pair[0], FdEvents.READ);
            files.write(pair[1]);
            assertThat(first.get()).isSameAs(FdEvents.READ);
            assertThat(second.get()).isSameAs(FdEvents.READ);
            loop.awaitBlocked(); // the descriptor is still readable, and nobody waits for that
            assertThat(priority.thread().isAlive()).isTrue();
            files.close(pair[1]);
            assertThat(priority.get().isHungUp()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void theTimeIsOverWithoutAnEvent(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            Waiter<FdEvents> waiter =
                    Waiter.start(virtual, () -> loop.context.awaitReady(pipe[0], FdEvents.READ, Duration.ofMillis(10)));
            assertThat(waiter.get()).isSameAs(FdEvents.NONE);
            Waiter<FdEvents> later = await(loop, virtual, pipe[0], FdEvents.READ);
            files.write(pipe[1]);
            assertThat(later.get()).isSameAs(FdEvents.READ);
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void anInterruptEndsTheWaitAndTakesNoByte(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            Waiter<FdEvents> other = await(loop, virtual, pipe[0], FdEvents.READ);
            Waiter<Boolean> waiter = Waiter.start(virtual, () -> {
                        try {
                            return loop.context
                                    .awaitReady(pipe[0], FdEvents.READ, LONG)
                                    .isEmpty();
                        } catch (InterruptedException e) {
                            return Thread.currentThread().isInterrupted();
                        }
                    })
                    .parked();
            waiter.thread().interrupt();
            assertThat(waiter.get()).as("the interrupt is pending").isFalse();
            files.write(pipe[1]);
            assertThat(other.get()).isSameAs(FdEvents.READ);
            files.read(pipe[0]);
        }
    }

    @ParameterizedTest
    @MethodSource("monitorsAndThreads")
    void closingTheContextEndsTheWaitByName(MonitorMode monitor, boolean virtual) throws Exception {
        int[] pipe = files.pipe();
        Waiter<FdEvents> waiter;
        Waiter<FdEvents> early;
        try (LoopThread loop = open(monitor)) {
            waiter = await(loop, virtual, pipe[0], FdEvents.READ);
            AioContext unpolled = AioContext.builder().name("unpolled").open();
            early = Waiter.start(virtual, () -> unpolled.awaitReady(pipe[0], FdEvents.READ))
                    .parked();
            unpolled.close();
            assertThatThrownBy(early::get)
                    .cause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("AioContext unpolled was closed");
        }
        assertThatThrownBy(waiter::get)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("AioContext ears was closed")
                .hasMessageContaining("fd " + pipe[0]);
    }

    @Test
    void aPoolThreadThatWaitsDoesNotHoldUpTheEndOfTheContext() {
        int[] pipe = files.pipe();
        AioContext context = AioContext.builder().name("pooled").open();
        AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
        CompletableFuture<FdEvents> told = context.threadPool().submit(() -> {
            worker.set(Thread.currentThread());
            return context.awaitReady(pipe[0], FdEvents.READ);
        });
        Eventually.holds("it is parked", () -> {
            Thread thread = worker.get();
            return thread != null && thread.getState() == Thread.State.WAITING;
        });
        Eventually.ends(Thread.ofPlatform().start(context::close));
        assertThat(told).isCompletedExceptionally();
        assertThatThrownBy(told::join)
                .cause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("AioContext pooled was closed");
    }

    @ParameterizedTest
    @EnumSource
    void aNumberThatStandsForAnotherFileByNowIsWaitedForAnew(MonitorMode monitor) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            for (int round = 0; round < 3; round++) {
                Waiter<FdEvents> waiter = await(loop, true, pipe[0], FdEvents.READ);
                files.write(pipe[1]);
                assertThat(waiter.get()).isSameAs(FdEvents.READ);
                int[] other = files.pipe();
                files.replace(pipe[0], other[0]);
                files.replace(pipe[1], other[1]);
            }
        }
    }

    @Test
    void aThreadWhoseDescriptorWasClosedIsNotToldOfTheFileThatGetsTheNumberNext() throws Exception {
        try (LoopThread loop = open(MonitorMode.EPOLL)) {
            EventNotifier former = EventNotifier.open();
            int fd = former.fd();
            Waiter<FdEvents> left = await(loop, false, fd, FdEvents.READ);
            former.close();
            try (EventNotifier latter = EventNotifier.open()) {
                assertThat(latter.fd()).isEqualTo(fd);
                Waiter<FdEvents> right = await(loop, true, fd, FdEvents.READ);
                latter.set();

                assertThat(right.get()).isSameAs(FdEvents.READ);
                assertThatThrownBy(left::get)
                        .cause()
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("EBADF")
                        .hasMessageContaining("stands for another file by now");
                assertThat(loop.context.statistics().waiters().threads()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSourceAndAWaitingThreadExcludeEachOther(MonitorMode monitor) throws Exception {
        int[] pipe = files.pipe();
        try (LoopThread loop = open(monitor)) {
            Waiter<FdEvents> waiter = await(loop, true, pipe[0], FdEvents.READ);
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.context.onReadable(pipe[0], (source, events) -> {}))
                    .withMessageContaining("fd " + pipe[0])
                    .withMessageContaining("waiter")
                    .withMessageContaining("interrupt");
            files.write(pipe[1]);
            assertThat(waiter.get()).isSameAs(FdEvents.READ);
            files.read(pipe[0]);

            FdSource source = loop.context.watch("mine", pipe[0], FdEvents.READ, (self, events) -> {});
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.context.awaitReady(pipe[0], FdEvents.READ))
                    .withMessageContaining("source mine");
            assertThat(source.isOpen()).isTrue();
            source.close();
            files.write(pipe[1]);
            assertThat(loop.context.awaitReady(pipe[0], FdEvents.READ)).isSameAs(FdEvents.READ);
        }
    }

    @Test
    void whatCannotBeWaitedForIsRefused() throws Exception {
        int[] pipe = files.pipe();
        int path = files.file(Path.of("/"), O_PATH);
        try (LoopThread loop = open(MonitorMode.AUTO)) {
            AioContext context = loop.context;
            assertThatIllegalArgumentException().isThrownBy(() -> context.awaitReady(-1, FdEvents.READ));
            assertThatIllegalArgumentException().isThrownBy(() -> context.awaitReady(path, FdEvents.READ));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.awaitReady(pipe[0], FdEvents.READ.edgeTriggered()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> context.awaitReady(pipe[0], FdEvents.READ, Duration.ofNanos(-1)));
            files.close(pipe[0]);
            assertThatThrownBy(() -> context.awaitReady(pipe[0], FdEvents.READ))
                    .isInstanceOf(SyscallException.class)
                    .hasMessageContaining("fd " + pipe[0])
                    .hasMessageContaining("EBADF");
            assertThatIllegalStateException()
                    .isThrownBy(() -> context.call(() -> context.awaitReady(pipe[1], FdEvents.READ)))
                    .withMessageContaining("watch");
        }
    }
}
