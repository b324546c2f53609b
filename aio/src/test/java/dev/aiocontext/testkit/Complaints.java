package dev.aiocontext.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects the log records of the relay, in place of the console, until it is closed. */
public final class Complaints extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.aiocontext.internal.relay.SigioRelay");

    /** The messages so far, each with what was thrown. */
    public final List<String> heard = new CopyOnWriteArrayList<>();

    /** Begins to collect. */
    public Complaints() {
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord record) {
        heard.add(record.getMessage() + ": " + record.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
    }
}
