package dev.aiocontext.jmh.machine;

/** Method handles declare Throwable. */
public final class Failures {
    private Failures() {}

    /**
     * Rethrows what a method handle threw.
     *
     * @param thrown what it threw
     * @return never; to be thrown, for the compiler's sake
     */
    public static Error unchecked(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException(thrown);
    }
}
