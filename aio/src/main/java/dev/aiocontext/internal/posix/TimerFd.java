package dev.aiocontext.internal.posix;

import dev.aiocontext.bindings.linux.itimerspec;
import dev.aiocontext.bindings.linux.linux_h;
import dev.aiocontext.bindings.linux.timespec;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * A timerfd(2): a descriptor that is readable from a moment on. The kernel adds no slack to it, as it does to the timeout of a wait.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class TimerFd extends OwnFd {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MemorySegment setting;
    private final MemorySegment buffer;
    private final int setFlags;

    private TimerFd(int clock, int setFlags) {
        super("timerfd", "that ends the waits of a loop in time");
        this.setFlags = setFlags;
        try {
            setting = itimerspec.allocate(memory);
            buffer = memory.allocate(Long.BYTES, Long.BYTES);
            opened(Errno.check(
                    Libc.timerfdCreate(clock, linux_h.TFD_NONBLOCK() | linux_h.TFD_CLOEXEC()), "timerfd_create", -1));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Opens one by CLOCK_MONOTONIC.
     *
     * @return the descriptor, not set
     * @throws dev.aiocontext.SyscallException if there are no descriptors left, for instance
     */
    public static TimerFd ofMonotonicClock() {
        return new TimerFd(linux_h.CLOCK_MONOTONIC(), linux_h.TFD_TIMER_ABSTIME());
    }

    /**
     * Opens one by CLOCK_REALTIME, which is readable also when that clock is set (TFD_TIMER_CANCEL_ON_SET).
     *
     * @return the descriptor, not set
     * @throws dev.aiocontext.SyscallException if there are no descriptors left, for instance
     */
    public static TimerFd ofWallClock() {
        return new TimerFd(linux_h.CLOCK_REALTIME(), linux_h.TFD_TIMER_ABSTIME() | linux_h.TFD_TIMER_CANCEL_ON_SET());
    }

    /**
     * Sets it, in place of what it was set to before.
     *
     * @param nanos the moment by its clock, positive
     */
    public void set(long nanos) {
        int fd = requireOpen();
        MemorySegment value = itimerspec.it_value(setting);
        timespec.tv_sec(value, nanos / SECOND);
        timespec.tv_nsec(value, nanos % SECOND);
        int result = Libc.timerfdSettime(fd, setFlags, setting);
        if (result != -Errno.ECANCELED) { // the clock was set since, and the new setting holds
            check(result, "timerfd_settime");
        }
    }

    /** Makes it unreadable, also if its moment is just now. */
    public void stop() {
        int fd = requireOpen();
        MemorySegment value = itimerspec.it_value(setting);
        timespec.tv_sec(value, 0);
        timespec.tv_nsec(value, 0);
        int result = Libc.timerfdSettime(fd, setFlags, setting);
        if (result != -Errno.ECANCELED) {
            check(result, "timerfd_settime");
        }
    }

    /** Makes it unreadable until its next moment. */
    public void clear() {
        int fd = requireOpen();
        int read = (int) Libc.read(fd, buffer, Long.BYTES);
        if (read != -Errno.EAGAIN && read != -Errno.ECANCELED && read != -Errno.EINTR) {
            check(read, "read");
        }
    }
}
