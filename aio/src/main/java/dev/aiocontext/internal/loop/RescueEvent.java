package dev.aiocontext.internal.loop;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * An event that says what the loop saw in a rescue, so that the place where the wake-up was lost can be found. Only code that has
 * asked for the flight recorder may load this class.
 */
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

    @Label("State")
    @Description(
            "What the loop read when it disarmed: RUNG if a notifier had rung and marked the arming, ARMED if none had got so far")
    @Nullable
    String state;

    @Label("Doorbell")
    @Description("Whether the wait found the doorbell readable")
    boolean doorbellReadable;

    @Label("Monitor")
    @Description("What the loop waited in: poll or epoll")
    @Nullable
    String monitor;

    @Label("Work")
    @Description("Whether there was queued work")
    boolean work;

    @Label("Bare wake-up")
    @Description("Whether there was a wake-up without work")
    boolean request;

    @Label("Notifier")
    @Description("The name of the thread that rang last, which may have ended")
    @Nullable
    String notifier;

    @Label("Notifier Id")
    @Description("The Java thread id of the thread that rang last")
    long notifierId;

    @Label("Relay")
    @Description("The relay's mode")
    @Nullable
    String relay;

    @Label("Asleep")
    @Description("From arming to ringing: how long the loop had been asleep when it was asked to wake up")
    @Timespan(Timespan.NANOSECONDS)
    long asleep;

    @Label("Delay")
    @Description("From ringing to the rescue: how long the work waited")
    @Timespan(Timespan.NANOSECONDS)
    long delay;
}
