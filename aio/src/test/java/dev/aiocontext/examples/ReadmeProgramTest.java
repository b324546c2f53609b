package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
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

    private static final Pattern MODULE_COMMAND = Pattern.compile(
            "^java (--enable-native-access=\\S+) --module-path \\.{3} --module (\\S+)/\\.{3}$", Pattern.MULTILINE);

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

    @Test
    void readmeOptionForTheModulePathGrantsTheProgramInAModuleOfItsOwnAllThatItNeeds() throws Exception {
        MatchResult command = MODULE_COMMAND
                .matcher(Files.readString(ROOT.resolve("README.md")))
                .results()
                .findFirst()
                .orElseThrow();
        String module = command.group(2);
        Path descriptor = Files.writeString(
                directory.resolve("module-info.java"), "module " + module + " { requires dev.aiocontext; }");
        Path classes = directory.resolve("classes");
        StringWriter messages = new StringWriter();
        PrintWriter said = new PrintWriter(messages);
        int compiled = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        said,
                        said,
                        "-d",
                        classes.toString(),
                        "-p",
                        ChildJvm.modulePath(),
                        descriptor.toString(),
                        SOURCE.toString());
        assertThat(compiled).as(messages.toString()).isZero();

        ChildJvm.Result result = ChildJvm.bare()
                .option("-p", ChildJvm.modulePath() + File.pathSeparator + classes)
                .option(command.group(1))
                .othersAreDeniedNativeAccess()
                .run("-m", module + "/dev.aiocontext.examples.ThreeOnOneLoop");

        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines()).containsOnly(readme(OUTPUT).lines().toArray(String[]::new));
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
