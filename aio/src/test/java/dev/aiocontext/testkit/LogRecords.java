package dev.aiocontext.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Collects what contexts log, in place of the console, until it is closed. */
public final class LogRecords extends Handler implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger("dev.aiocontext.AioContext");

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    private final @Nullable Error failure;

    /** Starts to collect. */
    public LogRecords() {
        this(null);
    }

    /** Starts to collect, and throws an Error for each record, unless it is null. */
    public LogRecords(@Nullable Error failure) {
        this.failure = failure;
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    /** {@return the records so far, each as its level and its text} */
    public List<String> messages() {
        return records.stream()
                .map(record -> record.getLevel() + ": " + record.getMessage())
                .toList();
    }

    /** {@return what was logged as thrown} */
    public List<Throwable> thrown() {
        return records.stream().map(LogRecord::getThrown).toList();
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
    }
}
