package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The event of a slow callback names the user's source, or else the class of what the user has handed in, in whatever way. */
class SlowCallbackTest {
    private static final Duration SLOW = Duration.ofMillis(5);
    private static final String WORK = Slow.class.getName();
    private static final String QUICK = Quick.class.getName();

    @TempDir
    Path directory;

    /** Keeps the loop for a while, the first time that it is called. */
    private static class Slow
            implements Task, Runnable, Callable<String>, BooleanSupplier, TimerHandler, FdHandler, PollHook {
        final AtomicBoolean ran = new AtomicBoolean();

        @Override
        public void run() {
            if (!ran.get()) {
                long end = System.nanoTime() + SLOW.toNanos();
                while (System.nanoTime() - end < 0) {
                    Thread.onSpinWait();
                }
                ran.set(true);
            }
        }

        @Override
        public String call() {
            run();
            return "done";
        }

        @Override
        public boolean getAsBoolean() {
            run();
            return false;
        }

        @Override
        public void fired(AioTimer timer, long missed) {
            run();
        }

        @Override
        public void ready(FdSource source, FdEvents events) {
            run();
        }

        @Override
        public boolean check() {
            run();
            return false;
        }
    }

    /** A part of a source that has an owner. */
    private record Part(Slow slow, Callable<Source> asked) implements Task, OwnedCallback {
        @Override
        public Source owner() {
            try {
                return asked.call();
            } catch (Exception e) {
                throw new IllegalStateException("no owner", e);
            }
        }

        @Override
        public void run() {
            slow.run();
        }
    }

    /** Waits for something in the thread pool, or does not wait. */
    private record Quick(CountDownLatch until) implements Callable<String> {
        @Override
        public String call() throws InterruptedException {
            until.await();
            return "done";
        }
    }

    @FunctionalInterface
    private interface Use {
        /** Hands in what is slow. */
        void of(AioContext ctx, Slow slow, Opened opened) throws Exception;
    }

    /** A way in which something slow comes to a loop, and how the event begins that tells of it. */
    private record Way(String name, String told, Use use) {}

    private static void afterwards(CountDownLatch latch, Runnable attach) {
        attach.run();
        latch.countDown();
    }

    private static <T> BiConsumer<T, Throwable> stage(Slow slow) {
        return (result, failure) -> slow.run();
    }

    private static PollHook hook(Slow begin, Slow check, Slow end) {
        return new PollHook() {
            @Override
            public boolean check() {
                return check.check();
            }

            @Override
            public void begin() {
                begin.run();
            }

            @Override
            public void end() {
                end.run();
            }
        };
    }

    private static Slow fast() {
        Slow fast = new Slow();
        fast.ran.set(true);
        return fast;
    }

    private static FdSource watch(AioContext ctx, Opened opened, FdHandler handler) {
        EventNotifier notifier = opened.notifier();
        notifier.set();
        return opened.add(ctx.watch("input", notifier.fd(), FdEvents.READ, handler));
    }

    private static ScheduledExecutorService executor(AioContext ctx) {
        return ctx.scheduledExecutor();
    }

    private static List<Way> tasks() {
        return List.of(
                new Way("execute", "task " + WORK, (ctx, slow, opened) -> ctx.execute(slow)),
                new Way("submit", "call of " + WORK, (ctx, slow, opened) -> ctx.submit(slow)),
                new Way(
                        "call",
                        "call of " + WORK,
                        (ctx, slow, opened) -> Thread.ofVirtual().start(() -> {
                            try {
                                ctx.call(slow);
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        })),
                new Way(
                        "completion of the pool",
                        "completion of " + QUICK + " in the thread pool",
                        (ctx, slow, opened) -> {
                            CountDownLatch attached = new CountDownLatch(1);
                            var future = ctx.threadPool().submit(new Quick(attached));
                            afterwards(attached, () -> future.whenComplete(stage(slow)));
                        }),
                new Way(
                        "stage of the pool",
                        "stage of call of " + QUICK,
                        (ctx, slow, opened) -> ctx.threadPool()
                                .submit(new Quick(new CountDownLatch(0)))
                                .whenCompleteAsync(stage(slow))),
                new Way(
                        "stage of a stage",
                        "stage of call of " + QUICK,
                        (ctx, slow, opened) -> ctx.submit(new Quick(new CountDownLatch(0)))
                                .thenApplyAsync(String::length)
                                .whenCompleteAsync(stage(slow))),
                new Way("report", "exception handler, told of bottom half source", (ctx, slow, opened) -> {
                    BottomHalf source = opened.add(ctx.newBottomHalf("source", () -> {}));
                    ctx.report(source, new SlowFailure(slow));
                }),
                new Way(
                        "report of none",
                        "exception handler, told of no source",
                        (ctx, slow, opened) -> ctx.report(null, new SlowFailure(slow))),
                new Way("waitWhile", "condition of waitWhile(), " + WORK, (ctx, slow, opened) -> ctx.waitWhile(slow)));
    }

    /** The exception handler of the test's contexts takes its time with it. */
    private static final class SlowFailure extends RuntimeException {
        private static final long serialVersionUID = 1;
        final transient Slow slow;

        SlowFailure(Slow slow) {
            this.slow = slow;
        }
    }

    private static List<Way> executors() {
        String told = "task " + WORK + " of the scheduled executor";
        return List.of(
                new Way(
                        "executor.execute",
                        told,
                        (ctx, slow, opened) -> executor(ctx).execute(slow)),
                new Way(
                        "executor.submit",
                        told,
                        (ctx, slow, opened) -> executor(ctx).submit((Runnable) slow)),
                new Way(
                        "executor.submit, result",
                        told,
                        (ctx, slow, opened) -> executor(ctx).submit(slow, 1)),
                new Way(
                        "executor.submit, call",
                        told,
                        (ctx, slow, opened) -> executor(ctx).submit((Callable<String>) slow)),
                new Way(
                        "executor.schedule",
                        told,
                        (ctx, slow, opened) -> executor(ctx).schedule((Runnable) slow, 1, TimeUnit.MILLISECONDS)),
                new Way(
                        "executor.schedule, call",
                        told,
                        (ctx, slow, opened) ->
                                executor(ctx).schedule((Callable<String>) slow, 1, TimeUnit.MILLISECONDS)),
                new Way(
                        "executor, fixed rate",
                        told,
                        (ctx, slow, opened) -> executor(ctx).scheduleAtFixedRate(slow, 1, 1000, TimeUnit.MILLISECONDS)),
                new Way(
                        "executor, fixed delay",
                        told,
                        (ctx, slow, opened) ->
                                executor(ctx).scheduleWithFixedDelay(slow, 1, 1000, TimeUnit.MILLISECONDS)));
    }

    private static List<Way> sources() {
        return List.of(
                new Way(
                        "after",
                        "timer after PT0.001S, " + WORK,
                        (ctx, slow, opened) -> ctx.after(Duration.ofMillis(1), slow)),
                new Way(
                        "every",
                        "timer every PT0.001S, " + WORK,
                        (ctx, slow, opened) -> ctx.every(Duration.ofMillis(1), slow)),
                new Way(
                        "timer",
                        "timer tick",
                        (ctx, slow, opened) ->
                                opened.add(ctx.newTimer("tick", slow)).arm(Duration.ofMillis(1))),
                new Way(
                        "bottom half",
                        "bottom half due",
                        (ctx, slow, opened) ->
                                opened.add(ctx.newBottomHalf("due", slow)).schedule()),
                new Way(
                        "idle",
                        "bottom half idle",
                        (ctx, slow, opened) ->
                                opened.add(ctx.newBottomHalf("idle", slow)).scheduleIdle()),
                new Way(
                        "guarded",
                        "bottom half guarded",
                        (ctx, slow, opened) -> opened.add(ctx.newBottomHalf("guarded", ctx.newGuard("guard"), slow))
                                .schedule()),
                new Way("part", "bottom half part, part of bottom half owner", (ctx, slow, opened) -> {
                    BottomHalf owner = opened.add(ctx.newBottomHalf("owner", () -> {}));
                    opened.add(ctx.newBottomHalf("part", new Part(slow, () -> owner)))
                            .schedule();
                }),
                new Way("guarded part", "bottom half part, part of bottom half owner", (ctx, slow, opened) -> {
                    BottomHalf owner = opened.add(ctx.newBottomHalf("owner", () -> {}));
                    opened.add(ctx.newBottomHalf("part", ctx.newGuard("guard"), new Part(slow, () -> owner)))
                            .schedule();
                }),
                new Way(
                        "part of none",
                        "bottom half part, whose owner is not told (java.lang.IllegalStateException)",
                        (ctx, slow, opened) -> opened.add(ctx.newBottomHalf("part", new Part(slow, () -> {
                                    throw new IOException("as planned");
                                })))
                                .schedule()),
                new Way("descriptor", "input (fd ", (ctx, slow, opened) -> watch(ctx, opened, slow)),
                new Way("closed", "closed() of bottom half away", (ctx, slow, opened) -> {
                    BottomHalf away = ctx.newBottomHalf("away", () -> {});
                    away.closed().thenRun(slow);
                    Eventually.ends(Thread.ofPlatform().start(away::close));
                }),
                new Way("adopt", "move of input (fd ", (ctx, slow, opened) -> {
                    FdSource source = watch(ctx, opened, fast());
                    AioContext other = opened.context(AioContext.builder());
                    Thread mover =
                            Thread.ofPlatform().start(() -> other.adopt(source).whenComplete(stage(slow)));
                    Eventually.ends(mover);
                }));
    }

    private static List<Way> hooks() {
        return List.of(
                new Way(
                        "prepare",
                        "hook prepare",
                        (ctx, slow, opened) -> opened.add(ctx.newHook("prepare", wait -> slow.run()))),
                new Way(
                        "after a wait",
                        "hook wait",
                        (ctx, slow, opened) -> opened.add(ctx.newHook("wait", new WaitHook() {
                            @Override
                            public void prepare(Wait wait) {}

                            @Override
                            public void after() {
                                slow.run();
                            }
                        }))),
                new Way("embedded", "task " + WORK, (ctx, slow, opened) -> {
                    EmbeddedLoop inner = opened.add(ctx.embed());
                    inner.prepare();
                    ctx.execute(slow);
                    inner.dispatch();
                }),
                new Way("hook of an embedded one", "hook inner", (ctx, slow, opened) -> {
                    opened.add(ctx.newHook("inner", wait -> slow.run()));
                    opened.add(ctx.embed()).prepare();
                }));
    }

    private static List<Way> polls() {
        String told = "poll hook of input (fd ";
        return List.of(
                new Way("check", told, (ctx, slow, opened) -> poll(ctx, opened, hook(fast(), slow, fast()))),
                new Way("begin", told, (ctx, slow, opened) -> poll(ctx, opened, hook(slow, fast(), fast()))),
                new Way("end", told, (ctx, slow, opened) -> poll(ctx, opened, hook(fast(), fast(), slow))));
    }

    private static void poll(AioContext ctx, Opened opened, PollHook hook) {
        opened.add(ctx.watch("input", opened.notifier().fd(), FdEvents.READ, hook, (source, events) -> {}));
    }

    private static List<Way> ways() {
        List<Way> all = new ArrayList<>();
        all.addAll(tasks());
        all.addAll(executors());
        all.addAll(sources());
        all.addAll(hooks());
        if (Runtime.getRuntime().availableProcessors() > 1) { // else no loop polls
            all.addAll(polls());
        }
        return all;
    }

    private static void take(Way way) throws Exception {
        Slow slow = new Slow();
        try (Opened opened = new Opened()) {
            AioContext ctx = opened.context(AioContext.builder()
                    .name(way.name())
                    .polling(Duration.ofMillis(100))
                    .exceptionHandler((source, failure) -> {
                        if (failure instanceof SlowFailure told) {
                            told.slow.run();
                        }
                    }));
            way.use().of(ctx, slow, opened);
            Duration little = Duration.ofMillis(1);
            Eventually.holds(way.name(), () -> {
                ctx.poll(little);
                return slow.ran.get();
            });
        }
    }

    @TestFactory
    Stream<DynamicTest> eachIsNamedAsTheUserKnowsIt() throws Exception {
        Path file = directory.resolve("slow.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.aiocontext.SlowCallback").withThreshold(SLOW);
            recording.start();
            for (Way way : ways()) {
                take(way);
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.aiocontext.SlowCallback"))
                .filter(event -> event.getDuration().compareTo(SLOW) >= 0)
                .toList();
        return ways().stream()
                .map(way -> DynamicTest.dynamicTest(way.name(), () -> {
                    List<String> told = events.stream()
                            .filter(event -> event.getString("context").equals(way.name()))
                            .map(event -> event.getString("callback"))
                            .toList();
                    assertThat(told).anySatisfy(callback -> assertThat(callback).startsWith(way.told()));
                    assertThat(told)
                            .noneSatisfy(callback -> assertThat(callback).contains("dev.aiocontext.internal."));
                }));
    }
}
