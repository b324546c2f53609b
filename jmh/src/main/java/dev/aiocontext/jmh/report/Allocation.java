package dev.aiocontext.jmh.report;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;

/**
 * What an operation allocates itself, by JMH's GC profiler, which counts the bytes that all threads allocate in an
 * iteration, those of the harness among them.
 */
public final class Allocation {
    /** The profiler's name for bytes per operation. */
    static final String BYTES = "gc.alloc.rate.norm";

    /**
     * Less than this is nothing, in bytes per operation: what the interpreter allocated before the JIT had compiled all, say.
     * Objects have 16 bytes or more, so nothing passes that more than one operation in 32 allocates.
     */
    public static final double NOTHING = 0.5;

    /**
     * What the harness may allocate in an iteration: 8 to 30 KiB were seen on a machine of its own, 70 KiB on a busy one. It
     * does not grow with the operations, but weighs on each where they are few.
     */
    private static final double HARNESS_BYTES = 128 * 1024;

    private Allocation() {}

    /**
     * The least of all iterations: what belongs to the operation is in each of them.
     *
     * @param run of a benchmark under the GC profiler
     * @return bytes per operation, less the harness's; empty if nobody counted
     */
    public static OptionalDouble perOperation(RunResult run) {
        return run.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .flatMapToDouble(iteration -> Stream.ofNullable(
                                iteration.getSecondaryResults().get(BYTES))
                        .mapToDouble(counted -> counted.getScore()
                                - HARNESS_BYTES / iteration.getMetadata().getAllOps()))
                .map(bytes -> Math.max(0, bytes))
                .min();
    }
}
