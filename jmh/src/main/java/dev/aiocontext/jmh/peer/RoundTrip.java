package dev.aiocontext.jmh.peer;

/** A thread that is asked and answers. One asker at a time. */
public interface RoundTrip extends AutoCloseable {
    /** How the asker waits for the answer. */
    enum Reply {
        /** It parks. */
        PARK,
        /** It spins. */
        SPIN
    }

    /** Asks, and waits for the answer. */
    void trip();

    /**
     * How many questions were answered.
     *
     * @return the answers so far
     */
    long answers();

    /**
     * The thread that answers.
     *
     * @return the kernel's number of it
     */
    int tid();

    @Override
    void close();

    /**
     * Starts a thread that answers.
     *
     * @param peer the name of a {@link LoopPeer}, or {@code C_POLL}, {@code C_EPOLL}, {@code C_SPIN}
     * @param polling whether the library's own loop spins before it blocks
     * @param reply how its asker waits
     * @return the thread, to be closed
     */
    static RoundTrip open(String peer, Polling polling, Reply reply) {
        return peer.startsWith("C_")
                ? new CRoundTrip(CRoundTrip.Wait.valueOf(peer.substring("C_".length())), reply)
                : new TaskRoundTrip(LoopPeer.valueOf(peer).open(polling), reply);
    }
}
