package dev.aiocontext.internal.doctor;

import java.util.Locale;
import jdk.jfr.consumer.RecordedEvent;

/**
 * One rescue, as the loop saw it: what the event {@code dev.aiocontext.Rescue} says, and in words.
 *
 * @param provoked whether its doorbell was lost on purpose
 * @param arming the number of the arming whose doorbell was lost
 * @param state what the loop read when it disarmed
 * @param doorbellReadable whether the wait found the doorbell readable
 * @param monitor what the loop waited in
 * @param work whether there was queued work
 * @param request whether there was a wake-up without work
 * @param notifier the name of the thread that rang
 * @param relay the relay's mode
 * @param asleepNanos from arming to ringing
 * @param delayNanos from ringing to the rescue
 */
record RescueStory(
        boolean provoked,
        long arming,
        String state,
        boolean doorbellReadable,
        String monitor,
        boolean work,
        boolean request,
        String notifier,
        String relay,
        long asleepNanos,
        long delayNanos) {

    static RescueStory of(RecordedEvent event) {
        return new RescueStory(
                event.getString("context").equals(TrialLoop.LOSSY),
                event.getLong("arming"),
                event.getString("state"),
                event.getBoolean("doorbellReadable"),
                event.getString("monitor"),
                event.getBoolean("work"),
                event.getBoolean("request"),
                event.getString("notifier"),
                event.getString("relay"),
                event.getDuration("asleep").toNanos(),
                event.getDuration("delay").toNanos());
    }

    /** {@return the story, in one paragraph} */
    String inWords() {
        return String.format(
                Locale.ROOT,
                "Arming %s: the loop went to sleep in %s. After %s, thread \"%s\" %s and %s. That thread"
                        + " rang the doorbell, but the loop's wait %s. %s later the relay (%s) woke the loop, which found"
                        + " %s.%s",
                Figures.count(arming),
                monitor,
                Figures.nanos(asleepNanos),
                notifier,
                work ? "handed it work" : "asked it to wake up",
                state.equals("RUNG")
                        ? "found it armed, and answered (state RUNG)"
                        : "found it armed, and had not marked its answer yet (state " + state + ")",
                doorbellReadable ? "found it readable only afterwards" : "never found it readable: that ring was lost",
                Figures.nanos(delayNanos),
                relay,
                work && request ? "the work, and a bare wake-up" : work ? "the work" : "the bare wake-up",
                provoked
                        ? " The doctor had this doorbell lost on purpose."
                        : " Nobody had this doorbell lost on purpose.");
    }
}
