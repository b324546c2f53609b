package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Times NEVER = new Times(0, 0, 0, 0);

    @Test
    void isReliableAndNamesThePriceOfTheRelayWhenNothingWasLost() {
        assertThat(Samples.allWell().allWell()).isTrue();
        assertThat(Verdict.of(Samples.allWell()))
                .startsWith("Reliable: none of 2,200 wake-ups was lost")
                .endsWith("You need no relay. It would make waking a blocked loop 2.50 us slower (THREAD).");
    }

    @Test
    void namesThePriceOfEachModeThatWasMeasured() {
        WakeupResult deferred =
                new WakeupResult(RelayMode.DEFERRED, 600, 500, 0, 0, 0, NEVER, new Times(1, 2000, 0, 0));
        assertThat(Verdict.of(Samples.findings(List.of(Samples.OFF, Samples.THREAD, deferred), List.of())))
                .endsWith("2.50 us slower (THREAD), or no slower that could be measured (DEFERRED).");
    }

    @Test
    void asksForTheRelayWhenAWakeupWasLostWithoutIt() {
        Findings findings = Samples.findings(List.of(Samples.wakeup(RelayMode.OFF, 3, 0), Samples.THREAD), List.of());
        assertThat(findings.allWell()).isFalse();
        assertThat(Verdict.of(findings))
                .startsWith("NOT reliable: of 2,200 wake-ups 3 were lost")
                .contains("you need the relay");
    }

    @Test
    void asksForTheRelayWhenItMadeGoodForAnIntactDoorbell() {
        Findings findings = Samples.findings(List.of(Samples.OFF, Samples.wakeup(RelayMode.THREAD, 0, 2)), List.of());
        assertThat(findings.allWell()).isFalse();
        assertThat(Verdict.of(findings)).contains("2 only came by the relay").contains("you need the relay");
    }

    @Test
    void doesNotRecommendARelayThatLosesWakeups() {
        Findings findings = Samples.findings(List.of(Samples.OFF, Samples.wakeup(RelayMode.THREAD, 1, 0)), List.of());
        assertThat(findings.allWell()).isFalse();
        assertThat(Verdict.of(findings)).startsWith("NOT reliable").contains("relay does not make good");
    }

    @Test
    void doesNotCountOnARelayThatLeavesALossyDoorbellUnrepaired() {
        InsuranceResult hung = new InsuranceResult(RelayMode.THREAD, 1000, 10, 4, 6, NEVER);
        Findings findings = Samples.findings(List.of(Samples.OFF, Samples.THREAD), List.of(Samples.LOSSY_OFF, hung));
        assertThat(findings.allWell()).isFalse();
        assertThat(Verdict.of(findings))
                .startsWith("Reliable, but not insured")
                .contains("left 4 that were lost on purpose");
    }

    @Test
    void hangsWithoutRelayAreWhatALossyDoorbellIsExpectedToDo() {
        assertThat(Samples.LOSSY_OFF.hangs()).isPositive();
        assertThat(Samples.allWell().allWell()).isTrue();
    }

    @Test
    void isOneLine() {
        assertThat(Verdict.of(Samples.allWell())).doesNotContain("\n");
    }
}
