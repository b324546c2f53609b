package dev.aiocontext.jmh.calls;

/**
 * System calls in one of the ways that Java has. Each returns what the C function returns. Memory and descriptors are those
 * of a {@link Fixture}, made ready beforehand: only the call itself is compared.
 */
interface SystemCalls extends CallWay {
    /** gettid(2). */
    int gettid();

    /** write(2), 8 bytes to the eventfd. */
    long write();

    /** read(2), 8 bytes from the eventfd. */
    long read();

    /** fcntl(2), F_GETFD. */
    int fcntl();

    /** ppoll(2) of one descriptor that is not ready, without waiting. */
    int ppoll();

    /** epoll_wait(2) of one descriptor that is not ready, without waiting. */
    int epollWait();

    /** epoll_pwait2(2), likewise. */
    int epollPwait2();

    /** epoll_ctl(2), EPOLL_CTL_MOD. */
    int epollCtl();

    /** eventfd(2). */
    int eventfd();

    /** pipe2(2), and close(2) of both ends. */
    int pipe2();

    /** epoll_create1(2). */
    int epollCreate1();

    /** close(2). */
    int close(int fd);

    /** kill(2) of this process, signal 0: nothing is sent. */
    int kill();

    /** tgkill(2) of the calling thread, a signal. */
    int tgkill(int signal);

    /** sigwait(3) for SIGIO. */
    int sigwait();

    @Override
    default void repeat(Call call, int times) {
        call.repeat(this, times);
    }
}
