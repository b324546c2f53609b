package dev.aiocontext.internal.loop;

import dev.aiocontext.internal.timer.TimerKind;

/** What many timers of a loop have in common. Any thread. */
final class TimerTerms extends TimerKind {
    final TimerDriver driver;
    final Sources sources;

    /** Whether a timer closes itself when it has fired and was not armed again. */
    final boolean once;

    /** Whether its owner is to close it, before the context is closed. */
    final boolean attended;

    TimerTerms(TimerDriver driver, Sources sources, long accuracy, boolean once, boolean attended) {
        super(accuracy);
        this.driver = driver;
        this.sources = sources;
        this.once = once;
        this.attended = attended;
    }
}
