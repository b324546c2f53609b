package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdSource;
import dev.aiocontext.Source;
import dev.aiocontext.SourceInfo;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LogRecords;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ready-made source stands on sources of the loop. What a user hears of is the ready-made one. */
class ReadyMadeSourceTest {
    private final Opened opened = new Opened();
    private final List<@Nullable Source> failed = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void closeAll() {
        opened.close();
    }

    private AioContext context() {
        return opened.context(AioContext.builder().exceptionHandler((source, failure) -> failed.add(source)));
    }

    private void pollUntilOneFails(AioContext ctx) {
        Eventually.pollUntil(ctx, "a failure", () -> !failed.isEmpty());
    }

    private static void sendWinch() {
        Libc.kill((int) ProcessHandle.current().pid(), SignalNumber.of("WINCH"));
    }

    @Test
    void theExceptionHandlerGetsTheSignalSource() {
        AioContext ctx = context();
        try (SignalSource source = Signals.on(ctx, "WINCH", (self, event) -> {
            throw new IOException("on purpose");
        })) {
            sendWinch();
            pollUntilOneFails(ctx);
            assertThat(failed).containsExactly(source);
        }
    }

    @Test
    void theExceptionHandlerGetsTheWatch() throws IOException {
        AioContext ctx = context();
        try (Inotify inotify = Inotify.on(ctx)) {
            InotifyWatch watch = inotify.watch(directory, InotifyKind.CREATE, (self, event) -> {
                throw new IOException("on purpose");
            });
            Files.createFile(directory.resolve("new"));
            pollUntilOneFails(ctx);
            assertThat(failed).containsExactly(watch);
        }
    }

    @Test
    void theExceptionHandlerGetsTheChildExit() {
        AioContext ctx = context();
        ChildExit source = ChildExit.reaping(ctx, Spawn.shell("exit 0"), (self, status) -> {
            throw new IOException("on purpose");
        });
        pollUntilOneFails(ctx);
        assertThat(failed).containsExactly(source);
    }

    @Test
    void theLogNamesTheSourceThatTheUserHasMade() {
        AioContext ctx = opened.context(AioContext.builder().name("loop"));
        try (LogRecords records = new LogRecords();
                SignalSource source = Signals.on(ctx, "WINCH", (self, event) -> {
                    throw new IOException("on purpose");
                })) {
            sendWinch();
            Eventually.pollUntil(ctx, "a record", () -> !records.messages().isEmpty());
            assertThat(records.messages()).containsExactly("SEVERE: signal source SIGWINCH of AioContext loop failed");
            assertThat(source).hasToString("signal source SIGWINCH");
        }
    }

    @Test
    void theWarningOfTheEndNamesEachForgottenSourceOnce() {
        AioContext ctx = AioContext.builder().name("loop").open();
        try (LogRecords records = new LogRecords()) {
            Inotify inotify = Inotify.on(ctx);
            InotifyWatch watch = inotify.watch(directory, InotifyKind.CREATE, (self, event) -> {});
            SignalSource signal = Signals.on(ctx, "WINCH", (self, event) -> {});
            ChildExit exit = ChildExit.on(ctx, ProcessHandle.current().parent().orElseThrow(), (self, status) -> {});
            ctx.close();
            assertThat(records.messages())
                    .singleElement()
                    .asString()
                    .endsWith("closed with sources that were open: " + List.of(inotify, watch, signal, exit));
        }
    }

    @Test
    void aClosedSourceIsNamedAndNotItsPart() {
        AioContext ctx = context();
        InotifyWatch watch;
        try (Inotify inotify = Inotify.on(ctx)) {
            watch = inotify.watch(directory, InotifyKind.CREATE, (self, event) -> {});
        }
        SignalSource signal = Signals.on(ctx, "WINCH", (self, event) -> {});
        signal.close();
        ChildExit exit = ChildExit.on(ctx, ProcessHandle.current().parent().orElseThrow(), (self, status) -> {});
        exit.close();
        for (Source closed : List.of(watch, signal, exit)) {
            assertThatThrownBy(closed::suspend).hasMessage(closed + " is closed");
            assertThatThrownBy(closed::resume).hasMessage(closed + " is closed");
        }
    }

    @Test
    void theListOfSourcesLeadsFromEachPartToTheSource() {
        AioContext ctx = context();
        ChildExit exit = ChildExit.on(ctx, ProcessHandle.current().parent().orElseThrow(), (self, status) -> {});
        assertThat(ctx.sources())
                .hasSize(2)
                .allSatisfy(part -> assertThat(part.toString()).contains(", part of " + exit + ": "));
        exit.close();
    }

    @Test
    void resumingASourceResumesTheDescriptorThatAFailureHasSuspended() {
        AioContext ctx = context();
        List<ExitStatus> told = new ArrayList<>();
        ChildExit source = ChildExit.reaping(ctx, Spawn.shell("exit 3"), (self, status) -> told.add(status));
        for (SourceInfo part : ctx.sources()) {
            if (part.source() instanceof FdSource descriptor) {
                descriptor.suspend(); // as a failure does
            }
        }
        ctx.poll(false);
        assertThat(source.isSuspended()).isTrue();
        source.resume();
        assertThat(source.isSuspended()).isFalse();
        Eventually.pollUntil(ctx, "the end is told", () -> !told.isEmpty());
    }

    @Test
    void theListOfSourcesSaysWhatEachPartBelongsTo() {
        AioContext ctx = context();
        try (Inotify inotify = Inotify.on(ctx);
                SignalSource signal = Signals.on(ctx, "WINCH", (self, event) -> {})) {
            assertThat(ctx.sources()).extracting(SourceInfo::owner).containsExactly(inotify, inotify, signal);
            assertThat(ctx.sources().getLast().source()).isNotSameAs(signal);
        }
    }
}
