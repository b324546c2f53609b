package dev.aiocontext;

/** A callback for a timer. */
@FunctionalInterface
public interface TimerHandler {
    /**
     * Handles that a timer's deadline has come. Runs on the home thread. The handler may arm the timer anew, disarm it, or close it.
     *
     * @param timer the timer; one that is periodic is armed for its next deadline already
     * @param missed how many further deadlines of a periodic timer have passed by now; 0 if the loop is in time
     * @throws Throwable goes to the context's {@link ExceptionHandler}; a periodic timer is disarmed
     */
    void fired(AioTimer timer, long missed) throws Throwable;
}
