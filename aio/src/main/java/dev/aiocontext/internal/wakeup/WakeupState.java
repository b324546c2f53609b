package dev.aiocontext.internal.wakeup;

/**
 * Holds what notifiers read with each piece of work, in cache lines of its own. Beside a field that the home thread writes in each
 * iteration, each of these reads could be a miss.
 */
abstract class WakeupState extends CacheLines {
    /** Number of the arming, and AWAKE, ARMED or RUNG. Home thread: all; notifiers: ARMED to RUNG only. */
    @SuppressWarnings("unused") // through Wakeup.STATE
    long state;

    /** Creates it, awake. */
    WakeupState() {}
}
