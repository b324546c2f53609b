package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;

/**
 * The result of waking a loop whose doorbell is intact.
 *
 * @param relay the relay's mode
 * @param blocked wake-ups asked for when the loop slept in the kernel
 * @param racing wake-ups asked for when the loop was about to sleep
 * @param lost wake-ups after which the loop slept on, of both kinds
 * @param echoes wake-ups by the relay, after the doorbell
 * @param rescues wake-ups by the relay that the doorbell should have done
 * @param latency from asking to running on the blocked loop
 * @param notifier how long asking took
 */
record WakeupResult(
        RelayMode relay,
        long blocked,
        long racing,
        long lost,
        long echoes,
        long rescues,
        Times latency,
        Times notifier) {
    long wakeups() {
        return blocked + racing;
    }
}
