package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** An Inotify on a context, on each monitor, with and without the relay. */
abstract class InotifyFixture {
    static final Set<InotifyKind> ENTRIES =
            EnumSet.of(InotifyKind.CREATE, InotifyKind.DELETE, InotifyKind.MOVED, InotifyKind.CLOSE_WRITE);

    final AioContext.Builder settings;
    final List<String> told = new ArrayList<>();
    final List<String> failures = new ArrayList<>();

    Map<Integer, String> before = Map.of();
    AioContext context;
    Inotify inotify;
    Path home;

    InotifyFixture(MonitorMode monitor, RelayMode relay) {
        settings = AioContext.builder().monitor(monitor).relay(relay);
    }

    static Stream<Arguments> settings() {
        return Stream.of(MonitorMode.values())
                .flatMap(monitor ->
                        Stream.of(RelayMode.OFF, RelayMode.THREAD).map(relay -> Arguments.of(monitor, relay)));
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        home = directory;
        AioContext.open().close(); // whatever stays open for good is open
        before = OpenFiles.now();
        context = settings.exceptionHandler((source, failure) ->
                        failures.add(Objects.requireNonNull(source).name() + ": " + failure.getMessage()))
                .open();
        inotify = Inotify.on(context);
    }

    @AfterEach
    void close() {
        inotify.close();
        context.close();
        OpenFiles.awaitNoneSince(before);
        assertThat(failures).isEmpty();
    }

    void note(InotifyWatch watch, InotifyEvent event) {
        told.add(home.relativize(watch.path()) + ": "
                + event.toString().replace(home + "/", "").replace(home.toString(), "."));
    }

    void pollUntil(BooleanSupplier condition) {
        try {
            Eventually.pollUntil(context, "what is waited for", condition);
        } catch (AssertionError late) {
            throw new AssertionError("told " + told + ", failed " + failures, late);
        }
    }

    void pollUntilTold(String... events) {
        pollUntil(() -> told.size() >= events.length);
        context.poll(false);
        assertThat(told).containsExactly(events);
        told.clear();
    }

    Path directory(String name) throws IOException {
        return Files.createDirectory(home.resolve(name));
    }

    Path file(String name) throws IOException {
        return Files.createFile(home.resolve(name));
    }

    void pollTwice() {
        context.poll(false);
        context.poll(false);
    }
}
