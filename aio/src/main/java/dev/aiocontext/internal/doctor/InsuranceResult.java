package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;

/**
 * The result of waking a blocked loop whose doorbell is lossy.
 *
 * @param relay the relay's mode
 * @param wakeups wake-ups asked for
 * @param dropped doorbells lost on purpose
 * @param hangs wake-ups after which the loop slept on
 * @param rescues wake-ups by the relay, in place of the doorbell
 * @param rescue from asking to running, where the doorbell was lost and the relay was not
 */
record InsuranceResult(RelayMode relay, long wakeups, long dropped, long hangs, long rescues, Times rescue) {}
