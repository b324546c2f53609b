package dev.aiocontext.jmh.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this process holds.
 *
 * @param heapBytes live objects
 * @param residentBytes its memory that is in use, as proc(5)'s {@code statm} says; the heap's own pages count once touched
 * @param openFiles its descriptors
 */
public record Footprint(long heapBytes, long residentBytes, long openFiles) {
    private static final long PAGE_BYTES = 4096;
    private static final int COLLECTIONS = 3;
    private static final Pattern LINE = Pattern.compile("^ *[0-9]+: +[0-9]+ +([0-9]+) +(\\S+)", Pattern.MULTILINE);

    /**
     * Collects the garbage and looks.
     *
     * @return what is held now
     */
    public static Footprint now() {
        long heap = 0;
        for (int i = 0; i < COLLECTIONS; i++) {
            heap = liveBytes(); // cleaners run after a collection, and make more garbage
        }
        try {
            String statm = Files.readString(Path.of("/proc/self/statm"));
            int second = statm.indexOf(' ') + 1;
            long pages = Long.parseLong(statm.substring(second, statm.indexOf(' ', second)));
            long files = 0;
            try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                for (Path ignored : descriptors) {
                    files++;
                }
            }
            return new Footprint(heap, pages * PAGE_BYTES, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By HotSpot's histogram, which collects first. What a collector fills its gaps with looks like objects, too. */
    private static long liveBytes() {
        String histogram;
        try {
            histogram = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "gcClassHistogram",
                            new Object[] {null},
                            new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
        long bytes = 0;
        for (Matcher line = LINE.matcher(histogram); line.find(); ) {
            if (!line.group(2).contains("jdk.internal.vm.Filler")) {
                bytes += Long.parseLong(line.group(1));
            }
        }
        return bytes;
    }
}
