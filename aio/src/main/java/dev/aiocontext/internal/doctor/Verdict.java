package dev.aiocontext.internal.doctor;

import dev.aiocontext.RelayMode;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        return "Reliable: none of " + Figures.count(findings.wakeupsDone()) + " wake-ups was lost. You need no relay."
                + price(findings);
    }

    /** Advises a relay if it lost no wake-up itself, neither with the intact nor with the lossy doorbell. */
    private static String advice(Findings findings) {
        boolean relayLostNone =
                findings.wakeups().stream().allMatch(result -> result.relay() == RelayMode.OFF || result.lost() == 0);
        return relayLostNone && findings.notRescued() == 0
                ? "you need the relay here: set AIOCONTEXT_RELAY=THREAD, and please report this."
                : "and the relay does not make good for all of them. Please report this.";
    }

    private static String price(Findings findings) {
        Optional<WakeupResult> off = findings.wakeups(RelayMode.OFF);
        if (off.isEmpty()) {
            return "";
        }
        String prices = Stream.of(RelayMode.THREAD, RelayMode.DEFERRED)
                .flatMap(relay -> findings.wakeups(relay).stream())
                .map(insured -> price(insured, off.get()))
                .collect(Collectors.joining(", or "));
        return prices.isEmpty() ? "" : " It would make waking a blocked loop " + prices + ".";
    }

    private static String price(WakeupResult insured, WakeupResult off) {
        long added = insured.notifier().p50Nanos() - off.notifier().p50Nanos();
        String price = added > 0 ? Figures.nanos(added) + " slower" : "no slower that could be measured";
        return price + " (" + insured.relay() + ")";
    }
}
