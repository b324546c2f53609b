package dev.aiocontext.bindings.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function as C declares it. The generated classes do not keep it; the comments of their source do.
 *
 * @param text the declaration, without the semicolon
 * @param returnType a C type
 * @param parameterTypes C types, without those of the variadic arguments
 */
record Declaration(String text, String returnType, List<String> parameterTypes) {
    private static final Pattern COMMENT = Pattern.compile("(?:Function descriptor|Variadic invoker class) for:\\s+"
            + "\\* \\{@snippet lang=c :\\s+"
            + "\\* (?<text>(?:extern )?(?<result>[^(]*[ *])(?<name>\\w+)\\((?<parameters>.*)\\))\\n");
    private static final Pattern PARAMETER = Pattern.compile("(?<type>.*[ *])\\w+(?<array>\\[\\d*])?");

    /** The functions of a generated class, by name. */
    static Map<String, Declaration> in(String packageName, String className) {
        Path source = Path.of("src", "main", "java", packageName.replace('.', '/'), className + ".java");
        Map<String, Declaration> declarations = new TreeMap<>();
        try {
            Matcher comment = COMMENT.matcher(Files.readString(source));
            while (comment.find()) {
                declarations.put(
                        comment.group("name"),
                        new Declaration(
                                comment.group("text"),
                                comment.group("result").strip(),
                                types(comment.group("parameters"))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return declarations;
    }

    private static List<String> types(String parameters) {
        List<String> types = new ArrayList<>();
        for (String parameter : parameters.split(", ", -1)) {
            if (parameter.isEmpty() || parameter.equals("...")) {
                continue;
            }
            Matcher matcher = PARAMETER.matcher(parameter);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("not understood: " + parameter);
            }
            // An array as a parameter is a pointer.
            types.add(matcher.group("type").strip() + (matcher.group("array") == null ? "" : " *"));
        }
        return types;
    }
}
