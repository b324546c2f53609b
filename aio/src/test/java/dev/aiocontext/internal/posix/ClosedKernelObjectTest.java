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

    @Test
    void anEventfdThatOtherCodeHasClosedIsNamed() {
        EventFd event = EventFd.open("the doorbell");
        Descriptors.close(event.fd());
        assertThatThrownBy(event::trySet)
                .hasMessageStartingWith("write(fd " + event.fd() + ") failed: EBADF")
                .hasMessageContaining(": it is the doorbell, and other code has closed it.");
        assertThatThrownBy(event::testAndClear)
                .hasMessageStartingWith("read(fd " + event.fd() + ") failed: EBADF")
                .hasMessageContaining(": it is the doorbell, and other code has closed it.");
    }
}
