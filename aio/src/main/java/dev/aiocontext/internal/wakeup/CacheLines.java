package dev.aiocontext.internal.wakeup;

/**
 * Room of two cache lines, because processors fetch them in pairs. The fields of a subclass lie beyond it. A class extends this if
 * one thread writes its fields all the time: beside fields that other threads read, each write would cost these a miss.
 *
 * <p>The room begins right behind the object's header. The JVM would put a field of a subclass into a gap there, in front of the
 * room, and beside whatever object comes before.
 */
@SuppressWarnings("unused")
public abstract class CacheLines {
    private int gap;

    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;

    /** Leaves the room empty. */
    protected CacheLines() {}
}
