package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** All that wakes a context wakes the outer loop that it is embedded in. */
class EmbeddedLoopTest extends EmbeddedLoops {
    @ParameterizedTest
    @CsvSource({
        "HOOK, POLL, OFF", "HOOK, EPOLL, OFF", "HOOK, AUTO, THREAD",
        "DESCRIPTOR_ALONE, POLL, OFF", "DESCRIPTOR_ALONE, EPOLL, OFF", "DESCRIPTOR_ALONE, AUTO, THREAD"
    })
    void workOfAnotherThreadWakesTheOuterLoop(Style style, MonitorMode monitor, RelayMode relay) {
        AioContext inner = opened.context(AioContext.builder().relay(relay));
        BottomHalf half = opened.add(inner.newBottomHalf("half", calls::incrementAndGet));
        LoopThread outer = outer(style, inner, monitor);
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            if (round % 30 == 0) {
                outer.awaitBlocked();
            }
            int before = calls.get();
            switch (random.nextInt(3)) {
                case 0 -> inner.execute(calls::incrementAndGet);
                case 1 -> half.schedule();
                default -> half.scheduleIdle();
            }
            awaitCall(before);
        }
        outer.awaitBlocked(); // it does not spin
    }

    @ParameterizedTest
    @EnumSource
    void timersAndDescriptorsOfAllThreadsAreKept(Style style) {
        AioContext inner = inner();
        EventNotifier notifier = opened.notifier();
        FdSource source = opened.add(inner.onReadable(notifier.fd(), (self, events) -> {
            notifier.testAndClear();
            calls.incrementAndGet();
        }));
        AioTimer coarse = opened.add(inner.newTimer("coarse", (self, missed) -> calls.incrementAndGet()));
        AioTimer exact = opened.add(inner.newTimer(
                "exact", TimerOptions.DEFAULT.accuracy(Duration.ZERO), (self, missed) -> calls.incrementAndGet()));
        LoopThread outer = outer(style, inner);
        for (AioTimer timer : new AioTimer[] {coarse, exact}) {
            for (int round = 0; round < 5; round++) {
                timer.arm(Duration.ofDays(1));
                outer.awaitBlocked();
                int before = calls.get();
                timer.arm(Duration.ofMillis(1)); // earlier than the outer loop sleeps
                awaitCall(before);
                outer.awaitBlocked();
                outer.context.execute(
                        () -> timer.arm(Duration.ofMillis(1))); // on the home thread, outside of the inner loop
                awaitCall(before + 1);
                inner.execute(() -> timer.arm(Duration.ofMillis(1)));
                awaitCall(before + 2);
            }
        }
        for (int round = 0; round < 5; round++) {
            outer.awaitBlocked();
            int before = calls.get();
            notifier.set();
            awaitCall(before);
            source.suspend();
            notifier.set();
            outer.awaitBlocked();
            outer.context.execute(source::resume);
            awaitCall(before + 1);
        }
        outer.awaitBlocked();
    }

    @ParameterizedTest
    @EnumSource
    void whatTheHomeThreadDoesOutsideOfTheLoopIsSeen(Style style) {
        AioContext inner = inner();
        AtomicInteger prepared = new AtomicInteger();
        LoopThread outer = outer(style, inner);
        outer.awaitBlocked();
        outer.context.execute(() -> inner.execute(calls::incrementAndGet));
        awaitCall(0);
        outer.awaitBlocked();
        outer.context.execute(() -> opened.add(inner.newHook("hook", wait -> prepared.incrementAndGet())));
        Eventually.holds("the hook is called", () -> prepared.get() > 0);
        outer.awaitBlocked();
        inner.after(Duration.ofMillis(1), calls::incrementAndGet);
        awaitCall(1);
        outer.awaitBlocked();
    }

    @ParameterizedTest
    @EnumSource
    void hooksPrepareTheWaitOfTheOuterLoop(Style style) {
        AioContext inner = inner();
        AtomicInteger prepared = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicLong longest = new AtomicLong(1_000_000);
        Source hook = opened.add(inner.newHook("hook", new WaitHook() {
            @Override
            public void prepare(Wait wait) {
                assertThat(AioContext.current()).contains(inner);
                assertThat(prepared.incrementAndGet()).isEqualTo(ended.get() + 1);
                wait.atMostNanos(longest.get());
            }

            @Override
            public void after() {
                assertThat(AioContext.current()).contains(inner);
                assertThat(ended.incrementAndGet()).isEqualTo(prepared.get());
            }
        }));
        LoopThread outer = outer(style, inner);
        Eventually.holds("the time of the hook ends the wait", () -> prepared.get() > 10);
        longest.set(TimeUnit.DAYS.toNanos(1));
        outer.awaitBlocked();
        hook.suspend();
        inner.wakeup();
        outer.awaitBlocked();
        int before = prepared.get();
        hook.resume();
        Eventually.holds("it is called after the resume", () -> prepared.get() > before);
        assertThat(hook.isSuspended()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aPollOfTheHomeThreadLeavesTheDescriptorPrepared(Style style) {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        for (int round = 0; round < 20; round++) {
            outer.awaitBlocked();
            CountDownLatch polls = new CountDownLatch(1);
            int before = calls.get();
            outer.context.execute(() -> {
                polls.countDown();
                while (calls.get() == before) {
                    inner.poll(true);
                }
            });
            Eventually.holds("it polls", () -> polls.getCount() == 0);
            inner.execute(calls::incrementAndGet);
            awaitCall(before);
            outer.awaitBlocked();
            inner.execute(calls::incrementAndGet);
            awaitCall(before + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamOfTasksStarvesNeitherLoop(Style style) {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        Runnable[] again = new Runnable[1];
        again[0] = () -> inner.execute(again[0]);
        inner.execute(again[0]);
        for (int round = 0; round < 20; round++) {
            int before = calls.get();
            outer.context.execute(calls::incrementAndGet);
            awaitCall(before);
            inner.after(Duration.ZERO, calls::incrementAndGet);
            awaitCall(before + 1);
        }
        again[0] = () -> {};
    }

    @Test
    void aVirtualClockWakesTheOuterLoop() {
        VirtualClock clock = new VirtualClock();
        AioContext inner = opened.context(AioContext.builder().clock(clock));
        inner.after(Duration.ofHours(1), calls::incrementAndGet);
        LoopThread outer = outer(Style.DESCRIPTOR_ALONE, inner);
        outer.awaitBlocked();
        assertThat(calls).hasValue(0);
        clock.advance(Duration.ofHours(1));
        awaitCall(0);
    }

    /** Epoll refuses it, so its descriptor does not tell that it is always ready. */
    @ParameterizedTest
    @EnumSource
    void aRegularFileIsAlwaysReady(Style style, @TempDir Path directory) throws IOException {
        AioContext inner = inner();
        LoopThread outer = outer(style, inner);
        Path path = Files.createFile(directory.resolve("file"));
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(file.length()).isZero();
            int fd = descriptorOf(path);
            outer.awaitBlocked();
            outer.context.execute(() -> inner.onReadable(fd, (source, events) -> {
                if (calls.incrementAndGet() == 5) {
                    source.close();
                }
            }));
            Eventually.holds("it is called again and again", () -> calls.get() == 5);
            outer.awaitBlocked();
        }
    }

    private static int descriptorOf(Path file) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.exists(descriptor) && Files.isSameFile(descriptor, file)) {
                    return Integer.parseInt(descriptor.getFileName().toString());
                }
            }
        }
        throw new AssertionError(file + " is not open");
    }
}
