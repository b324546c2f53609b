package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Rounds;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs of the guide run as they stand there, by its commands, and print what it says. */
class GuideTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docs/guide/first-loop.md",
                "docs/guide/timers.md",
                "docs/guide/virtual-threads.md",
                "docs/guide/sources.md",
                "docs/guide/foreign-loops.md"
            })
    void eachProgramOfThePagePrintsWhatThePageSays(String path) throws Exception {
        Page guide = Page.of(path);
        for (String program : guide.programs()) {
            Files.writeString(directory.resolve(Page.className(program) + ".java"), program);
        }

        List<Page.Session> sessions = guide.sessions();

        List<String> runnable = guide.programs().stream()
                .filter(program -> program.contains("static void main("))
                .map(program -> Page.className(program) + ".java")
                .toList();
        assertThat(sessions)
                .extracting(session -> session.command().replaceFirst(".* ", ""))
                .containsExactlyElementsOf(runnable);
        boolean asItStands = true;
        for (Page.Session session : sessions) {
            ChildJvm.Result result = run(session.command(), asItStands);
            asItStands = !Rounds.areFew(); // the first of each page is compiled by the command itself in every build
            assertThat(result.output().lines().toList()).as(session.command()).isEqualTo(session.output());
            assertThat(result.exit()).as(session.command()).isZero();
        }
    }

    /**
     * Runs a command with the classes that this test has.
     *
     * @param asItStands whether java compiles the source each time; else it runs what was compiled once for the page
     */
    private ChildJvm.Result run(String command, boolean asItStands) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ")));
        assertThat(arguments.removeFirst()).isEqualTo("java");
        String source = arguments.removeLast();
        if (asItStands) {
            arguments.replaceAll(argument -> argument.equals("$AIOCONTEXT") ? ChildJvm.modulePath() : argument);
            source = directory.resolve(source).toString();
        } else {
            String classes = compiled() + File.pathSeparator + ChildJvm.modulePath();
            arguments.replaceAll(argument -> argument.equals("$AIOCONTEXT") ? classes : argument);
            source = source.replace(".java", "");
        }
        return ChildJvm.bare()
                .shortLived()
                .option(arguments.toArray(String[]::new))
                .run(source);
    }

    /** Compiles all programs of the page, once. */
    private Path compiled() throws IOException {
        Path classes = directory.resolve("classes");
        if (Files.exists(classes)) {
            return classes;
        }
        List<String> arguments =
                new ArrayList<>(List.of("-d", Files.createDirectory(classes).toString(), "-cp", ChildJvm.modulePath()));
        try (Stream<Path> files = Files.list(directory)) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(System.out, System.err, arguments.toArray(String[]::new));
        assertThat(status).as("javac").isZero();
        return classes;
    }
}
