package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.Platform;
import jdk.jfr.FlightRecorder;

/**
 * Says whether a flight recording may want an event of ours. The first event class of a JVM starts up the flight recorder,
 * which takes some 100 ms; so none is loaded before a recording exists. Any thread.
 */
final class FlightRecording {
    /** False in a run-time image without the flight recorder. Nothing here may name a class of it then. */
    private static final boolean POSSIBLE = Platform.hasFlightRecorder();

    private FlightRecording() {}

    /** Holds the event class, which is loaded with the first recording. */
    private static final class SlowCallbacks {
        /** Says whether a recording wants slow callbacks: timing a callback costs more than most callbacks do. */
        static final SlowCallbackEvent ASKED = new SlowCallbackEvent();
    }

    /** Holds the event class, as {@link SlowCallbacks} does. */
    private static final class LateTimers {
        static final LateTimerEvent ASKED = new LateTimerEvent();
    }

    /** Says whether there has been a recording in this JVM. */
    static boolean exists() {
        return POSSIBLE && FlightRecorder.isInitialized();
    }

    static boolean ofSlowCallbacks() {
        return exists() && SlowCallbacks.ASKED.isEnabled();
    }

    static boolean ofLateTimers() {
        return exists() && LateTimers.ASKED.isEnabled();
    }
}
