package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A page of the documentation: its programs, and the commands that run them. */
final class Page {
    /** Tests start in the module's directory. */
    static final Path ROOT = Path.of("..");

    private static final Pattern PROGRAM = Pattern.compile("^```java\n(.*?)^```\n", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern SESSION =
            Pattern.compile("^```console\n\\$ (.*?)\n(.*?)^```\n", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern CLASS = Pattern.compile("^(?:public )?final class (\\w+)", Pattern.MULTILINE);

    private final String text;

    /** A command, and the lines that it prints. */
    record Session(String command, List<String> output) {}

    private Page(String text) {
        this.text = text;
    }

    static Page of(String path) throws IOException {
        return new Page(Files.readString(ROOT.resolve(path)));
    }

    /** The blocks of Java, in their order. */
    List<String> programs() {
        return PROGRAM.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    /** The name of the class that a program declares. */
    static String className(String program) {
        return CLASS.matcher(program)
                .results()
                .map((MatchResult match) -> match.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** The blocks with a command and its output, in their order. */
    List<Session> sessions() {
        return SESSION.matcher(text)
                .results()
                .map((MatchResult match) ->
                        new Session(match.group(1), match.group(2).lines().toList()))
                .toList();
    }

    /** What a pattern with one group finds, which must be there once. */
    MatchResult only(Pattern pattern) {
        List<MatchResult> found = pattern.matcher(text).results().toList();
        assertThat(found).as("what matches " + pattern).hasSize(1);
        return found.getFirst();
    }
}
