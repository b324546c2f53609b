package dev.aiocontext.internal.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {
    private static final String ERASE = "\r\033[K";

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(terminal, true, UTF_8);

    private String shown() {
        return terminal.toString(UTF_8);
    }

    @Test
    void saysWhatItIsAtAndErasesThat() {
        try (TerminalProgress progress = new TerminalProgress(stream, 80, 3600)) {
            progress.step("relay OFF");
            assertThat(shown()).startsWith(ERASE + "relay OFF: about 3").contains(" s left");
        }
        assertThat(shown()).endsWith(" s left" + ERASE);
    }

    @Test
    void aLineLeavesRoomForTheTerminalsMarkOfCtrlC() {
        try (TerminalProgress progress = new TerminalProgress(stream, 20, 3600)) {
            progress.step("relay DEFERRED, lossy doorbell");
            assertThat(shown()).startsWith(ERASE + "relay DEFERRED, l");
        }
        assertThat(shown().split(ERASE.replace("[", "\\["), -1))
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(18));
    }

    @Test
    void aTerminalWithoutRoomShowsNothing() {
        try (TerminalProgress progress = new TerminalProgress(stream, 1, 3600)) {
            progress.step("relay OFF");
        }
        assertThat(shown().replace(ERASE, "")).isEmpty();
    }

    @Test
    void drawsNothingOnceItIsErased() {
        TerminalProgress progress = new TerminalProgress(stream, 80, 3600);
        progress.step("relay OFF");
        progress.close();
        String atTheEnd = shown();
        progress.step("relay THREAD");
        progress.close();
        assertThat(shown()).isEqualTo(atTheEnd);
    }
}
