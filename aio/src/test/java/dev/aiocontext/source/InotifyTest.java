package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.InotifyFd;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What watches are told, on each monitor, with and without the relay. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class InotifyTest {
    private static final Set<InotifyKind> ENTRIES =
            EnumSet.of(InotifyKind.CREATE, InotifyKind.DELETE, InotifyKind.MOVED, InotifyKind.CLOSE_WRITE);

    private final AioContext.Builder settings;
    private final List<String> told = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    private Map<Integer, String> before = Map.of();
    private AioContext context;
    private Inotify inotify;
    private Path home;

    InotifyTest(MonitorMode monitor, RelayMode relay) {
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
        context = settings.exceptionHandler((source, failure) -> failures.add(
                        (source instanceof BottomHalf bh ? bh.name() : source) + ": " + failure.getMessage()))
                .open();
        inotify = Inotify.on(context);
    }

    @AfterEach
    void close() {
        inotify.close();
        context.close();
        // A thread of the JDK closes the pipes of a child process.
        Eventually.holds("nothing stays open", () -> OpenFiles.since(before).isEmpty());
        assertThat(failures).isEmpty();
    }

    private void note(InotifyWatch watch, InotifyEvent event) {
        told.add(home.relativize(watch.path()) + ": "
                + event.toString().replace(home + "/", "").replace(home.toString(), "."));
    }

    private void pollUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            context.poll(Eventually.LIMIT);
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("told " + told + ", failed " + failures);
            }
        }
    }

    private void pollUntilTold(String... events) {
        pollUntil(() -> told.size() >= events.length);
        context.poll(false);
        assertThat(told).containsExactly(events);
        told.clear();
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectory(home.resolve(name));
    }

    private Path file(String name) throws IOException {
        return Files.createFile(home.resolve(name));
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
    void aWatchThatIsClosedIsToldNothingMore() throws IOException {
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, this::note);
        file("a");
        watch.close();
        assertThat(watch.isOpen()).isFalse();
        pollUntil(() -> watch.closed().toCompletableFuture().isDone());
        file("b");
        inotify.watch(home, InotifyKind.CREATE, this::note);
        file("c");
        pollUntilTold(": CREATE c");
    }

    @Test
    void aHandlerMayCloseItsWatchAndTheInotify() throws IOException {
        inotify.watch(home, InotifyKind.CREATE, (watch, event) -> {
            note(watch, event);
            watch.close();
        });
        file("a");
        file("b");
        pollUntilTold(": CREATE a");
        inotify.watch(home, InotifyKind.CREATE, (watch, event) -> {
            note(watch, event);
            inotify.close();
        });
        file("c");
        pollUntilTold(": CREATE c");
        context.poll(false);
        assertThat(inotify.closed().toCompletableFuture()).isDone();
        assertThat(OpenFiles.since(before).values()).noneMatch(file -> file.contains("inotify"));
    }

    @Test
    void aSuspendedWatchIsToldLater() throws IOException {
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, this::note);
        watch.suspend();
        assertThat(watch.isSuspended()).isTrue();
        file("a");
        context.poll(false);
        context.poll(false);
        assertThat(told).isEmpty();
        watch.resume();
        pollUntilTold(": CREATE a");
    }

    @Test
    void aSuspendedInotifyTellsNoWatchUntilItIsResumed() throws IOException {
        inotify.watch(home, InotifyKind.CREATE, this::note);
        file("a");
        context.poll(true); // reads it, and does not tell it yet
        inotify.suspend();
        file("b");
        context.poll(false);
        context.poll(false);
        assertThat(told).isEmpty();
        inotify.resume();
        pollUntilTold(": CREATE a", ": CREATE b");
    }

    @Test
    void whatWasReadIsToldAlsoIfTheSourceOfTheDescriptorAloneIsSuspendedAndResumed() throws IOException {
        FdSource source = context.source(descriptor()).orElseThrow();
        inotify.watch(home, InotifyKind.CREATE, this::note);
        file("a");
        context.poll(true); // reads it, and does not tell it yet
        source.suspend();
        assertThat(inotify.isSuspended()).isTrue();
        pollTwice();
        source.resume();
        pollTwice();
        assertThat(told).containsExactly(": CREATE a");
    }

    @Test
    void aFailureBetweenAnEventAndItsWatchIsToldAsAnOverflowWithoutAnotherEvent() throws IOException {
        boolean[] failed = {false};
        Path fails = (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("resolve") && !failed[0]) {
                        failed[0] = true;
                        throw new IllegalStateException("no path");
                    }
                    return method.invoke(home, arguments);
                });
        inotify.watch(fails, InotifyKind.CREATE, (watch, event) -> told.add(event.toString()));
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

    private void pollTwice() {
        context.poll(false);
        context.poll(false);
    }

    /** {@return the number of the inotify instance} */
    private int descriptor() {
        return OpenFiles.since(before).entrySet().stream()
                .filter(file -> file.getValue().contains("inotify"))
                .findAny()
                .orElseThrow()
                .getKey();
    }

    @Test
    void aHandlerThatThrowsIsReportedByTheNameOfItsWatchAndToldTheNextEvent() throws IOException {
        inotify.watch(home, InotifyKind.CREATE, (watch, event) -> {
            note(watch, event);
            throw new IOException("no " + event.name());
        });
        file("a");
        file("b");
        pollUntilTold(": CREATE a", ": CREATE b");
        assertThat(failures).containsExactly("inotify " + home + ": no a", "inotify " + home + ": no b");
        failures.clear();
    }

    @Test
    void aPollInAHandlerTellsOtherWatchesAndNotItsOwn() throws IOException {
        Path directory = directory("d");
        inotify.watch(directory, InotifyKind.CREATE, this::note);
        inotify.watch(home, InotifyKind.CREATE, (watch, event) -> {
            told.add("begin " + event.name());
            if (event.name().equals(Path.of("a"))) {
                file("b");
                file("d/x");
                pollUntil(() -> told.contains("d: CREATE d/x"));
            }
            told.add("end " + event.name());
        });
        file("a");
        pollUntilTold("begin a", "d: CREATE d/x", "end a", "begin b", "end b");
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
                .hasMessageContaining("inotify_add_watch(" + missing + ") failed: ENOENT");
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

    @Test
    void aContextThatIsClosedFirstLeavesNothingOpen() throws IOException {
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, this::note);
        file("a");
        context.close();
        assertThat(OpenFiles.since(before)).isEmpty();
        assertThat(watch.isOpen()).isFalse();
        assertThat(inotify.isOpen()).isFalse();
        assertThat(inotify.closed().toCompletableFuture()).isDone();
    }

    @Test
    void closingByAnotherThreadClosesTheDescriptorOnTheLoop() throws Exception {
        inotify.watch(home, InotifyKind.CREATE, this::note);
        context.poll(false);
        Thread closer = Thread.ofPlatform().start(inotify::close);
        closer.join();
        pollUntil(() -> inotify.closed().toCompletableFuture().isDone());
        assertThat(OpenFiles.since(before).values()).noneMatch(file -> file.contains("inotify"));
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

    @Test
    void eachOfManyMovesByAnotherThreadIsOneEventThatIsInOrder() throws Exception {
        int moves = Rounds.of(20_000);
        Path from = directory("from");
        Path to = directory("to");
        List<String> kinds = new ArrayList<>();
        inotify.watch(from, InotifyKind.MOVED_FROM, (watch, event) -> kinds.add(event.kind() + " " + event.name()));
        inotify.watch(to, InotifyKind.MOVED_TO, (watch, event) -> {});
        for (int i = 0; i < moves; i++) {
            file("from/" + i);
        }
        Thread mover = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < moves; i++) {
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
