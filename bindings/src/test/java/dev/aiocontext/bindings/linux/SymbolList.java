package dev.aiocontext.bindings.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** A list that {@code generate.sh} takes: a {@code kind name} a line. */
record SymbolList(Set<String> lines) {
    static final Path DIRECTORY = Path.of("src", "main", "jextract");

    static SymbolList read(String file) {
        Set<String> lines = new TreeSet<>();
        try {
            for (String line : Files.readAllLines(DIRECTORY.resolve(file))) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SymbolList(lines);
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        lines.forEach(line -> names.add(line.substring(line.indexOf(' ') + 1)));
        return names;
    }

    /** A type's name as C code has to write it; a struct with a typedef may have no other. */
    String spelling(String type) {
        if (lines.contains("typedef " + type)) {
            return type;
        }
        return lines.contains("union " + type) ? "union " + type : "struct " + type;
    }
}
