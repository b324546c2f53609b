package dev.aiocontext.internal.fdmon;

import static dev.aiocontext.internal.fdmon.FdEntry.IN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.MonitorMode;
import dev.aiocontext.testkit.RealDescriptors;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The choice between poll and epoll, and what becomes of an epoll that failed. */
class MonitorInUseTest {
    private final RealDescriptors files = new RealDescriptors();

    @AfterEach
    void close() throws IOException {
        files.close();
    }

    @Test
    void epollTakesOverFromTheFourthEntryOnAndStays() {
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            FdEntry first = set.put(files.readable(), IN);
            for (int i = 2; i < MonitorInUse.EPOLL_FROM; i++) {
                set.put(files.readable(), IN);
            }
            assertThat(set.now()).hasSize(MonitorInUse.EPOLL_FROM - 1);
            assertThat(set.opened).isEmpty();
            set.put(files.readable(), IN);
            assertThat(set.now()).hasSize(MonitorInUse.EPOLL_FROM);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
            set.remove(first);
            assertThat(set.now()).hasSize(MonitorInUse.EPOLL_FROM - 1);
            assertThat(set.opened).hasSize(1);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.EPOLL);
        }
    }

    @Test
    void anEpollThatFailedIsClosedByTheNextWaitAndItsNumberIsOwnUntilThen() {
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            for (int i = 0; i < MonitorInUse.EPOLL_FROM; i++) {
                set.put(files.readable(), IN);
            }
            set.now();
            RecordingMonitor failed = set.opened.getFirst();
            int epfd = failed.fd();
            failed.failing = "add";
            int fd = files.readable();
            set.put(fd, IN);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            assertThat(set.set.monitor().reason()).contains("epoll failed");
            assertThat(failed.calls).doesNotContain("close");
            assertThat(set.set.isOwn(epfd)).isTrue();
            assertThat(set.now()).hasSize(MonitorInUse.EPOLL_FROM + 1);
            assertThat(failed.calls).contains("close");
            assertThat(set.set.isOwn(epfd)).isFalse();
        }
    }

    @Test
    void aWaitThatFailsIsMadeByPollAtOnce() {
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            for (int i = 0; i < MonitorInUse.EPOLL_FROM; i++) {
                set.put(files.readable(), IN);
            }
            set.now();
            set.opened.getFirst().failing = "await";
            assertThat(set.now()).hasSize(MonitorInUse.EPOLL_FROM);
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.POLL);
        }
    }

    @Test
    void anEdgeTriggeredEntryBringsEpollBackAtOnce() {
        int edge = files.readable();
        try (SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO)) {
            for (int i = 0; i < MonitorInUse.EPOLL_FROM; i++) {
                set.put(files.pipe()[0], IN);
            }
            set.now();
            set.opened.getFirst().failing = "modify";
            set.set.verify(set.put(files.pipe()[0], IN));
            assertThat(set.set.monitor().monitor()).isEqualTo(MonitorMode.POLL);
            set.put(edge, IN | FdEntry.ET); // before the home thread has closed the one that failed
            assertThat(set.opened).hasSize(2);
            assertThat(set.now()).containsExactly(Map.entry(edge, IN));
            assertThat(set.now()).isEmpty();
            assertThat(set.opened.getFirst().calls).contains("close");
        }
    }

    @Test
    void closingASetClosesWhatFailedToo() {
        SetOfDescriptors set = new SetOfDescriptors(MonitorMode.AUTO);
        for (int i = 0; i < MonitorInUse.EPOLL_FROM; i++) {
            set.put(files.readable(), IN);
        }
        set.now();
        set.opened.getFirst().failing = "add";
        set.put(files.readable(), IN);
        set.close();
        set.close();
        assertThat(set.opened.getFirst().calls).contains("close");
        assertThat(set.opened.getFirst().fd()).isEqualTo(-1);
    }
}
