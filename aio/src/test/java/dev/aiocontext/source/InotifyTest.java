package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What watches are told. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class InotifyTest extends InotifyFixture {
    InotifyTest(MonitorMode monitor, RelayMode relay) {
        super(monitor, relay);
    }

    @Test
    void eachEventTellsItsKindItsNameAndItsPath() throws IOException {
        List<InotifyEvent> events = new ArrayList<>();
        inotify.watch(home, ENTRIES, (watch, event) -> events.add(event));
        file("a");
        directory("d");
        Files.delete(home.resolve("a"));
        pollUntil(() -> events.size() == 4);
        assertThat(events)
                .extracting(InotifyEvent::kind)
                .containsExactly(InotifyKind.CREATE, InotifyKind.CLOSE_WRITE, InotifyKind.CREATE, InotifyKind.DELETE);
        assertThat(events)
                .extracting(InotifyEvent::name)
                .containsExactly(Path.of("a"), Path.of("a"), Path.of("d"), Path.of("a"));
        assertThat(events).extracting(InotifyEvent::isDirectory).containsExactly(false, false, true, false);
        assertThat(events.get(2).path()).isEqualTo(home.resolve("d"));
        assertThat(events.get(2).oldPath()).isEmpty();
        assertThat(events.get(2)).hasToString("CREATE " + home.resolve("d"));
    }

    @Test
    void anEventOfTheWatchedFileItselfHasAnEmptyName() throws IOException {
        List<InotifyEvent> events = new ArrayList<>();
        Path file = file("a");
        inotify.watch(file, InotifyKind.MODIFY, (watch, event) -> events.add(event));
        Files.writeString(file, "x");
        pollUntil(() -> !events.isEmpty());
        assertThat(events.getFirst().name()).isEqualTo(Path.of(""));
        assertThat(events.getFirst().path()).isEqualTo(file);
    }

    @Test
    void aWatchIsToldWhatItAskedForAlone() throws IOException {
        inotify.watch(home, InotifyKind.DELETE, this::note);
        file("a");
        Files.delete(home.resolve("a"));
        pollUntilTold(": DELETE a");
    }

    @Test
    void aWatchThatAskedForNothingIsToldItsEndAlone() throws IOException {
        Path directory = directory("d");
        inotify.watch(directory, Set.of(), (watch, event) -> told.add("nothing: " + event.kind()));
        InotifyWatch gone =
                inotify.watch(directory, InotifyKind.GONE, (watch, event) -> told.add("end: " + event.kind()));
        Files.delete(directory);
        pollUntil(() -> !gone.isOpen());
        pollTwice();
        assertThat(told).containsExactlyInAnyOrder("nothing: GONE", "end: GONE");
    }

    @Test
    @SuppressWarnings("NullAway") // the point of it
    void anInterestThatIsNullIsNamed() {
        assertThatThrownBy(() -> inotify.watch(home, (InotifyKind) null, this::note))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("interest");
        assertThatThrownBy(() -> inotify.watch(home, (Set<InotifyKind>) null, this::note))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("interest");
    }

    @Test
    void twoPathsToOneInodeAreTwoWatches() throws IOException {
        Path file = file("a");
        Path link = Files.createLink(home.resolve("b"), file);
        InotifyWatch first = inotify.watch(file, InotifyKind.MODIFY, this::note);
        inotify.watch(link, InotifyKind.CLOSE_WRITE, this::note);
        Files.writeString(file, "x");
        pollUntilTold("a: MODIFY a", "b: CLOSE_WRITE b");
        first.close();
        Files.writeString(file, "y");
        pollUntilTold("b: CLOSE_WRITE b");
    }

    @Test
    void aWatchedDirectoryThatIsDeletedIsToldAndItsWatchEnds() throws IOException {
        Path directory = directory("d");
        InotifyWatch watch = inotify.watch(directory, InotifyKind.CREATE, this::note);
        InotifyWatch asked =
                inotify.watch(directory, InotifyKind.DELETE_SELF, (self, event) -> told.add("asked: " + event.kind()));
        Files.delete(directory);
        pollUntil(() -> !watch.isOpen() && !asked.isOpen());
        assertThat(told).containsExactlyInAnyOrder("d: GONE d", "asked: DELETE_SELF", "asked: GONE");
        told.clear();

        Files.createDirectory(directory);
        inotify.watch(directory, InotifyKind.CREATE, this::note);
        file("d/x");
        pollUntilTold("d: CREATE d/x");
    }

    @Test
    void namesThatAreNoTextKeepTheirBytes() throws Exception {
        inotify.watch(
                home,
                InotifyKind.CREATE,
                (watch, event) -> told.add(event.path().toUri().getRawPath()));
        Process shell = new ProcessBuilder("sh", "-c", "cd '" + home + "' && : > \"$(printf 'a\\377 %%b')\"").start();
        assertThat(shell.waitFor()).isZero();
        pollUntilTold(home.toUri().getRawPath() + "a%FF%20%25b");
    }

    @Test
    void aPathThatIsMissingIsNamed() {
        Path missing = home.resolve("missing");
        assertThatThrownBy(() -> inotify.watch(missing, InotifyKind.CREATE, this::note))
                .isInstanceOf(SyscallException.class)
                .hasMessageContaining("inotify_add_watch(" + missing + ") failed: ENOENT")
                .hasMessageEndingWith("it is not there. A watch of its directory tells when it comes");
        assertThatThrownBy(() -> inotify.watch(home.resolve("x".repeat(300)), InotifyKind.CREATE, this::note))
                .hasMessageContaining("ENAMETOOLONG");
    }

    @Test
    void aClosedInotifyRefusesWatches() {
        inotify.close();
        assertThat(inotify.isOpen()).isFalse();
        assertThatThrownBy(() -> inotify.watch(home, InotifyKind.CREATE, this::note))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("this Inotify is closed");
    }
}
