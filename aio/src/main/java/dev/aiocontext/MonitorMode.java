package dev.aiocontext;

/** How a context waits for its descriptors. */
public enum MonitorMode {
    /**
     * poll(2) for a few descriptors, epoll(7) from a measured number on; back to poll(2) for good when epoll refuses a
     * descriptor (a regular file, say), as QEMU does.
     */
    AUTO,
    /** poll(2) always: any descriptor, at a cost that grows with their number. */
    POLL,
    /** epoll(7) always: a descriptor that epoll refuses is an error for whoever registers it. */
    EPOLL
}
