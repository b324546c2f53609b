package dev.aiocontext.internal.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DoctorOptionsTest {
    @Test
    void measuresForTwentySecondsAndReportsToPeopleWhenNothingIsAsked() {
        assertThat(DoctorOptions.parse()).isEqualTo(new DoctorOptions(20, false, false));
    }

    @Test
    void takesAllOptionsInAnyOrder() {
        assertThat(DoctorOptions.parse("--json", "--seconds", "5")).isEqualTo(new DoctorOptions(5, true, false));
        assertThat(DoctorOptions.parse("--seconds", "5", "--json")).isEqualTo(new DoctorOptions(5, true, false));
        assertThat(DoctorOptions.parse("--seconds=7")).isEqualTo(new DoctorOptions(7, false, false));
        assertThat(DoctorOptions.parse("--help").help()).isTrue();
        assertThat(DoctorOptions.parse("-h").help()).isTrue();
    }

    @Test
    void takesTheLastOfSeveral() {
        assertThat(DoctorOptions.parse("--seconds", "5", "--seconds=6").seconds())
                .isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "3600"})
    void takesSecondsFromOneToAnHour(String seconds) {
        assertThat(DoctorOptions.parse("--seconds", seconds).seconds()).isEqualTo(Integer.parseInt(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "3601", "1.5", "ten", "", "99999999999"})
    void refusesOtherSecondsAndSaysWhichItTakes(String seconds) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DoctorOptions.parse("--seconds", seconds))
                .withMessage("--seconds needs a whole number from 1 to 3600, not \"" + seconds + "\"");
        assertThatIllegalArgumentException().isThrownBy(() -> DoctorOptions.parse("--seconds=" + seconds));
    }

    @Test
    void refusesSecondsWithoutANumber() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DoctorOptions.parse("--json", "--seconds"))
                .withMessage("--seconds needs a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--jsonn", "-j", "5", "", "--JSON"})
    void refusesWhatItDoesNotKnowAndNamesIt(String argument) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DoctorOptions.parse(argument))
                .withMessage("unknown argument \"" + argument + "\"");
    }
}
