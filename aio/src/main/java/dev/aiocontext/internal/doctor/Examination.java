package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The whole examination: the machine, and each relay mode with an intact and with a lossy doorbell. */
final class Examination {
    private static final List<RelayMode> HERE = List.of(RelayMode.OFF, RelayMode.THREAD, RelayMode.DEFERRED);

    /** The number of trials: an intact and a lossy doorbell, for each of these modes and for PROCESS. */
    private static final int TRIALS = 2 * (HERE.size() + 1);

    private Examination() {}

    static Findings examine(int seconds, Progress progress) {
        Machine machine = Machine.examine();
        ParentWatch.overScript(); // its thread is none of those that the JVM itself has
        long trial = trialNanos(seconds);
        List<WakeupResult> wakeups = new ArrayList<>();
        List<InsuranceResult> insurance = new ArrayList<>();
        List<Findings.NotMeasured> notMeasured = new ArrayList<>();
        List<RescueStory> rescues;
        try (RescueRecording recording = new RescueRecording()) {
            for (RelayMode relay : HERE) {
                progress.step("relay " + relay);
                wakeups.add(WakeupTrial.measure(relay, trial));
            }
            for (RelayMode relay : HERE) {
                progress.step("relay " + relay + ", lossy doorbell");
                insurance.add(InsuranceTrial.measure(relay, trial));
            }
            rescues = recording.stories();
        }
        progress.step("relay PROCESS, in a JVM of its own");
        try {
            ProcessTrials.Results process = ProcessTrials.measure(trial);
            wakeups.add(process.wakeup());
            insurance.add(process.insurance());
        } catch (ProcessTrials.FailedException e) {
            notMeasured.add(new Findings.NotMeasured(RelayMode.PROCESS, String.valueOf(e.getMessage())));
        }
        return new Findings(machine, seconds, wakeups, insurance, rescues, notMeasured);
    }

    /** Tells the time of one trial, so that all trials and the start of the child JVM take the given time. */
    private static long trialNanos(int seconds) {
        long all = TimeUnit.SECONDS.toNanos(seconds);
        return (all - Math.min(all / 8, TimeUnit.SECONDS.toNanos(1))) / TRIALS;
    }
}
