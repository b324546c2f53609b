package dev.aiocontext.internal.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RelayModesTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // builder, property, variable, platform, mode
                "-,       -,       -,      AARCH64, THREAD",
                "-,       deferred, -,     AARCH64, DEFERRED",
                "-,       -,       deferred, X86_64, DEFERRED",
                "-,       -,       -,      X86_64,  OFF",
                "-,       -,       thread, X86_64,  THREAD",
                "-,       process, thread, X86_64,  PROCESS",
                "OFF,     process, thread, AARCH64, OFF",
                "AUTO,    process, thread, AARCH64, THREAD",
                "-,       Auto,    off,    AARCH64, THREAD",
                "-,       -,       OFF,    AARCH64, OFF",
            })
    void theVariableIsOverriddenByThePropertyAndThatByTheBuilder(
            RelayMode builder, String property, String variable, Platform platform, RelayMode mode) {
        RelayModes.Choice choice = RelayModes.resolve(builder, property, variable, platform);
        assertThat(choice.mode()).isEqualTo(mode);
        assertThat(choice.reason()).isNotBlank();
    }

    @Test
    void anUnknownValueIsAnErrorThatListsTheRightOnes() {
        assertThatThrownBy(() -> RelayModes.resolve(null, "on", null, Platform.X86_64))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("system property dev.aiocontext.relay is \"on\", which is none of"
                        + " [AUTO, OFF, THREAD, DEFERRED, PROCESS]");
        assertThatThrownBy(() -> RelayModes.resolve(null, null, "", Platform.X86_64))
                .hasMessageContaining("environment variable AIOCONTEXT_RELAY is \"\"");
    }
}
