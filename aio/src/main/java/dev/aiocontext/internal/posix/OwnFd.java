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
    private final String purpose;
    private int fd = -1;

    /**
     * Creates it, without a descriptor.
     *
     * @param kind what messages call it
     * @param purpose what it is for: follows the kind in the message for a descriptor that other code has closed
     */
    OwnFd(String kind, String purpose) {
        this.kind = kind;
        this.purpose = purpose;
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

    /** Passes a good result of a call about it on, and throws for a failed one. */
    final int check(int result, String call) {
        return result < 0 ? Descriptors.checkOwn(result, call, fd, whose()) : result;
    }

    private String whose() {
        return "the " + kind + " " + purpose;
    }

    /** Closes it. Calling it again changes nothing. */
    @Override
    public void close() {
        int open = fd;
        fd = -1;
        try {
            if (open >= 0) {
                Descriptors.close(open, whose());
            }
        } finally {
            memory.close();
        }
    }
}
