package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the README is the one beside this test, its command runs it, and it prints what the README says. */
class ReadmeProgramTest {
    /** Tests start in the module's directory. */
    private static final Path ROOT = Path.of("..");

    private static final Path SOURCE = Path.of("src/test/java/dev/aiocontext/examples/ThreeOnOneLoop.java");

    private static final Pattern PROGRAM = Pattern.compile("```java\n(import .*?)```\n", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("^ *\\$ (java .*ThreeOnOneLoop\\.java)$", Pattern.MULTILINE);
    private static final Pattern OUTPUT =
            Pattern.compile("ThreeOnOneLoop\\.java\n(.*?)```\n", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir
    Path directory;

    @Test
    void readmeShowsTheProgramThatIsCompiledHere() throws IOException {
        String source = Files.readString(SOURCE);

        assertThat(source).endsWith(readme(PROGRAM));
        assertThat(source).startsWith("package dev.aiocontext.examples;\n\n" + readme(PROGRAM));
    }

    @Test
    void readmeCommandRunsItAndItPrintsWhatTheReadmeSays() throws Exception {
        List<String> command = new ArrayList<>(List.of(readme(COMMAND).split(" ")));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");

        Process java = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = java.waitFor(600, TimeUnit.SECONDS);
        java.destroyForcibly();

        assertThat(ended).isTrue();
        assertThat(java.exitValue()).as(Files.readString(errors)).isZero();
        // How often it ticks meanwhile, and whether the worker's line comes before inotify's, is a matter of time.
        assertThat(Files.readAllLines(output))
                .containsOnly(readme(OUTPUT).lines().toArray(String[]::new));
    }

    private static String readme(Pattern pattern) throws IOException {
        List<String> found = pattern.matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        assertThat(found).as("what matches " + pattern).hasSize(1);
        return found.getFirst();
    }
}
