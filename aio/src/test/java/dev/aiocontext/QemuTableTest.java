package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The classes and the tests that docs/qemu.md names exist. */
class QemuTableTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| (?!QEMU|---).*\\| ([^|]*) \\| ([^|]*) \\|$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`([A-Za-z.]+)(?:#(\\w+))?`");

    private static List<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(Path.of("../docs/qemu.md")))
                .results()
                .toList();
    }

    @Test
    void eachRowNamesAClassOfTheLibrary() throws IOException {
        assertThat(rows())
                .hasSizeGreaterThan(45)
                .allSatisfy(
                        row -> assertThat(names(row.group(1))).isNotEmpty().allSatisfy(name -> load(name.group(1))));
    }

    @Test
    void eachRowNamesATestThatExists() throws IOException {
        assertThat(rows())
                .allSatisfy(row -> assertThat(names(row.group(2)))
                        .isNotEmpty()
                        .allSatisfy(name -> assertThat(load(name.group(1)).getDeclaredMethods())
                                .anyMatch(method -> Arrays.stream(method.getAnnotations())
                                                .anyMatch(annotation -> annotation
                                                        .annotationType()
                                                        .getName()
                                                        .matches("org.junit.jupiter.*Test|net.jqwik.*Property"))
                                        && (name.group(2) == null
                                                || method.getName().equals(name.group(2))))));
    }

    private static List<MatchResult> names(String cell) {
        return NAME.matcher(cell).results().toList();
    }

    private static Class<?> load(String name) {
        try {
            return Class.forName("dev.aiocontext." + name);
        } catch (ClassNotFoundException e) {
            throw new AssertionError(name + " is in docs/qemu.md and nowhere else", e);
        }
    }
}
