package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
        for (Page.Session session : sessions) {
            ChildJvm.Result result = run(session.command());
            assertThat(result.output().lines().toList()).as(session.command()).isEqualTo(session.output());
            assertThat(result.exit()).as(session.command()).isZero();
        }
    }

    /** Runs a command with the classes that this test has. */
    private ChildJvm.Result run(String command) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ")));
        assertThat(arguments.removeFirst()).isEqualTo("java");
        arguments.replaceAll(argument -> argument.equals("$AIOCONTEXT") ? ChildJvm.modulePath() : argument);
        String source = arguments.removeLast();
        return ChildJvm.bare()
                .shortLived()
                .option(arguments.toArray(String[]::new))
                .run(directory.resolve(source).toString());
    }
}
