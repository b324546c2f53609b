package dev.aiocontext.source;

/** A callback of a {@link ChildExit}. */
@FunctionalInterface
public interface ExitHandler {
    /**
     * Hears of the end of a process, once. Runs on the home thread.
     *
     * @param source the source, which closes itself after this
     * @param status how the process has ended
     * @throws Throwable goes to the context's {@link dev.aiocontext.ExceptionHandler}, with a source of the same name
     */
    void exited(ChildExit source, ExitStatus status) throws Throwable;
}
