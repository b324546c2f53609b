package dev.aiocontext.internal.doctor;

/** Hears what the doctor is at. */
interface Progress extends AutoCloseable {
    /** Ignores what it hears. */
    Progress NONE = what -> {};

    /** Says what begins. */
    void step(String what);

    /** Ends the telling. */
    @Override
    default void close() {}
}
