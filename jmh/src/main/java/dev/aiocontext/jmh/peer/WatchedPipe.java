package dev.aiocontext.jmh.peer;

/** A pipe that a loop watches. All methods but the constructor's are for the loop's thread. */
interface WatchedPipe extends AutoCloseable {
    /** Writes a byte. */
    void put();

    /** Reads a byte. */
    void take();

    /** Has the loop call back when it is readable. */
    void watch(Runnable onReadable);

    /** Has the loop wait for room to write in place of something to read, or the other way round. */
    void await(boolean writable);

    /** Has it do so no longer. */
    void unwatch();

    /** Has the loop's changes take effect, where they do not by themselves. */
    default void settle() {}

    @Override
    void close();
}
