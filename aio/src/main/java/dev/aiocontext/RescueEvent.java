package dev.aiocontext;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

@Name("dev.aiocontext.Rescue")
@Label("Rescued wake-up")
@Description("The SIGIO relay woke a loop that had work which no doorbell had announced: a lost wake-up, repaired")
@Category({"aiocontext"})
@StackTrace(false)
final class RescueEvent extends Event {
    @Label("Context")
    @Nullable
    String context;

    @Label("Arming")
    @Description("The number of the arming whose doorbell was lost")
    long arming;

    @Label("Delay")
    @Description("From asking for the wake-up to the rescue")
    @Timespan(Timespan.NANOSECONDS)
    long delay;
}
