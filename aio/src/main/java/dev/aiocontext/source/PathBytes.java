package dev.aiocontext.source;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Translates between paths and the bytes that the kernel has for them. The JDK keeps the bytes in a path, also those that are no text
 * in the charset of its locale, and tells them in no other way than as the URI of the path. Any thread.
 */
final class PathBytes {
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private PathBytes() {}

    /**
     * Tells the bytes of the absolute form of a path.
     *
     * @throws IllegalArgumentException if it is no path of the default file system
     */
    @SuppressWarnings("ReferenceEquality") // there is one
    static byte[] of(Path path) {
        if (Objects.requireNonNull(path, "path").getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(path + " is not a path of the default file system");
        }
        String text = path.toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%') {
                bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else {
                bytes.write(text.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    /** Makes a path of a name in a directory, empty for an empty one. */
    static Path name(byte[] bytes) {
        boolean ascii = true;
        for (byte each : bytes) {
            ascii &= each >= 0;
        }
        if (ascii) {
            return Path.of(new String(bytes, StandardCharsets.US_ASCII));
        }
        StringBuilder uri = new StringBuilder("file:///");
        for (byte each : bytes) {
            uri.append('%').append(HEX.toHexDigits(each));
        }
        return Path.of("/").relativize(Path.of(URI.create(uri.toString())));
    }
}
