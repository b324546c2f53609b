package dev.aiocontext.examples.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/** Links functions of a shared library, and callbacks for them. The library stays loaded. */
@SuppressWarnings("restricted")
public final class NativeLibrary {
    private static final Linker LINKER = Linker.nativeLinker();

    /**
     * Frames of 24 bytes, where the optimising compiler has compiled all, and more elsewhere: 15 KiB. An upcall needs no more than what the
     * library has taken of the 80 KiB that the JVM keeps for it. c-ares takes about 10.
     */
    private static final int STACK = 640;

    private final SymbolLookup symbols;

    /**
     * Loads a library.
     *
     * @param soname its file name, as dlopen(3) finds it
     * @throws IllegalArgumentException if it is not there
     */
    public NativeLibrary(String soname) {
        this.symbols = SymbolLookup.libraryLookup(soname, Arena.global());
    }

    /** Links a function that returns something. */
    public MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return link(name, FunctionDescriptor.of(result, parameters));
    }

    /** Links a function that returns nothing. */
    public MethodHandle procedure(String name, MemoryLayout... parameters) {
        return link(name, FunctionDescriptor.ofVoid(parameters));
    }

    /** Links one shape of a function with a variable number of arguments: the fixed ones come first. */
    public MethodHandle variadic(String name, int fixed, MemoryLayout result, MemoryLayout... parameters) {
        return link(name, FunctionDescriptor.of(result, parameters), Linker.Option.firstVariadicArg(fixed));
    }

    private MethodHandle link(String name, FunctionDescriptor shape, Linker.Option... options) {
        MemorySegment address = symbols.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name));
        return LINKER.downcallHandle(address, shape, options);
    }

    /**
     * Makes a C function of a method. <b>Nothing may leave the method</b>: an exception there ends the JVM.
     *
     * @param caller finds the method
     * @param target the object to call
     * @param method the name of the method
     * @param shape its parameters and its result
     * @param lifetime how long the library may call it
     */
    public static MemorySegment upcall(
            MethodHandles.Lookup caller, Object target, String method, FunctionDescriptor shape, Arena lifetime) {
        try {
            return LINKER.upcallStub(caller.bind(target, method, shape.toMethodType()), shape, lifetime);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no method for the callback " + method, e);
        }
    }

    /**
     * Fails unless there is room on the stack for a call of a library, for what it calls back, and for catching what fails there. To be called
     * before each call of a library that calls back: a StackOverflowError then comes here. It may leave this method, but not an upcall.
     *
     * @throws StackOverflowError if there is no room
     */
    public static void requireStack() {
        if (climb(STACK) != STACK) {
            throw new AssertionError();
        }
    }

    private static int climb(int frames) {
        return frames == 0 ? 0 : climb(frames - 1) + 1;
    }

    /** Reads a C string. */
    public static String text(MemorySegment string) {
        return string.reinterpret(Long.MAX_VALUE).getString(0);
    }

    /** What a downcall has thrown, unchecked: C throws nothing, so it comes from a check of the result or from the JVM. */
    public static RuntimeException failure(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException exception ? exception : new IllegalStateException(thrown);
    }
}
