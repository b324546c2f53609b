package dev.aiocontext.jmh.peer;

import java.util.concurrent.Executor;

/** A thread that runs what others hand it, one piece after the other, and waits while there is nothing. */
public interface TaskLoop extends Executor, AutoCloseable {
    /** Ends the thread, once it has run what it was given. */
    @Override
    void close();
}
