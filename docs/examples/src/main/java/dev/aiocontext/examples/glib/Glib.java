package dev.aiocontext.examples.glib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.examples.ffm.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** The functions of GLib that {@link GlibSource} uses. */
final class Glib {
    private static final NativeLibrary LIBRARY = new NativeLibrary("libglib-2.0.so.0");
    private static final MethodHandle NEW = LIBRARY.function("g_source_new", ADDRESS, ADDRESS, JAVA_INT);
    private static final MethodHandle SET_NAME = LIBRARY.procedure("g_source_set_name", ADDRESS, ADDRESS);
    private static final MethodHandle ADD_FD =
            LIBRARY.function("g_source_add_unix_fd", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle QUERY_FD = LIBRARY.function("g_source_query_unix_fd", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle ATTACH = LIBRARY.function("g_source_attach", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle DESTROY = LIBRARY.procedure("g_source_destroy", ADDRESS);
    private static final MethodHandle UNREF = LIBRARY.procedure("g_source_unref", ADDRESS);

    /** {@code sizeof(GSource)} on 64-bit platforms. */
    private static final int SOURCE_SIZE = 96;

    /** {@code GSourceFuncs}: prepare, check, dispatch, finalize, and two that are GLib's own. */
    private static final int FUNCTIONS = 6;

    private static final int G_IO_IN = 1;

    private Glib() {}

    /** Makes the table of functions of a {@code GSource}, for ever. */
    @SuppressWarnings("restricted")
    static MemorySegment sourceFunctions(GlibSource.Upcalls upcalls) {
        MemorySegment functions = Arena.global().allocate(ADDRESS, FUNCTIONS);
        MemoryLayout anInt = ADDRESS.withTargetLayout(JAVA_INT);
        functions.setAtIndex(ADDRESS, 0, upcall(upcalls, "prepare", ADDRESS, anInt));
        functions.setAtIndex(ADDRESS, 1, upcall(upcalls, "check", ADDRESS));
        functions.setAtIndex(ADDRESS, 2, upcall(upcalls, "dispatch", ADDRESS, ADDRESS, ADDRESS));
        return functions;
    }

    private static MemorySegment upcall(GlibSource.Upcalls upcalls, String method, MemoryLayout... parameters) {
        FunctionDescriptor shape = FunctionDescriptor.of(JAVA_INT, parameters);
        return NativeLibrary.upcall(MethodHandles.lookup(), upcalls, method, shape, Arena.global());
    }

    /** Makes a source. */
    static MemorySegment newSource(MemorySegment functions, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = (MemorySegment) NEW.invokeExact(functions, SOURCE_SIZE);
            SET_NAME.invokeExact(source, arena.allocateFrom(name)); // GLib copies it
            return source;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Has the main loop wait for a descriptor to be readable. Returns what names it in {@link #isReadable}. */
    static MemorySegment addDescriptor(MemorySegment source, int fd) {
        try {
            return (MemorySegment) ADD_FD.invokeExact(source, fd, G_IO_IN);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** {@return whether the last wait found a descriptor readable, or broken} */
    static boolean isReadable(MemorySegment source, MemorySegment tag) {
        try {
            return (int) QUERY_FD.invokeExact(source, tag) != 0;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Adds a source to a main context; NULL is the default one. */
    static void attach(MemorySegment source, MemorySegment mainContext) {
        try {
            int id = (int) ATTACH.invokeExact(source, mainContext);
            if (id == 0) {
                throw new IllegalStateException("g_source_attach failed");
            }
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Takes a source out of its main context, and frees it, or has GLib free it when the source's upcall has returned. */
    static void destroy(MemorySegment source) {
        try {
            DESTROY.invokeExact(source);
            UNREF.invokeExact(source);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }
}
