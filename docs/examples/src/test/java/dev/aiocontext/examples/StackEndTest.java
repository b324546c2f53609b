package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the stack ends, nothing leaves an upcall of an adapter either: that would end the JVM. */
class StackEndTest {
    @TempDir
    private Path directory;

    @Test
    void aJvmOutlivesUpcallsWhereTheStackEnds() throws IOException {
        outlives();
    }

    /** Frames are as small then as they can be, so a number of them is the least room. */
    @Tag("proof")
    @Test
    void aJvmOutlivesUpcallsWhereTheStackEndsIfAllIsCompiled() throws IOException {
        outlives("-Xcomp", "-XX:-TieredCompilation");
    }

    private void outlives(String... options) throws IOException {
        Libraries.require("libcurl.so.4", "libcurl4");
        Libraries.require("libcares.so.2", "libc-ares2");
        BusDaemon.require();
        ChildJvm child = ChildJvm.onClassPath()
                .shortLived()
                .option("-XX:ErrorFile=" + directory.resolve("end"))
                .option(options);

        ChildJvm.Result result = child.run(StackEndClient.class.getName(), directory.toString(), "" + Rounds.of(100));

        assertThat(result.output()).endsWith("all libraries work\n");
        assertThat(result.exit()).isZero();
    }
}
