package dev.aiocontext.internal.fdmon;

import static dev.aiocontext.internal.fdmon.FdEntry.ET;
import static dev.aiocontext.internal.fdmon.FdEntry.IN;
import static dev.aiocontext.internal.fdmon.FdEntry.SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Edge-triggered entries of a set need epoll, and lose no edge. */
class EdgeTriggeredTest {
    private final RealDescriptors files = new RealDescriptors();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    @Test
    void theFirstEdgeTriggeredEntryBringsEpollAndLosesNothing() {
        int level = files.readable();
        int[] edge = files.pipe();
        files.write(edge[1]);
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            set.put(level, IN);
            assertThat(set.now()).containsExactly(Map.entry(level, IN));
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            FdEntry entry = set.put(edge[0], IN | ET);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            assertThat(set.set.monitor().reason()).contains("fd " + edge[0]).contains("edge-triggered");
            assertThat(set.now()).containsExactly(Map.entry(level, IN), Map.entry(edge[0], IN));
            assertThat(set.now()).containsExactly(Map.entry(level, IN));
            files.write(edge[1]);
            assertThat(set.now()).containsExactly(Map.entry(level, IN), Map.entry(edge[0], IN));
            assertThat(set.now()).containsExactly(Map.entry(level, IN));
            set.remove(entry);
            assertThat(set.now()).containsExactly(Map.entry(level, IN));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "EPOLL"})
    void anEntryBecomesEdgeTriggeredAndIsToldWhatIsThere(MonitorMode mode) {
        int fd = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            set.change(entry, IN | ET);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            assertThat(set.now()).isEmpty();
            set.change(entry, IN);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "EPOLL"})
    void whatIsThereIsToldAgainAfterASuspension(MonitorMode mode) {
        int fd = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, SUSPENDED);
            assertThat(set.now()).isEmpty();
            set.change(entry, IN | ET);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            set.change(entry, SUSPENDED);
            set.change(entry, IN | ET);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            assertThat(set.now()).isEmpty();
        }
    }

    @Test
    void wherePollIsForcedItIsRefusedAndNothingChanges() {
        int fd = files.readable();
        int other = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.POLL)) {
            FdEntry entry = set.put(fd, IN);
            assertRefused(fd, () -> set.change(entry, IN | ET));
            assertRefused(fd, () -> set.update(entry, ET));
            assertRefused(other, () -> set.put(other, IN | ET));
            assertThat(set.set.get(other)).isNull();
            assertThat(set.opened).isEmpty();
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            set.change(entry, SUSPENDED);
            assertRefused(fd, () -> set.change(entry, IN | ET));
            assertThat(set.now()).isEmpty();
        }
    }

    @Test
    void aFileThatEpollRefusesIsRefusedAndNothingChanges() {
        int known = files.file(Path.of("/dev/null"), 2);
        int unknown = files.file(Path.of("/dev/null"), 2);
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            FdEntry entry = set.put(known, IN);
            for (int i = 0; i < 2; i++) {
                assertRefused(known, () -> set.change(entry, IN | ET));
                assertRefused(unknown, () -> set.put(unknown, IN | ET));
                assertThat(set.set.get(unknown)).isNull();
                assertThat(set.now()).containsExactly(Map.entry(known, IN));
            }
            set.change(entry, SUSPENDED);
            assertRefused(known, () -> set.change(entry, IN | ET));
            assertThat(set.now()).isEmpty();
        }
    }

    private static void assertRefused(int fd, ThrowingCallable change) {
        assertThatThrownBy(change)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("fd " + fd + " cannot be edge-triggered: ");
    }

    @Test
    void whereEpollCannotBeOpenedItIsRefusedAndNothingChanges() {
        int fd = files.readable();
        int other = files.readable();
        FdSet set = new FdSet(MonitorMode.AUTO, table -> {
            throw RecordingMonitor.failure("epoll_create1", -1);
        });
        ReadyList ready = new ReadyList();
        FdEntry entry = new FdEntry(fd);
        synchronized (set.lock()) {
            set.put(entry, IN);
            assertThatThrownBy(() -> set.put(new FdEntry(other), IN | ET)).isInstanceOf(SyscallException.class);
            assertThatThrownBy(() -> set.change(entry, IN | ET)).isInstanceOf(SyscallException.class);
        }
        assertThat(set.size()).isOne();
        set.await(0, ready);
        assertThat(ready.size()).isOne();
        assertThat(ready.get(0).takeEvents()).isEqualTo(IN);
        set.close();
    }

    @Test
    void whileThereIsOnePollDoesNotTakeEpollsPlace() {
        int edge = files.readable();
        int other = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            FdEntry entry = set.put(edge, IN | ET);
            set.opened.getFirst().failing = "add";
            assertThatThrownBy(() -> set.put(other, IN)).isInstanceOf(SyscallException.class);
            assertThat(set.set.get(other)).isNull();
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            assertThat(set.now()).containsExactly(Map.entry(edge, IN));
            set.remove(entry);
            set.opened.getFirst().failing = "add";
            set.put(other, IN);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            assertThat(set.now()).containsExactly(Map.entry(other, IN));
        }
    }

    @Test
    void anEdgeThatAFailedWaitHasSwallowedIsToldByTheNext() {
        int edge = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            set.put(edge, IN | ET);
            set.opened.getFirst().failing = "await";
            assertThatThrownBy(set::now).isInstanceOf(SyscallException.class);
            assertThat(set.now()).containsExactly(Map.entry(edge, IN));
            assertThat(set.now()).isEmpty();
        }
    }

    @Test
    void anEdgeIsToldAgainIfTheSetIsLeftUnsettled() {
        int edge = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            set.put(edge, IN | ET);
            assertThat(set.now()).containsExactly(Map.entry(edge, IN));
            set.set.leaveUnsettled();
            assertThat(set.now()).containsExactly(Map.entry(edge, IN));
            assertThat(set.now()).isEmpty();
        }
    }
}
