package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.posix.Platform;
import jdk.jfr.FlightRecorder;

/**
 * Says whether a flight recording may want an event of ours. The first event class of a JVM starts up the flight recorder,
 * which takes some 100 ms; so none is loaded before a recording exists. Any thread.
 */
final class FlightRecording {
    /** Where there is no flight recorder, nothing here may name a class of it. */
    private static final boolean POSSIBLE = Platform.hasFlightRecorder();

    private FlightRecording() {}

    /** Loaded with the first recording. */
    private static final class SlowCallbacks {
        /** Asked whether anybody records slow callbacks: timing one costs more than most callbacks do. */
        static final SlowCallbackEvent ASKED = new SlowCallbackEvent();
    }

    /** Whether there has been a recording in this JVM. */
    static boolean exists() {
        return POSSIBLE && FlightRecorder.isInitialized();
    }

    static boolean ofSlowCallbacks() {
        return exists() && SlowCallbacks.ASKED.isEnabled();
    }
}
