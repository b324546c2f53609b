package dev.aiocontext.source;

import java.util.Objects;
import java.util.OptionalLong;

/**
 * Signals of one kind that have come since the last call.
 *
 * @param name the name of the signal, such as SIGTERM
 * @param number its number, as in signal(7)
 * @param count how many were received, at least 1. The kernel keeps one signal of a kind pending, so more may have been sent
 * @param sender the process that sent the last of them, where the kernel or the route tells it
 */
public record SignalEvent(String name, int number, int count, OptionalLong sender) {
    /** Creates an event. */
    public SignalEvent {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(sender, "sender");
    }
}
