package dev.aiocontext;

import java.util.List;

/**
 * Sources of a context that are suspended and resumed together: QEMU's {@code aio_disable_external}, for a part of the sources. Made by {@link
 * AioContext#newGroup}.
 *
 * <p>Suspending counts: a group that was suspended twice must be resumed twice. A source may be in several groups. It is suspended as long
 * as one of them is, or as it is itself, by {@link Source#suspend} or because its handler has failed. So {@link Source#resume} of a
 * source in a suspended group takes effect when the group is resumed. A source that is closed leaves its groups.
 *
 * <p><b>Threads.</b> Any thread may call any method.
 */
public interface SourceGroup {
    /**
     * The name that messages give the group.
     *
     * @return the name
     */
    String name();

    /**
     * Adds a source. If the group is suspended, so is the source from now on. Adding it twice is like adding it once.
     *
     * @param source a source that the context of the group has made
     * @throws IllegalArgumentException if the context has not made it: of a ready-made source, add the parts that {@link AioContext#sources} lists
     * @throws IllegalStateException if the source is closed
     */
    void add(Source source);

    /**
     * Removes a source, if it is in the group. It is resumed if it was suspended for this group alone.
     *
     * @param source the source
     */
    void remove(Source source);

    /**
     * Lists the sources.
     *
     * @return those that are in the group now
     */
    List<Source> sources();

    /** Suspends all sources of the group: see {@link Source#suspend}. */
    void suspend();

    /**
     * Undoes one {@link #suspend}. The last one resumes the sources that nothing else suspends, and wakes the loop.
     *
     * @throws IllegalStateException if the group is not suspended
     * @throws SyscallException if a descriptor cannot be watched any more; the other sources are resumed all the same
     */
    void resume();

    /**
     * Says whether the group is suspended.
     *
     * @return true if it was suspended more often than resumed
     */
    boolean isSuspended();
}
