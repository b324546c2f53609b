package dev.aiocontext.source;

import dev.aiocontext.Source;

/**
 * A signal that a context is called back for. Made by {@link Signals}. A suspended source keeps the count of what has come, and
 * tells it after {@link #resume}.
 */
public interface SignalSource extends Source {
    /**
     * Tells the signal.
     *
     * @return its number, as in signal(7)
     */
    int signal();

    /**
     * Tells the way on which the signal comes.
     *
     * @return the way, and why it is that one
     */
    SignalRouteChoice route();

    /**
     * Ends the source. If it is the last one of its signal in the process, the signal has its earlier effect again when this
     * returns. If the source was not told of the last signal yet, and there is no other source for it, the signal is raised again.
     * So a SIGTERM that comes while the program closes its source ends the program, as it would have done before.
     */
    @Override
    void close();
}
