package dev.aiocontext.bindings.linux;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A package of generated code. Its classes are looked up where they were compiled to, so that none is forgotten. */
record GeneratedPackage(String name, String headerName, SymbolList symbols) {
    HeaderClass header() {
        return new HeaderClass(load(headerName), name);
    }

    List<StructClass> structs() throws IOException, URISyntaxException {
        Class<?> header = load(headerName);
        Path root = Path.of(
                header.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<StructClass> structs = new ArrayList<>();
        try (Stream<Path> files = Files.list(root.resolve(name.replace('.', '/')))) {
            for (Path file : files.sorted().toList()) {
                String className = file.getFileName().toString().replaceFirst("\\.class$", "");
                if (Files.isRegularFile(file) && !className.contains("$") && !className.equals(headerName)) {
                    structs.add(new StructClass(load(className), symbols.spelling(className)));
                }
            }
        }
        return structs;
    }

    /** Everything that the package has a name for. */
    Set<String> names() throws IOException, URISyntaxException {
        Set<String> names = new TreeSet<>(header().names());
        structs().forEach(struct -> names.add(struct.type().getSimpleName()));
        return names;
    }

    List<Fact> facts() throws IOException, URISyntaxException {
        List<Fact> facts = new ArrayList<>(header().facts());
        structs().forEach(struct -> facts.addAll(struct.facts()));
        return facts;
    }

    private Class<?> load(String className) {
        try {
            return Class.forName(name + "." + className);
        } catch (ClassNotFoundException e) {
            throw new LinkageError(className, e);
        }
    }
}
