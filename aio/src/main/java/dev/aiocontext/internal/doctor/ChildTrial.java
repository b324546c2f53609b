package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;

/** Measures relay mode PROCESS in the JVM that {@link ProcessTrials} starts, and prints the results. */
final class ChildTrial {
    private ChildTrial() {}

    /**
     * Measures.
     *
     * @param args how long a trial takes, in nanoseconds, and the number of the process that wants to know
     */
    public static void main(String[] args) {
        ParentWatch.over(Long.parseLong(args[1]));
        long trial = Long.parseLong(args[0]);
        System.out.println(ResultLine.of(WakeupTrial.measure(RelayMode.PROCESS, trial)));
        System.out.println(ResultLine.of(InsuranceTrial.measure(RelayMode.PROCESS, trial)));
    }
}
