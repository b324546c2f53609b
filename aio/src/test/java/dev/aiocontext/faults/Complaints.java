package dev.aiocontext.faults;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the relay logs, in place of the console. */
final class Complaints extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.aiocontext.internal.relay.SigioRelay");

    final List<String> heard = new CopyOnWriteArrayList<>();

    Complaints() {
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
