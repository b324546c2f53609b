package dev.aiocontext.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;

/** Allocates, for {@link AllocationTest} to see that it would notice. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class AllocatingBenchmark {
    /**
     * Allocates an object that cannot be optimised away.
     *
     * @return the object
     */
    @Benchmark
    public Object allocate() {
        return new Object();
    }
}
