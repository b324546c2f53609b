package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.EventNotifier;
import dev.aiocontext.internal.posix.Descriptors;
import dev.aiocontext.testkit.RawCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events that epoll reports of entries which are in the table no more. */
class StaleEventsTest {
    private final FdTable table = new FdTable();
    private final EpollMonitor monitor = new EpollMonitor(table);
    private final ReadyList ready = new ReadyList();
    private final List<EventNotifier> notifiers = new ArrayList<>();

    @AfterEach
    void close() {
        monitor.close();
        notifiers.forEach(EventNotifier::close);
    }

    private FdEntry readyEntry(int fd) {
        FdEntry entry = new FdEntry(fd);
        entry.interest = FdEntry.IN;
        table.put(entry);
        monitor.add(entry);
        return entry;
    }

    private int readyDescriptor() {
        EventNotifier notifier = EventNotifier.open();
        notifiers.add(notifier);
        notifier.set();
        return notifier.fd();
    }

    private void await() {
        ready.clear();
        monitor.await(0, ready);
    }

    /** Each wait finds an event of an entry that was removed between the wait and the look into the table. */
    @Test
    void removalsThatRaceWithWaitsDoNotHaveTheSetBuiltAnew() {
        int epfd = monitor.fd();
        readyEntry(readyDescriptor());
        for (int i = 0; i < 10; i++) {
            FdEntry removed = readyEntry(readyDescriptor());
            table.remove(removed);
            await();
            assertThat(ready.size()).isEqualTo(1);
            monitor.remove(removed);
            assertThat(monitor.fd()).isEqualTo(epfd);
        }
        await();
        assertThat(monitor.fd()).isEqualTo(epfd);
    }

    @Test
    void aFileThatTheKernelKeepsForGoodHasTheSetBuiltAnewThoughOthersAreRemovedMeanwhile() {
        int epfd = monitor.fd();
        int closed = readyDescriptor();
        FdEntry kept = readyEntry(closed);
        int duplicate = RawCalls.duplicate(closed);
        notifiers.removeLast().close();
        monitor.remove(kept);
        table.remove(kept);
        for (int i = 0; i < 10 && monitor.fd() == epfd; i++) {
            FdEntry removed = readyEntry(readyDescriptor());
            table.remove(removed);
            await();
            monitor.remove(removed);
        }
        assertThat(monitor.fd()).isNotEqualTo(epfd);
        int rebuilt = monitor.fd();
        readyEntry(readyDescriptor());
        for (int i = 0; i < 5; i++) {
            await();
            assertThat(ready.size()).isEqualTo(1);
        }
        assertThat(monitor.fd()).isEqualTo(rebuilt);
        Descriptors.close(duplicate);
    }
}
