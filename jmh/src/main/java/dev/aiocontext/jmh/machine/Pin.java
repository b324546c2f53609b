package dev.aiocontext.jmh.machine;

import java.util.function.Supplier;

/** Which processors a benchmark's thread and its peer's may use. */
public enum Pin {
    /** All that this JVM may. */
    NONE,
    /** Both the same one. */
    ONE,
    /** One each, of two cores. */
    TWO;

    /**
     * What makes figures of different runs comparable: left alone, the kernel has both on one processor in one run, and on
     * two in the next.
     *
     * @return {@link #TWO}, or {@link #ONE} where there is only one core
     */
    public static Pin apart() {
        return Affinity.second() < 0 ? ONE : TWO;
    }

    /**
     * Opens a peer and pins it: all threads it starts while it opens inherit its processor. The calling thread is pinned
     * to its own from then on.
     *
     * @param open opens it
     * @param <T> what is opened
     * @return what was opened
     * @throws IllegalStateException if there is no second core to pin to
     */
    public <T> T around(Supplier<T> open) {
        if (this == TWO && Affinity.second() < 0) {
            throw new IllegalStateException("there is only one core");
        }
        if (this != NONE) {
            Affinity.pin(this == ONE ? Affinity.first() : Affinity.second());
        }
        T opened = open.get();
        if (this != NONE) {
            Affinity.pin(Affinity.first());
        }
        return opened;
    }
}
