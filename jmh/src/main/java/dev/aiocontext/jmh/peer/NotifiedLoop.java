package dev.aiocontext.jmh.peer;

/** A loop that blocks, and is woken by one notifier. */
public interface NotifiedLoop extends AutoCloseable {
    /** Wakes it. */
    void wake();

    /**
     * How often it ran what it was woken for.
     *
     * @return the runs so far; each wake is one, if the loop is blocked before
     */
    long runs();

    /** Waits until the loop sleeps, and all that the last wake-up set off is over. */
    void settle();

    /**
     * The processor time that the loop's thread has used, if it is one of Java.
     *
     * @return nanoseconds
     */
    long loopNanos();

    /**
     * The processor time that all threads beside the loop's have used which serve it, if they are of Java.
     *
     * @return nanoseconds
     */
    long otherNanos();

    @Override
    void close();

    /** Wakes it, and spins until it has run. */
    default void wakeAndWait() {
        long before = runs();
        wake();
        while (runs() == before) {
            Thread.onSpinWait();
        }
    }
}
