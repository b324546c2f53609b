package dev.aiocontext;

/**
 * What a context has counted since it was opened. Counting takes no atomic operation where the loop is awake: the loop counts
 * for itself, and a notifier only where it makes a system call anyway.
 *
 * @param polls how often the loop looked for work, nested polls included
 * @param wakeupsAsked wake-ups asked for and seen by the loop: work that was queued, and bare {@link AioContext#wakeup}s,
 *     of which those that come before the loop saw an earlier one count as one with it
 * @param wakeupsSkipped those that found the loop awake, or already rung for, and so made no system call
 * @param wakeupsRung those that rang the doorbell
 * @param relayed wake-ups that came through the SIGIO relay: echoes and rescues
 * @param echoes relayed wake-ups that came after the doorbell had done its duty, or after the loop had found the work by
 *     itself: harmless
 * @param rescues relayed wake-ups that found work which no doorbell had announced: lost wake-ups, repaired by the relay
 * @param pollingNanos processor time that adaptive polling took, in nanoseconds: what it costs
 * @param pollingHits waits that adaptive polling ended, at no system call for the notifier: what it gains
 * @param pollingMisses waits that began with polling in vain, and blocked
 */
public record AioStatistics(
        long polls,
        long wakeupsAsked,
        long wakeupsSkipped,
        long wakeupsRung,
        long relayed,
        long echoes,
        long rescues,
        long pollingNanos,
        long pollingHits,
        long pollingMisses) {}
