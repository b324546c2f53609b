package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.aiocontext.source.ChildExit;
import dev.aiocontext.source.ExitHandler;
import dev.aiocontext.source.Inotify;
import dev.aiocontext.source.InotifyEvent;
import dev.aiocontext.source.InotifyHandler;
import dev.aiocontext.source.InotifyKind;
import dev.aiocontext.source.InotifyWatch;
import dev.aiocontext.source.Notifications;
import dev.aiocontext.source.SignalHandler;
import dev.aiocontext.source.SignalSource;
import dev.aiocontext.source.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees of an object in a log or a debugger: what it is, its name, and how it is. */
@Timeout(60)
class ToStringTest {
    /** What users write is theirs to describe. */
    private static final Set<Class<?>> WRITTEN_BY_USERS = Set.of(
            ExceptionHandler.class,
            ExitHandler.class,
            FdHandler.class,
            InotifyHandler.class,
            OwnedCallback.class,
            PollHook.class,
            SigioHandler.class,
            SignalHandler.class,
            Task.class,
            TimerHandler.class,
            WaitHook.class);

    /** What an object of a type says. */
    private record Said(Class<?> type, String text) {}

    private static final String WORK = Work.class.getName();

    private final List<Said> said = new ArrayList<>();
    private final Callable<String> work = new Work();

    @TempDir
    Path directory;

    /** It has a name that a test can tell. */
    private static final class Work implements Callable<String> {
        @Override
        public String call() {
            return "done";
        }
    }

    /** Notes what an object says of itself, and returns the object. */
    private <T> T note(Class<? super T> type, T object) {
        said.add(new Said(type, object.toString()));
        return object;
    }

    private void noteValues(AioContext ctx) {
        note(AioContext.Builder.class, AioContext.builder());
        note(AioThreadPool.class, ctx.threadPool());
        note(VirtualClock.class, new VirtualClock());
        note(TimerOptions.class, TimerOptions.EXACT);
        note(FdEvents.class, FdEvents.READ);
        note(ReentrancyGuard.class, ctx.newGuard("guard"));
        note(SourceGroup.class, ctx.newGroup("group"));
        AioStatistics statistics = note(AioStatistics.class, ctx.statistics());
        note(AioStatistics.Load.class, statistics.load());
        note(AioStatistics.Wakeups.class, statistics.wakeups());
        note(AioStatistics.Relay.class, statistics.relay());
        note(AioStatistics.Polling.class, statistics.polling());
        note(AioStatistics.Timers.class, statistics.timers());
        note(AioStatistics.Hooks.class, statistics.hooks());
        note(AioStatistics.Waiters.class, statistics.waiters());
    }

    private void noteSources(AioContext ctx, EventNotifier notifier, Process child) throws IOException {
        note(FdSource.class, Notifications.on(ctx, "told", notifier, () -> {}));
        note(FdSource.class, ctx.watch("events", notifier.fd(), FdEvents.READ, (source, events) -> {}));
        note(BottomHalf.class, ctx.newBottomHalf("bottom", () -> {}));
        note(AioTimer.class, ctx.newTimer("timer", (timer, missed) -> {}));
        note(AioTimer.class, ctx.after(Duration.ofDays(1), () -> {}));
        note(AioTimer.class, ctx.every(Duration.ofDays(1), () -> {}));
        note(Source.class, ctx.newHook("hook", wait -> note(Wait.class, wait)));
        note(ChildExit.class, ChildExit.on(ctx, child, (source, status) -> {}));
        note(SignalSource.class, Signals.on(ctx, "USR2", (source, event) -> {}));
        Inotify inotify = note(Inotify.class, Inotify.on(ctx));
        note(InotifyWatch.class, inotify.watch(directory, InotifyKind.CREATE, (watch, event) -> {
            note(InotifyEvent.class, event);
            ctx.stop();
        }));
        Files.createFile(directory.resolve("new"));
        ctx.run();
        ctx.sources().forEach(source -> note(SourceInfo.class, source));
    }

    private void noteFutures(AioContext ctx) {
        ScheduledExecutorService executor = note(ScheduledExecutorService.class, ctx.scheduledExecutor());
        note(Future.class, executor.schedule(work, 1, TimeUnit.DAYS));
        note(Future.class, executor.submit(work));
        note(Future.class, ctx.submit(work));
        note(Future.class, ctx.threadPool().submit(work));
        BottomHalf ended = ctx.newBottomHalf("ended", () -> {});
        note(Future.class, ended.closed().toCompletableFuture());
        note(Future.class, ended.closed().thenRun(() -> {}).toCompletableFuture());
        ended.close();
    }

    private void noteAll() throws IOException {
        Process child = new ProcessBuilder("sleep", "100").start();
        try (AioContext ctx = AioContext.builder().name("ctx").open();
                EventNotifier notifier = EventNotifier.open()) {
            note(AioContext.class, ctx);
            note(EventNotifier.class, notifier);
            noteValues(ctx);
            noteSources(ctx, notifier, child);
            noteFutures(ctx);
            ctx.sources().forEach(source -> source.source().close());
            try (EmbeddedLoop embedded = ctx.embed()) {
                note(EmbeddedLoop.class, embedded);
            }
        } finally {
            child.destroyForcibly();
        }
        try (AioThread thread = AioThread.start("thread")) {
            note(AioThread.class, thread);
        }
    }

    /** Whether a user gets objects of it that neither the compiler nor the JDK describes. */
    private static boolean isToSayWhatItIs(JavaClass type) {
        Class<?> reflected = type.reflect();
        boolean holdsNothing = type.getMethods().stream()
                .allMatch(method -> method.getModifiers().contains(JavaModifier.STATIC)
                        || !method.getModifiers().contains(JavaModifier.PUBLIC));
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.isEnum()
                && !type.isRecord()
                && !Throwable.class.isAssignableFrom(reflected)
                && !WRITTEN_BY_USERS.contains(reflected)
                && !holdsNothing;
    }

    @Test
    void everythingAUserGetsSaysWhatItIs() throws IOException {
        noteAll();
        assertThat(said)
                .allSatisfy(one -> assertThat(one.text())
                        .isNotBlank()
                        .doesNotContainPattern("@[0-9a-f]{3,}")
                        .doesNotContain("dev.aiocontext.internal"));
        List<Class<?>> types = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.aiocontext.source", "dev.aiocontext")
                        .stream()
                        .filter(type -> Set.of("dev.aiocontext.source", "dev.aiocontext")
                                .contains(type.getPackageName()))
                        .filter(ToStringTest::isToSayWhatItIs)
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
        assertThat(types).contains(AioContext.class);
        assertThat(said.stream().<Class<?>>map(Said::type)).containsAll(types);
    }

    @Test
    void aNotifierTellsItsDescriptorsUntilItIsClosed() {
        EventNotifier notifier = EventNotifier.open();
        assertThat(notifier).hasToString("EventNotifier (fd " + notifier.fd() + ")");
        notifier.close();
        assertThat(notifier).hasToString("EventNotifier (closed)");
        try (EventNotifier pipe = EventNotifier.openPipe()) {
            assertThat(pipe).hasToString("EventNotifier (fd " + pipe.fd() + ", set by fd " + pipe.writeFd() + ")");
        }
    }

    @Test
    void aFutureTellsWhatItIsACallOfAndHowFarItHasGot() {
        try (AioContext ctx = AioContext.builder().name("ctx").open()) {
            CompletableFuture<String> call = ctx.submit(work);
            assertThat(call).hasToString("call of " + WORK + " by AioContext ctx (not completed)");
            CompletableFuture<String> failing = ctx.submit(() -> {
                throw new IOException("broken");
            });
            CompletableFuture<String> cancelled = ctx.submit(work);
            cancelled.cancel(false);
            CompletableFuture<String> pooled = ctx.threadPool().submit(work);
            pooled.thenRun(ctx::stop);
            ctx.run();
            assertThat(call).hasToString("call of " + WORK + " by AioContext ctx (completed)");
            assertThat(failing.toString()).endsWith(" by AioContext ctx (failed: java.io.IOException: broken)");
            assertThat(cancelled).hasToString("call of " + WORK + " by AioContext ctx (cancelled)");
            assertThat(pooled).hasToString("call of " + WORK + " by the thread pool of AioContext ctx (completed)");
            assertThat(pooled.thenRun(() -> {})).hasToString("future of AioContext ctx (completed)");
            Future<?> later = ctx.scheduledExecutor().schedule(work, 1, TimeUnit.DAYS);
            assertThat(later).hasToString("task of the scheduled executor of AioContext ctx (not completed)");
        }
    }

    @Test
    void anEmbeddingAndAPoolNameTheirContext() {
        try (AioContext ctx = AioContext.builder().name("ctx").open()) {
            assertThat(ctx.threadPool()).hasToString("thread pool of AioContext ctx (0 threads)");
            EmbeddedLoop embedded = ctx.embed();
            assertThat(embedded).hasToString("embedding of AioContext ctx (fd " + embedded.fd() + ")");
            embedded.close();
            assertThat(embedded).hasToString("embedding of AioContext ctx (closed)");
        }
    }
}
