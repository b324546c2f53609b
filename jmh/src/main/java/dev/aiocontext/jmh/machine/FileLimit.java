package dev.aiocontext.jmh.machine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** How many descriptors this process may have open, and the children it starts: RLIMIT_NOFILE. */
public final class FileLimit {
    private static final int RLIMIT_NOFILE = 7;
    private static final FunctionDescriptor RLIMIT = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle GET = function("getrlimit");
    private static final MethodHandle SET = function("setrlimit");

    private FileLimit() {}

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), RLIMIT);
    }

    /**
     * Raises the limit if it is lower: the soft one always, the hard one if this process is privileged.
     *
     * @param descriptors how many there are to be
     * @return false if there cannot be so many
     */
    public static boolean raise(long descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocate(JAVA_LONG, 2);
            int read = (int) GET.invokeExact(RLIMIT_NOFILE, limits);
            if (read == 0 && Long.compareUnsigned(limits.getAtIndex(JAVA_LONG, 0), descriptors) >= 0) {
                return true;
            }
            limits.setAtIndex(JAVA_LONG, 0, descriptors);
            long hard = limits.getAtIndex(JAVA_LONG, 1);
            limits.setAtIndex(JAVA_LONG, 1, Long.compareUnsigned(hard, descriptors) >= 0 ? hard : descriptors);
            return (int) SET.invokeExact(RLIMIT_NOFILE, limits) == 0;
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }
}
