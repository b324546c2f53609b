package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Replaces the program of this process. It is a class of its own, because hardly any program needs it. */
public final class Exec {
    private static final NativeFunction EXECV = NativeFunction.withErrno("execv", JAVA_INT, ADDRESS, ADDRESS);

    /** The functions that the generated bindings describe too, for a test that compares both. */
    static final List<NativeFunction> FUNCTIONS = List.of(EXECV);

    private final MethodHandle execv;
    private final MemorySegment file;
    private final MemorySegment argv;
    private final MemorySegment state;

    /**
     * Prepares the call, so that {@link #execute} takes no longer than the system call.
     *
     * @param file the program's path, as bytes without the final NUL
     * @param arguments its arguments, its own name first, as bytes too: they need not be text in any charset
     */
    public Exec(byte[] file, List<byte[]> arguments) {
        Arena arena = Arena.ofAuto();
        execv = EXECV.handle();
        this.file = string(file, arena);
        argv = arena.allocate(ADDRESS, arguments.size() + 1L); // zeroed: ends with NULL
        for (int i = 0; i < arguments.size(); i++) {
            argv.setAtIndex(ADDRESS, i, string(arguments.get(i), arena));
        }
        state = Libc.errnoSegment(arena);
    }

    /**
     * execv(3): replaces this program. The new one inherits the environment, the descriptors that are not close-on-exec, and
     * the signal mask of the calling thread.
     *
     * @return never, unless it throws
     * @throws dev.aiocontext.SyscallException if it fails
     */
    public Error execute() {
        int result;
        try {
            result = CallState.result((int) execv.invokeExact(state, file, argv), state);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
        throw Errno.exception("execv", -result, -1);
    }

    private static MemorySegment string(byte[] bytes, Arena arena) {
        MemorySegment string = arena.allocate(bytes.length + 1L); // zeroed: ends with NUL
        MemorySegment.copy(bytes, 0, string, JAVA_BYTE, 0, bytes.length);
        return string;
    }
}
