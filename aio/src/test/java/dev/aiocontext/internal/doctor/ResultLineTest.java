package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.RelayMode;
import org.junit.jupiter.api.Test;

class ResultLineTest {
    private final WakeupResult wakeup =
            new WakeupResult(RelayMode.PROCESS, 1, 2, 3, 4, 5, new Times(6, 7, 8, 9), new Times(10, 11, 12, 13));
    private final InsuranceResult insurance =
            new InsuranceResult(RelayMode.PROCESS, 14, 15, 16, 17, new Times(18, 19, 20, 21));

    @Test
    void resultsComeBackAsTheyWere() {
        String output = "a warning\n" + ResultLine.of(wakeup) + "\n" + ResultLine.of(insurance) + "\n";
        assertThat(ResultLine.wakeup(output)).contains(wakeup);
        assertThat(ResultLine.insurance(output)).contains(insurance);
    }

    @Test
    void findsNothingWhereThereIsNothing() {
        assertThat(ResultLine.wakeup("")).isEmpty();
        assertThat(ResultLine.insurance(ResultLine.of(wakeup))).isEmpty();
    }
}
