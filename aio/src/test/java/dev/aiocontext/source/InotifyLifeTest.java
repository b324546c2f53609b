package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Watches and the Inotify are sources, with the life of sources. */
@Tag("architecture")
@ParameterizedClass
@MethodSource("settings")
class InotifyLifeTest extends InotifyFixture {
    InotifyLifeTest(MonitorMode monitor, RelayMode relay) {
        super(monitor, relay);
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
    void whatWasReadBeforeASuspensionIsToldAfterIt() throws IOException {
        inotify.watch(home, InotifyKind.CREATE, this::note);
        file("a");
        context.poll(true); // reads it, and does not tell it yet
        inotify.suspend();
        pollTwice();
        assertThat(told).isEmpty();
        inotify.resume();
        pollUntilTold(": CREATE a");
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
    void aWatchWhoseHandlerPollsIsToldTheRestOfItsQueueInLaterIterations() {
        int most = 3 * 1024;
        AtomicInteger calls = new AtomicInteger();
        InotifyWatch watch = inotify.watch(home, InotifyKind.CREATE, (self, event) -> {
            if (calls.incrementAndGet() == 1) {
                context.poll(false);
            }
        });
        for (int i = 0; i < most; i++) {
            watch.offer(watch.about(InotifyKind.CREATE));
        }
        pollUntil(() -> calls.get() == most);
        assertThat(watch.isOpen()).isTrue();
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
}
