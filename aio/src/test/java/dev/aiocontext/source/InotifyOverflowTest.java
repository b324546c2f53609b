package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.InotifyFd;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What was lost is told, whoever has lost it: the kernel, a watch that was suspended, or a failure. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class InotifyOverflowTest extends InotifyFixture {
    InotifyOverflowTest(MonitorMode monitor, RelayMode relay) {
        super(monitor, relay);
    }

    /** {@return the home, which fails once when an event is made of it} */
    private Path failing() {
        boolean[] failed = {false};
        return (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("resolve") && !failed[0]) {
                        failed[0] = true;
                        throw new IllegalStateException("no path");
                    }
                    return method.invoke(home, arguments);
                });
    }

    @Test
    void aHalfOfAMoveThatCannotBeToldIsToldAsAnOverflow() throws IOException {
        file("a");
        directory("other");
        inotify.watch(failing(), InotifyKind.MOVED, (watch, event) -> told.add(event.toString()));
        Files.move(home.resolve("a"), home.resolve("other/a"));
        pollUntil(() -> !failures.isEmpty());
        pollTwice();
        assertThat(told).containsExactly("OVERFLOW " + home.resolve(""));
        assertThat(failures).hasSize(1);
        failures.clear();
    }

    @Test
    void aFailureBetweenAnEventAndItsWatchIsToldAsAnOverflowWithoutAnotherEvent() throws IOException {
        inotify.watch(failing(), InotifyKind.CREATE, (watch, event) -> told.add(event.toString()));
        file("a");
        pollUntil(() -> !failures.isEmpty());
        pollTwice();
        assertThat(told).containsExactly("OVERFLOW " + home.resolve(""));
        assertThat(failures).hasSize(1);
        failures.clear();
    }

    @Test
    void anEventThatCannotBeTakenOutOfTheBufferIsToldAsAnOverflow() throws ReflectiveOperationException, IOException {
        inotify.watch(home, InotifyKind.CREATE, this::note);
        setPosition(
                16 * 1024,
                16 * 1024 + 16); // an event behind the end of the buffer, where it fails as it would with an Error
        file("a");
        pollUntil(() -> !failures.isEmpty());
        setPosition(0, 0);
        inotify.resume();
        pollTwice();
        assertThat(told).containsExactly(": OVERFLOW .", ": CREATE a");
        failures.clear();
    }

    private void setPosition(long next, long filled) throws ReflectiveOperationException {
        Field fd = Inotify.class.getDeclaredField("fd");
        fd.setAccessible(true);
        for (Map.Entry<String, Long> position :
                Map.of("next", next, "filled", filled).entrySet()) {
            Field field = InotifyFd.class.getDeclaredField(position.getKey());
            field.setAccessible(true);
            field.setLong(fd.get(inotify), position.getValue());
        }
    }

    @Test
    void anOverflowIsToldToEachWatchAndSoIsTheEndOfAWatchThatWasLostInIt() throws IOException {
        // A line at once: this file ends after the first read.
        int most = Integer.parseInt(Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events"))
                .getFirst());
        Path flooded = directory("flooded");
        Path quiet = directory("quiet");
        Path lost = directory("lost");
        InotifyWatch flood = inotify.watch(flooded, InotifyKind.MOVED, (watch, event) -> {
            if (event.kind() == InotifyKind.OVERFLOW) {
                note(watch, event);
            }
        });
        inotify.watch(quiet, InotifyKind.CREATE, this::note);
        inotify.watch(lost, InotifyKind.CREATE, this::note);
        Path here = file("flooded/a");
        Path there = flooded.resolve("b");

        for (int i = 0; i < most / 4 + 1; i++) { // two events each
            Files.move(here, there);
            Files.move(there, here);
        }
        Files.delete(lost);
        pollUntil(() -> told.size() >= 4);
        assertThat(told)
                .containsExactlyInAnyOrder(
                        "flooded: OVERFLOW flooded", "quiet: OVERFLOW quiet", "lost: OVERFLOW lost", "lost: GONE lost");
        told.clear();
        flood.close();
        file("quiet/x");
        pollUntilTold("quiet: CREATE quiet/x");
    }

    @Test
    void eachOverflowOfASuspendedWatchIsTold() {
        List<InotifyKind> kinds = new ArrayList<>();
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, (self, event) -> kinds.add(event.kind()));
        for (int overflows = 1; overflows <= 2; overflows++) {
            watch.suspend();
            for (int i = 0; i < 16_384 + 2; i++) {
                watch.offer(watch.about(InotifyKind.CREATE));
            }
            watch.resume();
            int all = overflows * (16_384 + 1);
            pollUntil(() -> kinds.size() >= all);
            assertThat(kinds).hasSize(all).last().isEqualTo(InotifyKind.OVERFLOW);
        }
    }

    @Test
    void aSuspendedWatchKeepsABoundedNumberOfEvents() throws IOException {
        List<InotifyKind> kinds = new ArrayList<>();
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, (self, event) -> kinds.add(event.kind()));
        watch.suspend();
        for (int i = 0; i < 16_384 + 2; i++) {
            watch.offer(watch.about(InotifyKind.CREATE));
        }
        watch.offer(watch.about(InotifyKind.GONE));
        watch.resume();
        pollUntil(() -> !watch.isOpen());
        assertThat(kinds).hasSize(16_384 + 2);
        assertThat(kinds.subList(16_384, 16_386)).containsExactly(InotifyKind.OVERFLOW, InotifyKind.GONE);
    }
}
