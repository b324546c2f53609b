package dev.aiocontext;

/**
 * A descriptor that a context waits for. Made by {@link AioContext#watch}. A context has one source for a descriptor.
 *
 * <p>Close the source first, and the descriptor afterwards: see {@link #closed}.
 */
public interface FdSource extends Source {
    /**
     * Tells the descriptor.
     *
     * @return its number
     */
    int fd();

    /**
     * Tells the events that the source waits for.
     *
     * @return the events; an empty set waits for errors and hang-ups alone
     */
    FdEvents interest();

    /**
     * Changes what the source waits for, in place. This takes one system call with epoll(7), and none with poll(2). A new
     * interest of a suspended source takes effect when the source is resumed.
     *
     * @param wanted the events; an empty set waits for errors and hang-ups alone
     * @throws IllegalStateException if the source is closed
     * @throws UnsupportedOperationException if it is to be edge-triggered and the context is to use poll(2) only
     * @throws SyscallException what epoll_ctl(2) says if {@link MonitorMode#EPOLL} is forced
     */
    void interest(FdEvents wanted);
}
