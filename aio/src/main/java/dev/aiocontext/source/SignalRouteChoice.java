package dev.aiocontext.source;

import java.util.Objects;

/**
 * The way on which a signal comes, and why it is that one.
 *
 * @param route the way
 * @param reason a sentence for people, which may change from release to release
 */
public record SignalRouteChoice(SignalRoute route, String reason) {
    /** Creates a choice. */
    public SignalRouteChoice {
        Objects.requireNonNull(route, "route");
        Objects.requireNonNull(reason, "reason");
    }
}
