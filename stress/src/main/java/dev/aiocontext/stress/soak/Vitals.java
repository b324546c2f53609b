package dev.aiocontext.stress.soak;

import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the process holds while nothing is under way.
 *
 * @param heap bytes in use after a collection
 * @param resident bytes of anonymous memory that are resident: heap, native memory, compiled code, stacks
 * @param descriptors open eventfds, timerfds, epoll sets and ends of pipes
 * @param threads threads of the process but for the workers of the stations, which come and go
 */
record Vitals(long heap, long resident, int descriptors, int threads) {
    static final double MIB = 1 << 20;

    /** How the contexts are named that come and go: of these, no worker may be left. */
    private static final String UNNAMED_CONTEXT = "aio-";

    static Vitals take() throws IOException {
        // Native memory is freed when the collector finds what it belongs to, by threads of the JVM, somewhat later.
        System.gc();
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Vitals(heap, readResident(), OpenFiles.now().size(), countThreads());
    }

    private static long readResident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }

    private static int countThreads() {
        int count = KernelThread.all().size();
        List<Thread> workers = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("-worker-")
                        && !thread.getName().startsWith(UNNAMED_CONTEXT))
                .toList();
        return count - workers.size();
    }
}
