package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter is short enough to be copied, as the README says. */
class AdapterSizeTest {
    private static final int LINES = 150;

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
        List<String> lines = Files.readAllLines(Path.of("src/main/java/dev/aiocontext/examples", adapter)).stream()
                .filter(line -> !line.startsWith("import ") && !line.startsWith("package "))
                .toList();

        assertThat(lines).hasSizeLessThanOrEqualTo(LINES);
    }
}
