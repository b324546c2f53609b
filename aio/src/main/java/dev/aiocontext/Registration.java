package dev.aiocontext;

/**
 * One handler of one descriptor: the read handler or the write handler. Made by {@link AioContext#onReadable} and {@link
 * AioContext#onWritable}.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public interface Registration extends AutoCloseable {
    /**
     * The descriptor.
     *
     * @return its number
     */
    int fd();

    /**
     * Says whether the handler is still in place: neither removed nor replaced, its descriptor not found closed, its
     * context open.
     *
     * @return true if so
     */
    boolean isActive();

    /**
     * Removes the handler, and nothing else if it was replaced meanwhile. Called on the home thread, the callback is not
     * called any more; called elsewhere, it may be running, or just begin. The descriptor itself stays open: remove its
     * handlers first, then close it. Calling it again changes nothing.
     */
    @Override
    void close();
}
