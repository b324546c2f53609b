package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * All that the doctor found out.
 *
 * @param machine what it runs on
 * @param seconds how long it was told to measure
 * @param wakeups waking a loop with an intact doorbell, by relay mode
 * @param insurance waking a loop with a lossy doorbell, by relay mode
 * @param rescues some rescues, as the loop saw them: those that nobody provoked, or else a provoked one
 * @param notMeasured relay modes that are missing in these
 */
record Findings(
        Machine machine,
        int seconds,
        List<WakeupResult> wakeups,
        List<InsuranceResult> insurance,
        List<RescueStory> rescues,
        List<NotMeasured> notMeasured) {

    /** A relay mode that could not be measured, and why. */
    record NotMeasured(RelayMode relay, String reason) {}

    /** Counts the wake-ups by an intact doorbell. */
    long wakeupsDone() {
        return sum(WakeupResult::wakeups);
    }

    /** Counts the wake-ups by an intact doorbell, with or without relay, that no loop ever saw. */
    long lost() {
        return sum(WakeupResult::lost);
    }

    /** Counts the wake-ups by an intact doorbell that only the relay brought. */
    long repaired() {
        return sum(WakeupResult::rescues);
    }

    /** Counts the wake-ups by a lossy doorbell that the relay should have repaired, and did not. */
    long notRescued() {
        return insurance.stream()
                .filter(result -> result.relay() != RelayMode.OFF)
                .mapToLong(InsuranceResult::hangs)
                .sum();
    }

    /** {@return whether no wake-up was lost that should not be} */
    boolean allWell() {
        return lost() == 0 && repaired() == 0 && notRescued() == 0;
    }

    Optional<WakeupResult> wakeups(RelayMode relay) {
        return wakeups.stream().filter(result -> result.relay() == relay).findFirst();
    }

    private long sum(ToLongFunction<WakeupResult> figure) {
        return wakeups.stream().mapToLong(figure).sum();
    }
}
