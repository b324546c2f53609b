package dev.aiocontext.testkit;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Starts children as native code does, by posix_spawn(3): the JDK knows nothing of them, and reaps none. Any thread. */
public final class Spawn {
    private static final MethodHandle POSIX_SPAWN = handle();

    private Spawn() {}

    @SuppressWarnings("restricted")
    private static MethodHandle handle() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find("posix_spawn").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    }

    /** {@return the number of a shell that runs a script} */
    public static int shell(String script) {
        return start("/bin/sh", "-c", script);
    }

    /** {@return the number of a child that runs a program} */
    public static int start(String program, String... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(program);
            MemorySegment argv = arena.allocate(ADDRESS, arguments.length + 2L);
            argv.set(ADDRESS, 0, path);
            for (int i = 0; i < arguments.length; i++) {
                argv.setAtIndex(ADDRESS, i + 1L, arena.allocateFrom(arguments[i]));
            }
            MemorySegment environment = arena.allocate(ADDRESS);
            MemorySegment pid = arena.allocate(JAVA_INT);
            int error =
                    (int) POSIX_SPAWN.invokeExact(pid, path, MemorySegment.NULL, MemorySegment.NULL, argv, environment);
            if (error != 0) {
                throw new AssertionError("posix_spawn returned " + error);
            }
            return pid.get(JAVA_INT, 0);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
