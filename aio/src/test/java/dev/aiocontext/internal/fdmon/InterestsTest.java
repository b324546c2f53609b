package dev.aiocontext.internal.fdmon;

import static dev.aiocontext.internal.fdmon.FdEntry.HUP;
import static dev.aiocontext.internal.fdmon.FdEntry.IN;
import static dev.aiocontext.internal.fdmon.FdEntry.NVAL;
import static dev.aiocontext.internal.fdmon.FdEntry.OUT;
import static dev.aiocontext.internal.fdmon.FdEntry.SUSPENDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an entry waits for is changed in place; an entry is suspended and resumed. */
class InterestsTest {
    private final RealDescriptors files = new RealDescriptors();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    @ParameterizedTest
    @EnumSource
    void anInterestIsChangedInPlace(MonitorMode mode) {
        int[] pair = files.socketPair();
        files.write(pair[1]);
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(pair[0], IN);
            assertThat(set.now()).containsExactly(Map.entry(pair[0], IN));
            set.change(entry, OUT);
            assertThat(set.now()).containsExactly(Map.entry(pair[0], OUT));
            set.change(entry, 0);
            assertThat(set.now()).isEmpty();
            files.close(pair[1]);
            assertThat(set.now()).containsExactly(Map.entry(pair[0], HUP));
        }
    }

    @Test
    void aChangeIsOneCallAndTheSameInterestIsNone() {
        int[] pair = files.socketPair();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.EPOLL)) {
            FdEntry entry = set.put(pair[0], IN);
            assertThat(set.calls()).containsExactly("add " + pair[0]);
            set.change(entry, OUT);
            assertThat(set.calls()).containsExactly("modify " + pair[0]);
            set.change(entry, OUT);
            assertThat(set.calls()).isEmpty();
            set.change(entry, 0);
            assertThat(set.calls()).containsExactly("modify " + pair[0]);
            set.update(entry, 0); // its number may stand for another file
            assertThat(set.calls()).containsExactly("modify " + pair[0]);
        }
    }

    @Test
    void suspensionIsOneCallAndResumptionIsAnother() {
        int[] pair = files.socketPair();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.EPOLL)) {
            FdEntry entry = set.put(pair[0], IN);
            set.calls();
            set.change(entry, SUSPENDED);
            assertThat(set.calls()).containsExactly("remove " + pair[0]);
            set.change(entry, SUSPENDED);
            set.set.verify(entry);
            assertThat(set.calls()).isEmpty();
            set.change(entry, IN);
            assertThat(set.calls()).containsExactly("add " + pair[0]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHangUpOfASuspendedEntryIsNotReportedUntilItIsResumed(MonitorMode mode) {
        int[] pair = files.socketPair();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(pair[0], 0);
            files.close(pair[1]);
            assertThat(set.now()).containsExactly(Map.entry(pair[0], HUP));
            set.change(entry, SUSPENDED);
            assertThat(set.now()).isEmpty();
            assertThat(set.set.size()).isOne();
            assertThat(set.set.get(pair[0])).isSameAs(entry);
            set.change(entry, 0);
            assertThat(set.now()).containsExactly(Map.entry(pair[0], HUP));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEntryMayBePutSuspendedAndIsResumedByAnUpdateToo(MonitorMode mode) {
        int fd = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, SUSPENDED);
            assertThat(set.now()).isEmpty();
            set.update(entry, IN);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
            set.update(entry, SUSPENDED);
            assertThat(set.now()).isEmpty();
            set.remove(entry);
            assertThat(set.set.size()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSuspendedNumberThatIsClosedCannotBeResumedAndStaysSuspended(MonitorMode mode) {
        int fd = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            set.change(entry, SUSPENDED);
            files.close(fd);
            assertThat(set.now()).isEmpty();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> set.change(entry, IN))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("(fd " + fd + ") failed: EBADF");
                assertThat(set.now()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSuspendedNumberThatWasReplacedIsResumedWithTheNewFile(MonitorMode mode) {
        int fd = files.readable();
        int[] other = files.pipe();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            set.change(entry, SUSPENDED);
            files.replace(fd, other[0]);
            set.change(entry, IN);
            assertThat(set.now()).isEmpty();
            files.write(other[1]);
            assertThat(set.now()).containsExactly(Map.entry(fd, IN));
        }
    }

    /** A duplicate keeps the file open, so the kernel reports it by a number that it cannot be removed by. */
    @ParameterizedTest
    @EnumSource
    void aNumberThatWasClosedBeforeItsSuspensionIsSilent(MonitorMode mode) {
        int fd = files.readable();
        files.duplicate(fd);
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            files.close(fd);
            set.change(entry, SUSPENDED);
            for (int i = 0; i < 5; i++) {
                assertThat(set.now()).isEmpty();
            }
        }
    }

    @Test
    void theKernelsSetIsBuiltAnewWithoutASuspendedNumberThatItKeepsForGood() {
        int fd = files.readable();
        files.duplicate(fd);
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.EPOLL)) {
            FdEntry entry = set.put(fd, IN);
            int epfd = set.opened.getFirst().fd();
            files.close(fd);
            set.change(entry, SUSPENDED);
            set.now();
            set.now();
            assertThat(set.opened.getFirst().fd()).isNotEqualTo(epfd);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfANumberThatIsClosedIsToldByTheNextWait(MonitorMode mode) {
        int fd = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            files.close(fd);
            set.change(entry, OUT);
            assertThat(set.now()).containsExactly(Map.entry(fd, NVAL));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aChangeOfANumberThatWasReplacedWaitsForTheNewFile(MonitorMode mode) {
        int fd = files.readable();
        int[] pair = files.socketPair();
        try (SetOfDescriptors set = new SetOfDescriptors(mode)) {
            FdEntry entry = set.put(fd, IN);
            files.replace(fd, pair[0]);
            set.change(entry, OUT);
            assertThat(set.now()).containsExactly(Map.entry(fd, OUT));
        }
    }
}
