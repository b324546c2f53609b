package dev.aiocontext.internal.doctor;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes maps, collections, strings, numbers, booleans and null as JSON (RFC 8259), in ASCII. */
final class Json {
    private static final String STEP = "  ";

    private final StringBuilder out = new StringBuilder();

    private Json() {}

    static String of(@Nullable Object value) {
        Json json = new Json();
        json.value(value, "\n");
        return json.out.toString();
    }

    private void value(@Nullable Object value, String newline) {
        if (value instanceof Map<?, ?> map) {
            object(map, newline);
        } else if (value instanceof Collection<?> values) {
            array(values, newline);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Boolean || value == null) {
            out.append(value);
        } else if (value instanceof String string) {
            string(string);
        } else {
            throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    private void object(Map<?, ?> map, String newline) {
        out.append('{');
        String separator = newline + STEP;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(separator);
            string((String) entry.getKey());
            out.append(": ");
            value(entry.getValue(), newline + STEP);
            separator = "," + newline + STEP;
        }
        out.append(map.isEmpty() ? "" : newline).append('}');
    }

    private void array(Collection<?> values, String newline) {
        out.append('[');
        for (Iterator<?> rest = values.iterator(); rest.hasNext(); ) {
            out.append(newline).append(STEP);
            value(rest.next(), newline + STEP);
            out.append(rest.hasNext() ? "," : "");
        }
        out.append(values.isEmpty() ? "" : newline).append(']');
    }

    private void string(String string) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
