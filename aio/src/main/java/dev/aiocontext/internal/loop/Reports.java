package dev.aiocontext.internal.loop;

import dev.aiocontext.Source;
import org.jspecify.annotations.Nullable;

/**
 * Takes the failures that upcalls have caught, and sends them to the exception handler.
 *
 * <p>An Error that has just left this loop was told to the handler. It goes on outwards, poll by poll, and ends where it was
 * reported before, or outside of all polls. Else each poll would throw it again, and nothing behind it in the queue would run.
 *
 * <p><b>Threads.</b> Any. What the home thread has thrown, and how deep it is, is asked for on the home thread alone.
 *
 * <p><b>Errors.</b> {@link FailureReport} says what holds.
 */
public final class Reports {
    private final String name;
    private final Inbox inbox;
    private final Home home;
    private final Callbacks callbacks;
    private final Counters counters;

    Reports(String name, Inbox inbox, Home home, Callbacks callbacks, Counters counters) {
        this.name = name;
        this.inbox = inbox;
        this.home = home;
        this.callbacks = callbacks;
        this.counters = counters;
    }

    /**
     * Sends a failure to the exception handler, unless that was told of it.
     *
     * @param source the source whose callback failed, or null
     * @param failure what it threw
     */
    public void send(@Nullable Source source, Throwable failure) {
        if (!home.isEntered()) {
            FailureReport.send(name, inbox, source, failure, Integer.MAX_VALUE);
        } else if (counters.leftByError != counters.polls || !callbacks.hasThrown(failure, counters.depth)) {
            FailureReport.send(name, inbox, source, failure, counters.depth);
        }
    }
}
