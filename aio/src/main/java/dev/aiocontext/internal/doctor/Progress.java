package dev.aiocontext.internal.doctor;

/** Who wants to know what the doctor is at. */
interface Progress extends AutoCloseable {
    /** Nobody. */
    Progress NONE = what -> {};

    /** Says what begins. */
    void step(String what);

    /** There is nothing to say any more. */
    @Override
    default void close() {}
}
