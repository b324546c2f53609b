package dev.aiocontext.internal.timer;

/** What many timers have in common, so that each of them has only one reference to it. Any thread. */
public class TimerKind {
    private final long accuracy;

    /**
     * Creates it.
     *
     * @param accuracy how late a loop may wake up for such a timer, in nanoseconds
     */
    public TimerKind(long accuracy) {
        this.accuracy = accuracy;
    }

    /** {@return how late a loop may wake up for such a timer, in nanoseconds} */
    public final long accuracy() {
        return accuracy;
    }
}
