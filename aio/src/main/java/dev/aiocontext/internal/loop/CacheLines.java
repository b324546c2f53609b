package dev.aiocontext.internal.loop;

/**
 * Room of two cache lines, for processors fetch them in pairs: what a subclass declares lies beyond it. For what one thread
 * writes all the time, beside what others read: else each of its writes costs them a miss.
 */
@SuppressWarnings("unused")
abstract class CacheLines {
    private long p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15;
}
