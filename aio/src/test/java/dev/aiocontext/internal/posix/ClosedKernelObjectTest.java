package dev.aiocontext.internal.posix;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.testkit.Spawn;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A kernel object that is closed refuses each call: its memory is freed, and its number may be another file's. */
@Tag("architecture")
class ClosedKernelObjectTest {
    private static final int WINCH = SignalNumber.of("WINCH");

    private static void assertRefused(String message, ThrowingCallable... calls) {
        for (ThrowingCallable call : calls) {
            assertThatIllegalStateException().isThrownBy(call).withMessage(message);
        }
    }

    @Test
    void aClosedTimerfdIsRefused() {
        TimerFd timer = TimerFd.ofMonotonicClock();
        timer.close();
        timer.close();
        assertRefused("this timerfd is closed", () -> timer.set(1), timer::stop, timer::clear);
    }

    @Test
    void aClosedSignalfdIsRefused() {
        SignalFd signal = new SignalFd(WINCH);
        signal.close();
        signal.close();
        assertRefused("this signalfd is closed", signal::read);
    }

    @Test
    void aClosedEpollSetIsRefused() {
        EpollFd set = EpollFd.open();
        set.close();
        set.close();
        assertRefused("this epoll set is closed", () -> set.add(0));
    }

    @Test
    void aClosedPidfdIsRefused() {
        int pid = Spawn.shell("exit 0");
        PidFd process = PidFd.open(pid);
        process.waitStatus(true);
        process.close();
        process.close();
        assertRefused("this pidfd is closed", process::isChild, () -> process.waitStatus(false), process::reapedStatus);
    }

    @Test
    void aClosedInotifyInstanceIsRefused() {
        InotifyFd instance = InotifyFd.open();
        instance.close();
        instance.close();
        assertRefused(
                "this inotify instance is closed",
                () -> instance.add(new byte[] {'/'}, "/", 1),
                instance::living,
                instance::read,
                instance::next,
                instance::name);
    }

    @Test
    void aClosedEventfdIsRefused() {
        EventFd event = EventFd.open("the doorbell");
        int fd = event.fd();
        event.close();
        event.close();
        assertRefused("the doorbell, which was fd " + fd + ", is closed", event::testAndClear);
    }

    /** The number is free, so nothing else may be opened until the calls were made. */
    private static void assertNamed(String call, int fd, String what, ThrowingCallable deed) {
        assertThatThrownBy(deed)
                .hasMessageStartingWith(call + "(fd " + fd + ") failed: EBADF")
                .hasMessageContaining(": it is the " + what + ", and other code has closed it.");
    }

    @Test
    void aTimerfdThatOtherCodeHasClosedIsNamed() {
        TimerFd timer = TimerFd.ofMonotonicClock();
        int fd = timer.fd();
        String what = "timerfd that ends the waits of a loop in time";
        Descriptors.close(fd);
        assertNamed("timerfd_settime", fd, what, () -> timer.set(1));
        assertNamed("timerfd_settime", fd, what, timer::stop);
        assertNamed("read", fd, what, timer::clear);
        assertNamed("close", fd, what, timer::close);
    }

    @Test
    void aSignalfdThatOtherCodeHasClosedIsNamed() {
        SignalFd signal = new SignalFd(WINCH);
        int fd = signal.fd();
        Descriptors.close(fd);
        assertNamed("read", fd, "signalfd that receives a signal", signal::read);
        assertNamed("close", fd, "signalfd that receives a signal", signal::close);
    }

    @Test
    void anEpollSetThatOtherCodeHasClosedIsNamed() {
        EventFd member = EventFd.open("a member");
        EpollFd set = EpollFd.open();
        int fd = set.fd();
        String what = "epoll set by which an outer loop waits for an embedded one";
        Descriptors.close(fd);
        assertNamed("epoll_ctl", fd, what, () -> set.add(member.fd()));
        assertNamed("close", fd, what, set::close);
        member.close();
    }

    @Test
    void aPidfdThatOtherCodeHasClosedIsNamed() {
        int pid = Spawn.shell("exit 0");
        PidFd process = PidFd.open(pid);
        process.waitStatus(true);
        int fd = process.fd();
        Descriptors.close(fd);
        assertNamed("waitid", fd, "pidfd that tells of the end of a process", process::isChild);
        assertNamed("close", fd, "pidfd that tells of the end of a process", process::close);
    }

    @Test
    void anInotifyInstanceThatOtherCodeHasClosedIsNamed() {
        InotifyFd instance = InotifyFd.open();
        int fd = instance.fd();
        String what = "inotify instance that watches files";
        Descriptors.close(fd);
        assertNamed("inotify_add_watch", fd, what, () -> instance.add(new byte[] {'/'}, "/", 1));
        assertNamed("inotify_rm_watch", fd, what, () -> instance.remove(1));
        assertNamed("read", fd, what, instance::read);
        assertNamed("close", fd, what, instance::close);
    }

    @Test
    void anEventfdThatOtherCodeHasClosedIsNamed() {
        EventFd event = EventFd.open("the doorbell");
        Descriptors.close(event.fd());
        assertNamed("write", event.fd(), "doorbell", event::trySet);
        assertNamed("read", event.fd(), "doorbell", event::testAndClear);
        assertNamed("close", event.fd(), "doorbell", event::close);
    }
}
