package dev.aiocontext.internal.fdmon;

import static dev.aiocontext.internal.fdmon.FdEntry.ET;
import static dev.aiocontext.internal.fdmon.FdEntry.IN;
import static dev.aiocontext.internal.fdmon.FdEntry.OUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.internal.posix.Descriptors;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Waiting by epoll(7): the contract, and edges, which poll(2) does not have. */
@Tag("architecture")
class EpollMonitorTest extends FdMonitorContract {
    @Override
    FdMonitor open(FdTable table) {
        return new EpollMonitor(table);
    }

    @Test
    void anEdgeIsReportedOnceAndThenTheNextOne() {
        int[] pipe = files.pipe();
        files.write(pipe[1]); // before the entry is added
        add(pipe[0], IN | ET);
        assertThat(now()).containsExactly(Map.entry(pipe[0], IN));
        assertThat(now()).isEmpty();
        files.write(pipe[1]);
        assertThat(now()).containsExactly(Map.entry(pipe[0], IN));
        assertThat(now()).isEmpty();
    }

    @Test
    void aModificationReportsWhatIsThereOnceMore() {
        int[] pair = files.socketPair();
        files.write(pair[1]);
        FdEntry entry = add(pair[0], IN | ET);
        assertThat(now()).containsExactly(Map.entry(pair[0], IN));
        modify(entry, IN | ET);
        assertThat(now()).containsExactly(Map.entry(pair[0], IN));
        assertThat(now()).isEmpty();
        modify(entry, IN | OUT | ET);
        assertThat(now()).containsExactly(Map.entry(pair[0], IN | OUT));
        assertThat(now()).isEmpty();
    }

    @Test
    void aSetThatOtherCodeHasClosedIsNamed() {
        FdEntry entry = new FdEntry(files.pipe()[0]);
        FdTable others = new FdTable();
        EpollMonitor closed;
        synchronized (others.lock) {
            closed = new EpollMonitor(others);
        }
        int fd = closed.fd();
        Descriptors.close(fd);
        assertNamed("epoll_wait", fd, () -> closed.await(0, new ReadyList()));
        assertNamed("epoll_ctl", fd, () -> {
            synchronized (others.lock) {
                closed.add(entry);
            }
        });
        assertNamed("close", fd, closed::close);
    }

    private static void assertNamed(String call, int fd, ThrowingCallable deed) {
        assertThatThrownBy(deed)
                .hasMessageStartingWith(call + "(fd " + fd + ") failed: EBADF")
                .hasMessageContaining(
                        ": it is the epoll set by which a loop waits for its descriptors, and other code has closed it.");
    }

    @Test
    void aFileThatEpollRefusesIsCountedUntilItIsRemoved() {
        FdEntry entry = add(files.file(Path.of("/dev/null"), 2), IN);
        assertThat(monitor().alwaysReady()).isOne();
        synchronized (table.lock) {
            monitor().remove(entry);
        }
        assertThat(monitor().alwaysReady()).isZero();
    }
}
