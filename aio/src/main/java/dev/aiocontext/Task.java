package dev.aiocontext;

/** A callback without arguments. */
@FunctionalInterface
public interface Task {
    /**
     * Runs on the home thread.
     *
     * @throws Throwable goes to the context's {@link ExceptionHandler}
     */
    void run() throws Throwable;
}
