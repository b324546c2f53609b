package dev.aiocontext.jmh.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What this process holds.
 *
 * @param heapBytes live objects, after a collection
 * @param residentBytes its memory that is in use, as proc(5)'s {@code statm} says; the heap's own pages count once touched
 * @param openFiles its descriptors
 */
public record Footprint(long heapBytes, long residentBytes, long openFiles) {
    private static final long PAGE_BYTES = 4096;
    private static final long PAUSE_MILLIS = 20;

    /** Cleaners run after a collection, and make more garbage: so it is collected until nothing goes any more. */
    private static long collected() {
        long before;
        long used = Long.MAX_VALUE;
        do {
            before = used;
            System.gc();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
            used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        } while (used < before);
        return used;
    }

    /**
     * Collects the garbage and looks.
     *
     * @return what is held now
     */
    public static Footprint now() {
        long heap = collected();
        try {
            String statm = Files.readString(Path.of("/proc/self/statm"));
            int first = statm.indexOf(' ') + 1;
            long pages = Long.parseLong(statm.substring(first, statm.indexOf(' ', first)));
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
}
