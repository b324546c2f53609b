package dev.aiocontext.internal.fdmon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Errno;
import org.junit.jupiter.api.Test;

/** What epoll's monitor reports itself. */
class UnwatchedTest {
    private final Unwatched unwatched = new Unwatched();
    private final ReadyList ready = new ReadyList();

    private static FdEntry entry(int interest) {
        FdEntry entry = new FdEntry(7);
        entry.interest = interest;
        return entry;
    }

    private int reported() {
        ready.clear();
        unwatched.report(ready);
        return ready.size() == 0 ? 0 : ready.get(0).takeEvents();
    }

    @Test
    void aFileThatIsAlwaysReadyIsReportedForWhatItIsAskedToReadOrToWrite() {
        assertThat(unwatched.take(entry(FdEntry.IN | FdEntry.PRI | FdEntry.RDHUP), -Errno.EPERM))
                .isTrue();
        assertThat(unwatched.anyToReport()).isTrue();
        assertThat(reported()).isEqualTo(FdEntry.IN);
    }

    @Test
    void aFileThatIsAskedForNothingElseKeepsNoWaitFromBlocking() {
        FdEntry entry = entry(FdEntry.PRI);
        assertThat(unwatched.take(entry, -Errno.EPERM)).isTrue();
        assertThat(unwatched.alwaysReady()).isOne();
        assertThat(unwatched.anyToReport()).isFalse();
        assertThat(reported()).isZero();
        entry.interest = FdEntry.OUT;
        unwatched.take(entry, -Errno.EPERM);
        assertThat(unwatched.anyToReport()).isTrue();
        assertThat(reported()).isEqualTo(FdEntry.OUT);
    }

    @Test
    void aClosedNumberIsReportedUntilItIsForgotten() {
        FdEntry entry = entry(0);
        assertThat(unwatched.take(entry, -Errno.EBADF)).isTrue();
        assertThat(unwatched.take(entry, -Errno.EBADF)).isTrue();
        assertThat(unwatched.anyToReport()).isTrue();
        assertThat(reported()).isEqualTo(FdEntry.NVAL);
        assertThat(ready.size()).isOne();
        unwatched.forget(entry);
        assertThat(unwatched.anyToReport()).isFalse();
        assertThat(reported()).isZero();
    }

    @Test
    void whatEpollTakesOrRefusesForAnotherReasonIsTheCallersToJudge() {
        FdEntry entry = entry(FdEntry.IN);
        unwatched.take(entry, -Errno.EPERM);
        assertThat(unwatched.take(entry, -Errno.ENOENT)).isFalse();
        assertThat(entry.alwaysReady).isFalse();
        assertThat(unwatched.take(entry, 0)).isFalse();
        assertThat(unwatched.alwaysReady()).isZero();
        assertThat(unwatched.anyToReport()).isFalse();
    }
}
