package dev.aiocontext;

/** How a context waits for its descriptors. */
public enum MonitorMode {
    /**
     * poll(2) for a few descriptors, epoll(7) from a measured number on. A file that epoll refuses with EPERM (a regular file,
     * a directory, {@code /dev/null}) is always ready, as POSIX says; epoll stays in use for the others. While epoll fails
     * for another reason, poll(2) takes its place; epoll is tried again after 1,024 waits, then after twice as many, and so on.
     */
    AUTO,
    /** poll(2) always. It takes any descriptor, at a cost that grows with their number. */
    POLL,
    /** epoll(7) always. {@link AioContext#watch} throws for a descriptor that epoll refuses, a regular file for instance. */
    EPOLL
}
