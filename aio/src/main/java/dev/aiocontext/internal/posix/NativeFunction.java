package dev.aiocontext.internal.posix;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A function of the C library, linked when it is first called: each new shape of call costs 5 to 20 ms, which an application
 * would wait for when it opens its first context.
 *
 * <p>It is looked up in the C library alone. The lookup of the generated bindings asks the libraries first that the
 * application has loaded by {@link System#load}: one that exports a function {@code read} or {@code close} would get our
 * calls. A test holds the descriptors here against the generated ones.
 *
 * <p>The handle lies in a field that is not final, on purpose. Each call makes a slice of the errno segment, which C2 removes
 * only if it inlines the handle to the bottom; as a constant, the handle is inlined into its caller, and deep in a user's
 * stack that ends at MaxInlineLevel: 40 bytes a call, seen by JMH's gc profiler. A handle that is no constant is called in
 * its own compiled form, which starts afresh. On a call that enters the kernel, the difference in time is not measurable.
 *
 * <p><b>Threads.</b> Any thread may call any method. Threads that link at the same time make equal handles, and a handle is
 * immutable; so it does not matter which of them stays.
 */
final class NativeFunction {
    private static final Linker.Option[] PLAIN = {};
    private static final Linker.Option[] ERRNO = {Linker.Option.captureCallState("errno")};

    final String name;
    final FunctionDescriptor descriptor;
    private final Linker.Option[] options;
    private @Nullable MethodHandle handle;

    private NativeFunction(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        this.name = name;
        this.descriptor = descriptor;
        this.options = options;
    }

    /** A function whose handle takes an errno segment first: see {@link CallState}. */
    static NativeFunction withErrno(String name, FunctionDescriptor descriptor) {
        return new NativeFunction(name, descriptor, ERRNO);
    }

    /** As {@link #withErrno}, for a function with variable arguments, of which the descriptor has those of one call. */
    static NativeFunction variadic(String name, FunctionDescriptor descriptor, int firstVariadic) {
        return new NativeFunction(name, descriptor, ERRNO[0], Linker.Option.firstVariadicArg(firstVariadic));
    }

    /** A function that returns its errno, or cannot fail. */
    static NativeFunction plain(String name, FunctionDescriptor descriptor) {
        return new NativeFunction(name, descriptor, PLAIN);
    }

    /** The handle, to be called by invokeExact. */
    MethodHandle handle() {
        MethodHandle linked = handle;
        return linked != null ? linked : link();
    }

    @SuppressWarnings("restricted")
    private MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup()
                .find(name)
                .orElseThrow(() -> new UnsupportedOperationException("this C library has no " + name));
        MethodHandle linked = linker.downcallHandle(address, descriptor, options);
        handle = linked;
        return linked;
    }
}
