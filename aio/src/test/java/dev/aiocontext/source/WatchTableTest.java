package dev.aiocontext.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.internal.posix.InotifyFd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Events of watches that are closed already: the numbers that the kernel uses again, which takes it 2^31 watches, and moves out of them. */
class WatchTableTest {
    private static final int WD = 7;

    private final List<String> told = new ArrayList<>();

    @Test
    void eventsOfAWatchThatWasClosedAreNotToldToTheNextOneOfItsNumber() {
        try (AioContext context = AioContext.open();
                Inotify inotify = Inotify.on(context);
                InotifyFd fd = InotifyFd.open()) {
            WatchTable table = new WatchTable(fd);
            InotifyWatch first = watch(context, inotify, "first");
            table.adopt(first, WD);
            table.route(event(InotifyKind.CREATE));
            table.remove(first);
            InotifyWatch second = watch(context, inotify, "second");
            table.adopt(second, WD);
            table.route(event(InotifyKind.CREATE)); // was in the queue
            table.route(event(InotifyKind.GONE));
            table.route(event(InotifyKind.CREATE));
            context.poll(false);
            assertThat(told).containsExactly("first CREATE", "second CREATE");

            table.route(event(InotifyKind.GONE));
            context.poll(false);
            assertThat(second.isOpen()).isFalse();
            first.close();
        }
    }

    @Test
    void aMoveOutOfAWatchThatIsClosedIsToldToTheWatchThatItComesTo() {
        try (AioContext context = AioContext.open();
                Inotify inotify = Inotify.on(context);
                InotifyFd fd = InotifyFd.open()) {
            WatchTable table = new WatchTable(fd);
            InotifyWatch from = watch(context, inotify, "from");
            table.adopt(from, WD);
            table.adopt(watch(context, inotify, "to"), WD + 1);
            table.remove(from);
            table.route(move()); // was in the queue
            context.poll(false);
            assertThat(told).containsExactly("to MOVED_TO");

            table.route(event(InotifyKind.GONE));
            table.route(move()); // of a number that nobody has
            context.poll(false);
            assertThat(told).containsExactly("to MOVED_TO", "to MOVED_TO");
            from.close();
        }
    }

    private static RawEvent move() {
        RawEvent first = event(InotifyKind.MOVED_FROM);
        first.second = new RawEvent(WD + 1, InotifyKind.MOVED_TO.bits, 0, new byte[0]);
        return first;
    }

    private static RawEvent event(InotifyKind kind) {
        return new RawEvent(WD, kind.bits, 0, new byte[0]);
    }

    private InotifyWatch watch(AioContext context, Inotify inotify, String path) {
        return new InotifyWatch(
                context,
                inotify,
                Path.of(path),
                Set.of(InotifyKind.CREATE, InotifyKind.MOVED),
                (watch, event) -> told.add(watch.path() + " " + event.kind()));
    }
}
