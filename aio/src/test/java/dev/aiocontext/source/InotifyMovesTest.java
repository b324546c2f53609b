package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** A move is one event where both of its halves are watched. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class InotifyMovesTest extends InotifyFixture {
    InotifyMovesTest(MonitorMode monitor, RelayMode relay) {
        super(monitor, relay);
    }

    @Test
    void aMoveInADirectoryIsOneEvent() throws IOException {
        file("a");
        inotify.watch(home, InotifyKind.MOVED, this::note);
        Files.move(home.resolve("a"), home.resolve("b"));
        pollUntilTold(": MOVED a to b");
    }

    @Test
    void aMoveFromOneWatchedDirectoryToAnotherIsToldToBoth() throws IOException {
        Path from = directory("from");
        Path to = directory("to");
        file("from/a");
        inotify.watch(from, InotifyKind.MOVED_FROM, this::note);
        inotify.watch(to, InotifyKind.MOVED_TO, this::note);
        Files.move(from.resolve("a"), to.resolve("b"));
        pollUntilTold("from: MOVED from/a to to/b", "to: MOVED from/a to to/b");
    }

    @Test
    void aHalfOfAMoveIsToldAlone() throws IOException {
        directory("other");
        file("a");
        inotify.watch(home, InotifyKind.MOVED, this::note);
        Files.move(home.resolve("a"), home.resolve("other/a"));
        pollUntilTold(": MOVED_FROM a");
        Files.move(home.resolve("other/a"), home.resolve("b"));
        pollUntilTold(": MOVED_TO b");
    }

    /** The kernel tells what a watch has asked for that is closed by now, because another watch has the same inode. */
    @Test
    void aMoveOfWhichOneHalfIsWantedIsToldAsThatHalf() throws IOException {
        Path from = directory("from");
        Path to = directory("to");
        file("from/a");
        file("to/b");
        inotify.watch(from, InotifyKind.MOVED_FROM, this::note);
        inotify.watch(to.resolve("."), InotifyKind.CREATE, this::note);
        inotify.watch(to, InotifyKind.MOVED, this::note).close();
        inotify.watch(home, InotifyKind.MOVED_TO, this::note); // so that first halves wait for second ones
        Files.move(from.resolve("a"), to.resolve("a"));
        pollUntilTold("from: MOVED_FROM from/a");
        inotify.watch(from.resolve("."), InotifyKind.MOVED_TO, this::note);
        Files.move(to.resolve("b"), from.resolve("b"));
        pollUntilTold("from: MOVED_TO from/./b");
    }

    @Test
    void whatComesAfterAHalfIsToldAfterIt() throws IOException {
        directory("other");
        file("a");
        inotify.watch(home, ENTRIES, this::note);
        Files.move(home.resolve("a"), home.resolve("other/a"));
        file("a");
        pollUntilTold(": MOVED_FROM a", ": CREATE a", ": CLOSE_WRITE a");
    }

    @Test
    void aMoveOverAnExistingFileIsOneEvent() throws IOException {
        file("a");
        file("b");
        inotify.watch(home, InotifyKind.MOVED, this::note);
        Files.move(home.resolve("a"), home.resolve("b"), StandardCopyOption.REPLACE_EXISTING);
        pollUntilTold(": MOVED a to b");
    }

    @Test
    void eachOfManyMovesByAnotherThreadIsOneEventThatIsInOrder() throws Exception {
        int moves = Rounds.of(20_000);
        Semaphore room = new Semaphore(1_000); // the kernel's queue holds some 8,000 moves, and then overflows
        Path from = directory("from");
        Path to = directory("to");
        List<String> kinds = new ArrayList<>();
        inotify.watch(from, InotifyKind.MOVED_FROM, (watch, event) -> kinds.add(event.kind() + " " + event.name()));
        inotify.watch(to, InotifyKind.MOVED_TO, (watch, event) -> room.release());
        for (int i = 0; i < moves; i++) {
            file("from/" + i);
        }
        Thread mover = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < moves; i++) {
                room.acquireUninterruptibly();
                assertThat(from.resolve(Integer.toString(i))
                                .toFile()
                                .renameTo(to.resolve(Integer.toString(i)).toFile()))
                        .isTrue();
            }
        });
        pollUntil(() -> kinds.size() == moves);
        mover.join();
        for (int i = 0; i < moves; i++) {
            assertThat(kinds.get(i)).isEqualTo("MOVED " + i);
        }
    }
}
