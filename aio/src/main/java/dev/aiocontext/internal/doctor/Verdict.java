package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.Optional;

/** Puts the findings in one line. */
final class Verdict {
    private Verdict() {}

    static String of(Findings findings) {
        if (findings.lost() + findings.repaired() > 0) {
            return "NOT reliable: of " + Figures.count(findings.wakeupsDone()) + " wake-ups "
                    + Figures.count(findings.lost()) + " were lost and " + Figures.count(findings.repaired())
                    + " only came by the relay; " + advice(findings);
        }
        if (findings.notRescued() > 0) {
            return "Reliable, but not insured: none of " + Figures.count(findings.wakeupsDone())
                    + " wake-ups was lost, yet the relay left " + Figures.count(findings.notRescued())
                    + " that were lost on purpose; do not count on it.";
        }
        return "Reliable: none of " + Figures.count(findings.wakeupsDone()) + " wake-ups was lost. You need no relay"
                + price(findings) + ".";
    }

    /** A relay is worth its name if it lost none itself, here and with the lossy doorbell. */
    private static String advice(Findings findings) {
        boolean relayLostNone =
                findings.wakeups().stream().allMatch(result -> result.relay() == RelayMode.OFF || result.lost() == 0);
        return relayLostNone && findings.notRescued() == 0
                ? "you need the relay here: set AIOCONTEXT_RELAY=THREAD, and please report this."
                : "and the relay does not make good for all of them. Please report this.";
    }

    private static String price(Findings findings) {
        Optional<WakeupResult> off = findings.wakeups(RelayMode.OFF);
        Optional<WakeupResult> thread = findings.wakeups(RelayMode.THREAD);
        if (off.isEmpty() || thread.isEmpty()) {
            return "";
        }
        long added = thread.get().notifier().p50Nanos() - off.get().notifier().p50Nanos();
        return added > 0
                ? "; THREAD would add " + Figures.nanos(added) + " to waking a blocked loop"
                : "; THREAD would cost nothing that can be measured";
    }
}
