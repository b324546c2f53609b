package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the README is the one beside this test, and its commands run it; a program in a module gets on with its option. */
class ReadmeProgramTest {
    private static final Path SOURCES = Path.of("src/test/java/dev/aiocontext/examples");

    private static final Pattern JAVA_COMMAND = Pattern.compile("^(java .*/Hello\\.java)$", Pattern.MULTILINE);
    private static final Pattern MAVEN_COMMAND =
            Pattern.compile("^./mvnw -q -pl bindings,aio -P(\\w+) process-classes$");
    private static final Pattern MODULE_COMMAND = Pattern.compile(
            "^java (--enable-native-access=\\S+) --module-path \\.{3} --module (\\S+)/\\.{3}$", Pattern.MULTILINE);

    @TempDir
    Path directory;

    @Test
    void readmeShowsTheProgramThatIsCompiledHere() throws IOException {
        List<String> programs = readme().programs();

        assertThat(programs).hasSize(1);
        assertThat(Files.readString(SOURCES.resolve("Hello.java")))
                .isEqualTo("package dev.aiocontext.examples;\n\n" + programs.getFirst());
    }

    @Test
    void readmeCommandForJavaRunsItAndItPrintsWhatTheReadmeSays() throws Exception {
        Page readme = readme();
        List<String> command =
                new ArrayList<>(List.of(readme.only(JAVA_COMMAND).group(1).split(" ")));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path output = directory.resolve("output");
        Path errors = directory.resolve("errors");

        Process java = new ProcessBuilder(command)
                .directory(Page.ROOT.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        int status = ChildProcess.end(java, () -> "");

        assertThat(status).as(Files.readString(errors)).isZero();
        assertThat(Files.readAllLines(output))
                .isEqualTo(readme.sessions().getFirst().output());
    }

    /** Maven in a test would build what is being built: so this looks up what Maven would run. */
    @Test
    void readmeCommandForMavenRunsTheSame() throws IOException {
        Page readme = readme();
        MatchResult command = MAVEN_COMMAND
                .matcher(readme.sessions().getFirst().command())
                .results()
                .findFirst()
                .orElseThrow();
        String java = readme.only(JAVA_COMMAND).group(1);

        String profile = "<id>" + command.group(1) + "</id>";
        String arguments =
                "<commandlineArgs>" + java.substring("java ".length()).trim() + "</commandlineArgs>";
        assertThat(Files.readString(Path.of("pom.xml"))).containsSubsequence("<profiles>", profile, arguments);
    }

    @Test
    void readmeOptionForTheModulePathGrantsTheProgramInAModuleOfItsOwnAllThatItNeeds() throws Exception {
        MatchResult command = readme().only(MODULE_COMMAND);
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
                        SOURCES.resolve("ThreeOnOneLoop.java").toString());
        assertThat(compiled).as(messages.toString()).isZero();

        ChildJvm.Result result = ChildJvm.bare()
                .option("-p", ChildJvm.modulePath() + File.pathSeparator + classes)
                .option(command.group(1))
                .othersAreDeniedNativeAccess()
                .run("-m", module + "/dev.aiocontext.examples.ThreeOnOneLoop");

        assertThat(result.exit()).as(result.output()).isZero();
        // How often it ticks meanwhile, and whether the worker's line comes before inotify's, is a matter of time.
        assertThat(result.output().lines()).containsOnly("tick", "inotify: report.txt was written", "worker: done");
    }

    private static Page readme() throws IOException {
        return Page.of("README.md");
    }
}
