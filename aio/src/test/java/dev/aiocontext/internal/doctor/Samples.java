package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.relay.RelayModes;
import java.util.List;
import java.util.Map;

/** Made-up findings. */
final class Samples {
    static final Machine MACHINE = new Machine(
            "aarch64",
            4,
            "Linux 6.1.0",
            "glibc 2.28",
            "22+36, \"Acme\" \\ Sons",
            new RelayModes.Choice(RelayMode.THREAD, "AUTO on aarch64, the default"),
            new SignalMasks(
                    3, List.of(new KernelThread(7, "java", Map.of()), new KernelThread(8, "VM Thread", Map.of()))));

    static final WakeupResult OFF = wakeup(RelayMode.OFF, 0, 0);
    static final WakeupResult THREAD = wakeup(RelayMode.THREAD, 0, 0);
    static final InsuranceResult LOSSY_OFF = new InsuranceResult(RelayMode.OFF, 200, 2, 2, 0, new Times(0, 0, 0, 0));
    static final InsuranceResult LOSSY_THREAD =
            new InsuranceResult(RelayMode.THREAD, 1000, 10, 0, 10, new Times(10, 9000, 9900, 12_345));

    static final RescueStory RESCUE =
            new RescueStory(true, 1_234, "RUNG", false, "poll", true, false, "main", "THREAD", 31_000, 36_500);

    private Samples() {}

    static WakeupResult wakeup(RelayMode relay, long lost, long rescues) {
        long echoes = relay == RelayMode.OFF ? 0 : 900;
        Times latency = new Times(400, 5000, 20_000, 1_234_567);
        Times notifier = new Times(400, relay == RelayMode.OFF ? 2000 : 4500, 9000, 80_000);
        return new WakeupResult(relay, 600, 500, lost, echoes, rescues, latency, notifier);
    }

    static Findings findings(List<WakeupResult> wakeups, List<InsuranceResult> insurance) {
        List<Findings.NotMeasured> notMeasured =
                List.of(new Findings.NotMeasured(RelayMode.PROCESS, "line one\nand t\u00e9st"));
        return new Findings(MACHINE, 20, wakeups, insurance, List.of(RESCUE), notMeasured);
    }

    static Findings allWell() {
        return findings(List.of(OFF, THREAD), List.of(LOSSY_OFF, LOSSY_THREAD));
    }
}
