package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aiocontext.SyscallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("architecture")
class PosixTest {
    /** There are as many places as threads have been in calls at once, not as there have been threads. */
    @Test
    void threadsThatCallOnceLeaveNoPlacesForErrnoBehind() throws InterruptedException {
        int before = CallState.places();
        for (int i = 0; i < 50_000; i++) {
            Thread thread = Thread.startVirtualThread(Libc::gettid);
            if (i % 4 == 0) {
                thread.join();
            }
        }
        // A chain grows when two threads of it call at the same moment: there are few carriers.
        assertThat(CallState.places() - before).isLessThan(1_000);
    }

    @Test
    void aFailedCallReturnsItsNegatedErrno() {
        assertThat(Libc.close(-1)).isEqualTo(-Errno.EBADF);
        assertThat(Libc.read(-1, MemorySegment.NULL, 0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void aGoodCallAfterAFailedOneReportsNoStaleErrno() {
        assertThat(Libc.close(-1)).isEqualTo(-Errno.EBADF);
        Descriptors.Pipe pipe = Descriptors.pipe();
        assertThat(Libc.close(pipe.readEnd())).isZero();
        assertThat(Libc.close(pipe.writeEnd())).isZero();
    }

    @Test
    void theExceptionNamesCallErrnoAndDescriptor() {
        SyscallException e =
                catchThrowableOfType(SyscallException.class, () -> Errno.check(Libc.close(999_999), "close", 999_999));
        assertThat(e).hasMessage("close(fd 999999) failed: EBADF (" + Errno.text(Errno.EBADF) + ")");
        assertThat(e.call()).isEqualTo("close");
        assertThat(e.errno()).isEqualTo(Errno.EBADF);
        assertThat(e.errnoName()).isEqualTo("EBADF");
        assertThat(e.fd()).isEqualTo(999_999);
        assertThat(Errno.exception("epoll_create1", Errno.ENOSYS, -1))
                .hasMessageStartingWith("epoll_create1 failed: ENOSYS");
        assertThat(Errno.exception("read", 4095, -1)).hasMessage("read failed: errno 4095 (Unknown error 4095)");
    }

    @Test
    void pipesNeitherBlockNorAreInherited() {
        Descriptors.Pipe pipe = Descriptors.pipe();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocateFrom(ValueLayout.JAVA_LONG, 42);
            assertThat(Libc.read(pipe.readEnd(), buffer, 8)).isEqualTo(-Errno.EAGAIN);
            assertThat(Libc.write(pipe.writeEnd(), buffer, 8)).isEqualTo(8);
            assertThat(Libc.read(pipe.readEnd(), buffer, 8)).isEqualTo(8);
            assertThat(Libc.fcntl(pipe.readEnd(), 1 /* F_GETFD */, 0)).isEqualTo(1 /* FD_CLOEXEC */);
        } finally {
            Descriptors.close(pipe.readEnd());
            Descriptors.close(pipe.writeEnd());
        }
        assertThatThrownBy(() -> Descriptors.close(pipe.readEnd())).isInstanceOf(SyscallException.class);
    }

    @Test
    void whatGlibc228LacksGoesThroughSyscall() {
        int tid = Libc.gettid();
        assertThat(tid).isPositive();
        int pid = (int) ProcessHandle.current().pid();
        assertThat(Libc.tgkill(pid, tid, 0)).isZero();
        assertThat(Libc.tgkill(pid, pid, -1)).isEqualTo(-22 /* EINVAL */);
    }

    @Test
    void descriptorsAreCheckedBeforeTheyAreUsed() {
        assertThatThrownBy(() -> Descriptors.requirePollable(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Descriptors.requirePollable(999_999)).hasMessageContaining("EBADF");
        Descriptors.requirePollable(0);
    }

    @Test
    void blockingASignalIsForTheCallingThreadOnly() throws InterruptedException {
        boolean before = Signals.blockedHere(Signals.SIGIO);
        boolean[] inThread = new boolean[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            Signals.block(Signals.SIGIO);
            inThread[0] = Signals.blockedHere(Signals.SIGIO);
        });
        thread.join();
        assertThat(inThread[0]).isTrue();
        assertThat(Signals.blockedHere(Signals.SIGIO)).isEqualTo(before);
    }

    @Test
    void threadsThatLeaveASignalUnblockedAreNamed() {
        assertThat(Signals.tasksLeavingUnblocked(Signals.SIGIO))
                .extracting(KernelThread::tid)
                .contains(Libc.gettid());
        assertThatThrownBy(() -> Signals.block(1000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void otherPlatformsAreNamedAndRefused() {
        assertThat(Platform.of("Linux", "amd64")).isEqualTo(Platform.X86_64);
        assertThat(Platform.of("Linux", "aarch64")).isEqualTo(Platform.AARCH64);
        assertThatThrownBy(() -> Platform.of("Linux", "riscv64"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("Linux on riscv64");
        assertThatThrownBy(() -> Platform.of("Mac OS X", "aarch64")).hasMessageContaining("Mac OS X");
    }
}
