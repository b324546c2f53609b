package dev.aiocontext.jmh.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * The processors that the calling thread may run on, by sched_setaffinity(2). Threads inherit them from the thread that
 * starts them.
 */
public final class Affinity {
    private static final int SET_BYTES = 128;
    private static final FunctionDescriptor SCHED_AFFINITY =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
    private static final MethodHandle SET = function("sched_setaffinity");
    private static final MethodHandle GET = function("sched_getaffinity");

    /** What this JVM was given, as its first caller finds it. */
    private static final BitSet GIVEN = get();

    private Affinity() {}

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), SCHED_AFFINITY);
    }

    /**
     * The first processor of this JVM.
     *
     * @return its number
     */
    public static int first() {
        return GIVEN.nextSetBit(0);
    }

    /**
     * A second processor, of another core than the first.
     *
     * @return its number, or -1 if there is none
     */
    public static int second() {
        int cpu = GIVEN.nextSetBit(first() + 1);
        while (cpu >= 0 && coreOf(cpu).equals(coreOf(first()))) {
            cpu = GIVEN.nextSetBit(cpu + 1);
        }
        return cpu;
    }

    /** The hardware threads of one core are listed alike for each of them. */
    private static String coreOf(int cpu) {
        Path siblings = Path.of("/sys/devices/system/cpu/cpu" + cpu + "/topology/thread_siblings_list");
        try {
            return Files.exists(siblings) ? Files.readString(siblings).strip() : Integer.toString(cpu);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Pins the calling thread.
     *
     * @param cpu the one processor it may run on from now on
     */
    public static void pin(int cpu) {
        BitSet one = new BitSet();
        one.set(cpu);
        set(one);
    }

    /** Lets the calling thread run on all processors of this JVM again. */
    public static void unpin() {
        set(GIVEN);
    }

    private static void set(BitSet cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            byte[] bits = cpus.toByteArray();
            MemorySegment.copy(bits, 0, set, JAVA_BYTE, 0, bits.length);
            check((int) SET.invokeExact(0, (long) SET_BYTES, set), "sched_setaffinity");
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    private static BitSet get() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment set = arena.allocate(SET_BYTES, Long.BYTES);
            check((int) GET.invokeExact(0, (long) SET_BYTES, set), "sched_getaffinity");
            return BitSet.valueOf(set.toArray(JAVA_BYTE));
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    private static void check(int result, String call) {
        if (result != 0) {
            throw new IllegalStateException(call + " failed");
        }
    }
}
