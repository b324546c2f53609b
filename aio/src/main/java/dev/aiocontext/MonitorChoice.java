package dev.aiocontext;

import java.util.Objects;

/**
 * The monitor that a context waits with, and why it is that one.
 *
 * @param monitor {@link MonitorMode#POLL} or {@link MonitorMode#EPOLL}
 * @param reason a sentence for people, which may change from release to release
 */
public record MonitorChoice(MonitorMode monitor, String reason) {
    /** Creates a choice. */
    public MonitorChoice {
        Objects.requireNonNull(monitor, "monitor");
        Objects.requireNonNull(reason, "reason");
    }
}
