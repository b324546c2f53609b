package dev.aiocontext.jmh;

import dev.aiocontext.jmh.machine.FileLimit;
import dev.aiocontext.jmh.peer.DescriptorSet;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What does an event cost a loop that watches many descriptors? All watch pipes, because those are what a selector can
 * watch; {@code SELECTOR_FD} is one that was given a bare descriptor, by reflection. The loop's own thread writes the pipe anew each time it has read it, so an event is a write, a wait that finds it, and a
 * read: the same system calls for all. Starting the loop is in the figure once for all events of an operation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DescriptorBenchmark {
    private static final int OPEN_BY_THE_JVM = 200;

    /** Who watches them. */
    @Param
    public DescriptorSet.Peer peer = DescriptorSet.Peer.AIO_EPOLL;

    /** How many there are. */
    @Param({"1", "10", "100", "1000", "10000"})
    public int descriptors;

    /** How often within an operation: JMH's figures are for all of these together, the report's for one. */
    @Param({"10000", "100"})
    public int times;

    private DescriptorSet set;

    /**
     * Says how many descriptors a case opens.
     *
     * @param peer who watches
     * @param descriptors how many are watched
     * @param allActive whether all of them are written to: a selector's pipes take two each
     * @return the number that `ulimit -n` must be at least
     */
    public static int openFiles(DescriptorSet.Peer peer, int descriptors, boolean allActive) {
        boolean two = allActive && peer == DescriptorSet.Peer.SELECTOR;
        return OPEN_BY_THE_JVM + (two ? 2 * descriptors : descriptors);
    }

    /**
     * Opens them and starts the loop.
     *
     * @param benchmark which one
     */
    @Setup(Level.Trial)
    public void open(BenchmarkParams benchmark) {
        boolean allActive = benchmark.getBenchmark().endsWith(".allActive");
        int openFiles = openFiles(peer, descriptors, allActive);
        if (!FileLimit.raise(openFiles)) {
            throw new IllegalStateException("`ulimit -Hn` must be at least " + openFiles);
        }
        set = DescriptorSet.open(peer, descriptors, allActive ? descriptors : 1);
    }

    /** Closes them. */
    @TearDown(Level.Trial)
    public void close() {
        set.close();
    }

    /** One of them becomes readable again and again. */
    @Benchmark
    public void oneActive() {
        set.handle(1, times);
    }

    /** All of them do. */
    @Benchmark
    public void allActive() {
        set.handle(descriptors, times);
    }

    /** One more is added and removed. */
    @Benchmark
    public void register() {
        set.register(times);
    }
}
