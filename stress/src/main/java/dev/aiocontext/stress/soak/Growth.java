package dev.aiocontext.stress.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Whether something grew: the median of the last third of the samples against that of the second third. In the first, the
 * compilers are at work, pools fill, and the context with automatic choice goes over to epoll.
 */
final class Growth {
    /** With fewer samples, the JVM itself is still growing. */
    private static final int FEWEST = 12;

    /** What the JVM itself may come to hold in the meantime. */
    private static final long HEAP = 2L << 20;

    private static final long RESIDENT = 32L << 20;
    private static final long THREADS = 2;

    private Growth() {}

    /** What grew more than it may, in words; nothing if there are too few samples to tell. */
    static List<String> of(List<Vitals> samples) {
        List<String> grown = new ArrayList<>();
        if (samples.size() >= FEWEST) {
            check(grown, samples, "heap after collection, bytes", Vitals::heap, HEAP);
            check(grown, samples, "resident anonymous memory, bytes", Vitals::resident, RESIDENT);
            check(grown, samples, "descriptors", Vitals::descriptors, 0);
            check(grown, samples, "threads", Vitals::threads, THREADS);
        }
        return grown;
    }

    private static void check(
            List<String> grown, List<Vitals> samples, String what, ToLongFunction<Vitals> figure, long allowed) {
        int third = samples.size() / 3;
        long before = median(samples.subList(third, samples.size() - third), figure);
        long after = median(samples.subList(samples.size() - third, samples.size()), figure);
        if (after - before > allowed) {
            grown.add("grown: " + what + ", from " + before + " to " + after + " (allowed: " + allowed + " more)");
        }
    }

    private static long median(List<Vitals> samples, ToLongFunction<Vitals> figure) {
        return samples.stream().mapToLong(figure).sorted().toArray()[samples.size() / 2];
    }
}
