package dev.aiocontext.jmh.calls;

import dev.aiocontext.internal.posix.Signals;
import java.util.function.LongSupplier;

/** What is called. One that opens a descriptor closes it too. */
public enum Call {
    /** gettid(2). */
    GETTID,
    /** write(2) and read(2) of an eventfd. */
    WRITE_READ,
    /** fcntl(2). */
    FCNTL,
    /** ppoll(2). */
    PPOLL,
    /** epoll_wait(2). */
    EPOLL_WAIT,
    /** epoll_pwait2(2). */
    EPOLL_PWAIT2,
    /** epoll_ctl(2). */
    EPOLL_CTL,
    /** eventfd(2) and close(2). */
    EVENTFD_CLOSE,
    /** pipe2(2) and close(2), twice. */
    PIPE2_CLOSE,
    /** epoll_create1(2) and close(2). */
    EPOLL_CREATE1_CLOSE,
    /** kill(2), no signal. */
    KILL,
    /** tgkill(2) of the calling thread, and sigwait(3). */
    TGKILL_SIGWAIT;

    void repeat(SystemCalls calls, int times) {
        switch (this) {
            case GETTID -> repeat(times, calls::gettid);
            case WRITE_READ -> repeat(times, () -> calls.write() + calls.read());
            case FCNTL -> repeat(times, calls::fcntl);
            case PPOLL -> repeat(times, calls::ppoll);
            case EPOLL_WAIT -> repeat(times, calls::epollWait);
            case EPOLL_PWAIT2 -> repeat(times, calls::epollPwait2);
            case EPOLL_CTL -> repeat(times, calls::epollCtl);
            case EVENTFD_CLOSE -> repeat(times, () -> calls.close(calls.eventfd()));
            case PIPE2_CLOSE -> repeat(times, calls::pipe2);
            case EPOLL_CREATE1_CLOSE -> repeat(times, () -> calls.close(calls.epollCreate1()));
            case KILL -> repeat(times, calls::kill);
            case TGKILL_SIGWAIT -> repeat(times, () -> calls.tgkill(Signals.SIGIO) + calls.sigwait());
        }
    }

    private static void repeat(int times, LongSupplier call) {
        for (int i = 0; i < times; i++) {
            if (call.getAsLong() < 0) {
                throw new IllegalStateException("a system call failed");
            }
        }
    }
}
