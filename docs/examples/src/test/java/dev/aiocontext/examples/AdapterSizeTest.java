package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter is short enough to be copied, as the README says, and so is what the adapters share beside their bindings. */
class AdapterSizeTest {
    private static final int LINES = 150;
    private static final int SHARED_LINES = 180;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "curl/CurlMulti.java",
                "cares/AresResolver.java",
                "sdbus/BusConnection.java",
                "libpq/PqConnection.java",
                "netty/NettyEmbedding.java",
                "glib/GlibSource.java"
            })
    void anAdapterHasAtMost150LinesBesideItsImports(String adapter) throws IOException {
        assertThat(lines(adapter)).hasSizeLessThanOrEqualTo(LINES);
    }

    @Test
    void whatFourAdaptersShareHasAtMost180Lines() throws IOException {
        assertThat(lines("ffm/NativeClient.java")).hasSizeLessThanOrEqualTo(SHARED_LINES);
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(Path.of("src/main/java/dev/aiocontext/examples", file)).stream()
                .filter(line -> !line.startsWith("import ") && !line.startsWith("package "))
                .toList();
    }
}
