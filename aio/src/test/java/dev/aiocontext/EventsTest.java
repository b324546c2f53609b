package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.LossyDoorbell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events of the flight recorder. */
class EventsTest {
    @TempDir
    Path directory;

    private List<RecordedEvent> record(String event, Runnable work) throws IOException {
        Path file = directory.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(event);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        // A recording has the other events, too, that are on by themselves.
        return RecordingFile.readAllEvents(file).stream()
                .filter(recorded -> recorded.getEventType().getName().equals(event))
                .toList();
    }

    @Test
    void aRescueIsRecorded() throws IOException {
        AtomicLong rescues = new AtomicLong();
        List<RecordedEvent> events = record("dev.aiocontext.Rescue", () -> {
            AtomicLong ran = new AtomicLong();
            AioContext ctx = new LossyDoorbell(1)
                    .open(AioContext.builder().name("rescued").relay(RelayMode.THREAD));
            try (LoopThread loop = new LoopThread(ctx)) {
                for (int i = 1; i <= 20; i++) {
                    int round = i;
                    loop.awaitBlocked();
                    loop.context.execute(ran::incrementAndGet);
                    Eventually.holds("the task runs", () -> ran.get() == round);
                }
                rescues.set(ctx.statistics().relay().rescues());
            }
        });
        assertThat(rescues).hasPositiveValue();
        assertThat(events).hasSizeBetween((int) rescues.get(), (int) rescues.get() + 1); // one more by stop()
        assertThat(events).allSatisfy(event -> {
            assertThat(event.getString("context")).isEqualTo("rescued");
            assertThat(event.getLong("arming")).isPositive();
            assertThat(event.getString("state")).isIn("RUNG", "ARMED"); // its notifier marks the arming after the ring
            assertThat(event.getBoolean("doorbellReadable")).isFalse();
            assertThat(event.getString("monitor")).isEqualTo("poll");
            assertThat(event.getString("relay")).isEqualTo("THREAD");
            assertThat(event.getString("notifier"))
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(event.getLong("notifierId"))
                    .isEqualTo(Thread.currentThread().threadId());
            assertThat(event.getDuration("asleep")).isPositive();
            assertThat(event.getDuration("delay")).isPositive();
        });
        assertThat(events.subList(0, (int) rescues.get())).allSatisfy(event -> {
            assertThat(event.getBoolean("work")).isTrue();
            assertThat(event.getBoolean("request")).isFalse();
        });
    }

    @Test
    void aSlowCallbackIsRecordedAndAFastOneIsNot() throws IOException {
        List<RecordedEvent> events = record("dev.aiocontext.SlowCallback", () -> {
            try (AioContext ctx = AioContext.builder().name("slow").open()) {
                BottomHalf fast = ctx.newBottomHalf("fast", () -> {});
                BottomHalf slow = ctx.newBottomHalf("slow", () -> spend(Duration.ofMillis(20)));
                for (int i = 0; i < 100; i++) {
                    fast.schedule();
                    ctx.poll(true);
                }
                slow.schedule();
                ctx.poll(true);
                fast.close();
                slow.close();
            }
        });
        // Its first call may take long, on a machine that is slow to load classes.
        assertThat(events)
                .filteredOn(event -> event.getString("callback").equals("bottom half fast"))
                .hasSizeLessThan(10);
        assertThat(events).anySatisfy(event -> {
            assertThat(event.getString("context")).isEqualTo("slow");
            assertThat(event.getString("callback")).isEqualTo("bottom half slow");
            assertThat(event.getDuration()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        });
    }

    @Test
    void aLateTimerIsRecordedAndOneThatIsWithinItsAccuracyIsNot() throws IOException {
        List<RecordedEvent> events = record("dev.aiocontext.LateTimer", () -> {
            VirtualClock clock = new VirtualClock();
            TimerOptions coarse = TimerOptions.DEFAULT.accuracy(Duration.ofMillis(50));
            try (AioContext ctx =
                            AioContext.builder().name("delayed").clock(clock).open();
                    AioTimer late = ctx.newTimer("late", (timer, missed) -> {});
                    AioTimer inTime = ctx.newTimer("in time", coarse, (timer, missed) -> {})) {
                late.arm(Duration.ofSeconds(1), Duration.ofMillis(25));
                inTime.arm(Duration.ofSeconds(1));
                ctx.after(Duration.ofSeconds(1), new Nothing());
                ctx.scheduledExecutor().schedule((Runnable) new Nothing(), 1, TimeUnit.SECONDS);
                clock.advance(Duration.ofMillis(1060));
                ctx.poll(false);
            }
        });
        String task = Nothing.class.getName();
        assertThat(events)
                .extracting(event -> event.getString("timer"))
                .containsExactlyInAnyOrder(
                        "late", "after PT1S, " + task, "task " + task + " of the scheduled executor");
        assertThat(events).anySatisfy(event -> {
            assertThat(event.getString("context")).isEqualTo("delayed");
            assertThat(event.getString("timer")).isEqualTo("late");
            assertThat(event.getDuration("lateness")).isEqualTo(Duration.ofMillis(60));
            assertThat(event.getDuration("accuracy")).isEqualTo(Duration.ofMillis(1));
            assertThat(event.getLong("missed")).isEqualTo(2);
        });
    }

    @Test
    void aTimerThatIsLateBecauseOfACallbackOfTheSameIterationIsRecorded() throws IOException {
        List<RecordedEvent> events = record("dev.aiocontext.LateTimer", () -> {
            VirtualClock clock = new VirtualClock();
            try (AioContext ctx = AioContext.builder().clock(clock).open();
                    AioTimer first = ctx.newTimer("first", (timer, missed) -> {});
                    AioTimer second = ctx.newTimer("second", (timer, missed) -> {});
                    AioTimer hog = ctx.newTimer("hog", (timer, missed) -> clock.advance(Duration.ofMillis(500)));
                    AioTimer victim = ctx.newTimer("victim", (timer, missed) -> {})) {
                for (AioTimer timer :
                        List.of(first, second, hog, victim)) { // without a recording, no look before the fourth
                    timer.arm(Duration.ofSeconds(1));
                }
                clock.advance(Duration.ofSeconds(1));
                ctx.poll(false);
                assertThat(ctx.statistics().timers().late()).isEqualTo(Duration.ofMillis(499));
            }
        });
        assertThat(events).singleElement().satisfies(event -> {
            assertThat(event.getString("timer")).isEqualTo("victim");
            assertThat(event.getDuration("lateness")).isEqualTo(Duration.ofMillis(500));
        });
    }

    private static final class Nothing implements Task, Runnable {
        @Override
        public void run() {}
    }

    private static void spend(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(time.toNanos());
        }
    }
}
