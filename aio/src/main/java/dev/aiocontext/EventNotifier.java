package dev.aiocontext;

import dev.aiocontext.internal.posix.EventFd;

/**
 * A descriptor that any thread can set, and that is readable while it is set: QEMU's {@code EventNotifier}. It is an eventfd(2),
 * or a pipe where the kernel has no eventfd.
 *
 * <p>Sets coalesce: after any number of them, one {@link #testAndClear} returns true.
 *
 * <p><b>Threads.</b> Any thread may call any method at any time. A {@link #close} that comes while others set or clear
 * waits until they have finished, which is a system call that does not block. So none of them ever writes to a number that
 * the kernel has given to somebody else.
 *
 * <p><b>Errors.</b> A thread that gets a StackOverflowError or an OutOfMemoryError in a call may or may not have set or cleared
 * the notifier. It holds up nobody, and leaves nothing open.
 */
public final class EventNotifier implements AutoCloseable {
    private static final String NAME = "this EventNotifier";

    private final EventFd descriptor;

    private EventNotifier(EventFd descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * Opens a notifier that is not set.
     *
     * @return the notifier
     * @throws SyscallException if there are no descriptors left, for instance
     */
    public static EventNotifier open() {
        return new EventNotifier(EventFd.open(NAME));
    }

    static EventNotifier openPipe() {
        return new EventNotifier(EventFd.openPipe(NAME));
    }

    /**
     * Tells the descriptor to wait for.
     *
     * @return a descriptor that is readable while the notifier is set; it belongs to the notifier
     * @throws IllegalStateException if the notifier is closed, because the number may be another file's by now
     */
    public int fd() {
        requireOpen();
        return descriptor.fd();
    }

    /**
     * Tells the descriptor that native code writes to, to set the notifier: eight bytes that are a number other than 0, in the order of the
     * machine. It is the same as {@link #fd} for an eventfd(2), which is what KVM, VFIO and io_uring take. Where the kernel has no eventfd it is
     * the write end of a pipe.
     *
     * @return the descriptor; it belongs to the notifier, which must be closed after the last write to the number
     * @throws IllegalStateException if the notifier is closed, because the number may be another file's by now
     */
    public int writeFd() {
        requireOpen();
        return descriptor.writeFd();
    }

    private void requireOpen() {
        if (descriptor.isClosed()) {
            throw descriptor.closedException();
        }
    }

    /**
     * Sets the notifier. A counter or pipe that is full (EAGAIN) is set already.
     *
     * @throws IllegalStateException if it is closed
     */
    public void set() {
        if (!descriptor.trySet()) {
            throw descriptor.closedException();
        }
    }

    /**
     * Clears the notifier.
     *
     * @return true if it was set
     * @throws IllegalStateException if it is closed
     */
    public boolean testAndClear() {
        return descriptor.testAndClear();
    }

    /** Closes the descriptors, once the threads that are setting or clearing have finished. Calling it again changes nothing. */
    @Override
    public void close() {
        descriptor.close();
    }

    /** {@return its descriptors, or that it is closed} */
    @Override
    public String toString() {
        if (descriptor.isClosed()) {
            return "EventNotifier (closed)";
        }
        int fd = descriptor.fd();
        int writeFd = descriptor.writeFd();
        return "EventNotifier (fd " + fd + (writeFd == fd ? ")" : ", set by fd " + writeFd + ")");
    }
}
