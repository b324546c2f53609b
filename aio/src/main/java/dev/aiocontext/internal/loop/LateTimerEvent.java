package dev.aiocontext.internal.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** A timer that fired late. Only code that has asked for the flight recorder may load this class. */
@Name("dev.aiocontext.LateTimer")
@Label("Late timer")
@Description(
        "A timer fired more than 10 ms after its accuracy was over: callbacks or the machine kept the loop from it."
                + " The 10 ms are no setting, because a threshold of the flight recorder is about the duration of an event")
@Category({"aiocontext"})
@StackTrace(false)
final class LateTimerEvent extends Event {
    @Label("Context")
    @Nullable
    String context;

    @Label("Timer")
    @Nullable
    String timer;

    @Label("Lateness")
    @Description("From the deadline to the call of the handler")
    @Timespan
    long lateness;

    @Label("Accuracy")
    @Description("How late the timer may be")
    @Timespan
    long accuracy;

    @Label("Missed periods")
    long missed;
}
