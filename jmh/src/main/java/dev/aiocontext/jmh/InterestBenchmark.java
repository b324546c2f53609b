package dev.aiocontext.jmh;

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

/**
 * What does it cost to wait for room to write in place of something to read, and back? Libraries with a protocol do so all the time. The
 * loop's own thread changes the interest of one pipe among others. In C that is one epoll_ctl(2). A selector tells epoll with its next
 * selection, so one that does not wait is in its figure. Starting the loop is in the figure once for all changes of an operation.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InterestBenchmark {
    private static final int OTHERS = 10;

    /** Who watches; a selector's own pipes have two ends, of which each can do one of the two. */
    @Param({"AIO_POLL", "AIO_EPOLL", "NETTY_EPOLL", "SELECTOR_FD", "C_EPOLL"})
    public DescriptorSet.Peer peer = DescriptorSet.Peer.AIO_EPOLL;

    /** How often within an operation: JMH's figures are for all of these together, the report's for one. */
    @Param("10000")
    public int times;

    private DescriptorSet set;

    /** Opens the others and starts the loop. */
    @Setup(Level.Trial)
    public void open() {
        set = DescriptorSet.open(peer, OTHERS, 1);
    }

    /** Closes them. */
    @TearDown(Level.Trial)
    public void close() {
        set.close();
    }

    /** From one to the other. */
    @Benchmark
    public void change() {
        set.changeInterest(times);
    }
}
