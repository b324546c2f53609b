package dev.aiocontext.internal.posix;

/**
 * A descriptor of ours, and the memory that its system calls use. Both are freed together, and a call that would use freed memory is
 * refused. A constructor that fails calls {@link #close}.
 *
 * <p><b>Threads.</b> One at a time.
 */
abstract class OwnFd implements AutoCloseable {
    /** Of the calls. Freed by {@link #close}. */
    final OwnMemory memory = new OwnMemory();

    private final String kind;
    private int fd = -1;

    /**
     * Creates it, without a descriptor.
     *
     * @param kind what messages call it
     */
    OwnFd(String kind) {
        this.kind = kind;
    }

    /** Takes over the descriptor that was opened for it. */
    final void opened(int newFd) {
        fd = newFd;
    }

    /** {@return the number of the descriptor; negative once it is closed} */
    public final int fd() {
        return fd;
    }

    /** {@return the number of the descriptor} Fails if it is closed, because its memory is freed then. */
    final int requireOpen() {
        if (fd < 0) {
            throw new IllegalStateException("this " + kind + " is closed");
        }
        return fd;
    }

    /** Closes it. Calling it again changes nothing. */
    @Override
    public void close() {
        int open = fd;
        fd = -1;
        try {
            if (open >= 0) {
                Descriptors.close(open);
            }
        } finally {
            memory.close();
        }
    }
}
