package dev.aiocontext.jmh;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The processor time of the benchmark's thread: what another program takes meanwhile is not in it. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class ProcessorTime {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** All of it, in nanoseconds. */
    public long processorNanos;

    /** What was done in it. */
    public long count;

    /** The processor time of all other threads of the JVM: the garbage collector's, mainly. */
    public long otherNanos;

    private long othersBefore;

    /** Starts to count for all other threads. JMH clears the public fields after that. */
    @Setup(Level.Iteration)
    public void beginOthers() {
        othersBefore = others();
    }

    /** Ends that. */
    @TearDown(Level.Iteration)
    public void endOthers() {
        otherNanos = others() - othersBefore;
    }

    private static long others() {
        return SYSTEM.getProcessCpuTime() - THREADS.getCurrentThreadCpuTime();
    }

    void begin() {
        processorNanos -= THREADS.getCurrentThreadCpuTime();
    }

    void end(int operations) {
        processorNanos += THREADS.getCurrentThreadCpuTime();
        count += operations;
    }
}
