package dev.aiocontext.bindings.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * A C compiler that tells values without a run of what it compiles, which may be for another machine: they stand in its
 * assembler output.
 */
record CCompiler(String command, String packages) {
    private static final Pattern VALUE = Pattern.compile("^->(\\d+) (-?\\d+)$", Pattern.MULTILINE);

    /** A member of a member. The C library has macros with the names of some, such as si_pid, which stand for the whole path. */
    private static final Pattern INNER_MEMBER = Pattern.compile("\\.(\\w+)");

    /** Longer than compiling takes anywhere. */
    private static final long LIMIT_SECONDS = 600;

    static CCompiler of(Target target) {
        return new CCompiler(target.compiler(), target.compilerPackages());
    }

    /** Skips the test if the compiler or its headers are missing, but fails where everything has to be tested. */
    void require(boolean everythingIsTested) {
        boolean works;
        try {
            works = compile("#include \"linux.h\"\n").exitCode() == 0;
        } catch (UncheckedIOException e) {
            works = false;
        }
        String message = command + " or its headers are missing: install " + packages;
        if (!works && everythingIsTested) {
            Assertions.fail(message);
        }
        Assumptions.assumeTrue(works, message);
    }

    /** What the compiler thinks different, a line each. */
    List<String> differences(List<String> declarations, List<Fact> facts) {
        StringBuilder program = new StringBuilder("#include \"linux.h\"\n#include <stddef.h>\n");
        facts.stream()
                .flatMap(fact -> INNER_MEMBER.matcher(fact.expression()).results())
                .map(member -> member.group(1))
                .distinct()
                .forEach(name -> program.append("#undef ").append(name).append('\n'));
        declarations.forEach(text -> program.append(text).append(";\n"));
        program.append("void values(void) {\n");
        for (int i = 0; i < facts.size(); i++) {
            // %c prints a constant bare, without the target's sign for an immediate operand.
            program.append("__asm__(\"\\n->%d %%c0\" : : \"i\"(%s));\n"
                    .formatted(i, facts.get(i).expression()));
        }
        Output output = compile(program.append("}\n").toString());
        if (output.exitCode() != 0) {
            return List.of(output.text());
        }
        List<String> differences = new ArrayList<>();
        Matcher value = VALUE.matcher(output.text());
        int seen = 0;
        for (; value.find(); seen++) {
            Fact fact = facts.get(Integer.parseInt(value.group(1)));
            long inC = Long.parseLong(value.group(2));
            if (inC != fact.value()) {
                differences.add("%s is %d in C, %d in the generated code".formatted(fact.name(), inC, fact.value()));
            }
        }
        if (seen != facts.size()) {
            differences.add("%d values asked for, %d told".formatted(facts.size(), seen));
        }
        return differences;
    }

    private record Output(int exitCode, String text) {}

    private Output compile(String program) {
        try {
            Path source = Files.createTempFile("abi", ".c");
            Path output = Files.createTempFile("abi", ".s");
            try {
                Files.writeString(source, program);
                Process process = new ProcessBuilder(
                                command, "-S", "-std=gnu17", "-I" + SymbolList.DIRECTORY, "-o", "-", source.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                String text = Files.readString(output, StandardCharsets.UTF_8);
                Assertions.assertTrue(ended, () -> command + " has not ended; it had printed:\n" + text);
                return new Output(process.exitValue(), text);
            } finally {
                Files.delete(source);
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
