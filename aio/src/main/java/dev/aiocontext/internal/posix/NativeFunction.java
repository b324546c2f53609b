package dev.aiocontext.internal.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A function of the C library, linked when it is first called: each new shape of call costs 5 to 20 ms, which an application
 * would wait for when it opens its first context.
 *
 * <p>It is looked up in the C library alone. The lookup of the generated bindings asks the libraries first that the
 * application has loaded by {@link System#load}: one that exports a function {@code read} or {@code close} would get our
 * calls. A test holds the descriptors here against the generated ones.
 *
 * <p>The first context of a JVM would link five shapes one after another, which takes longer than all else that it does. So
 * some functions share the shape of a function that takes four longs and returns one: those that take at most four integers and
 * pointers, and return an integer. That is the same call on the two platforms there are (System V on x86-64, AAPCS64 on Linux):
 * <ul>
 *   <li>An argument is a whole register, whose upper half an int parameter leaves alone. A pointer is a long.
 *   <li>Registers of arguments that a function does not have may contain anything. None of the four is on the stack.
 *   <li>Variable arguments lie where declared ones would. On x86-64, the JDK says in AL for each call how many are doubles.
 *   <li>The upper half of a result that is an int means nothing. It is cut off before anybody looks at the sign.
 * </ul>
 * A pointer that is a long keeps nothing alive, and is not checked. So {@link Libc} holds the segment until the call is over, and
 * its callers pass native memory alone.
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
    /** The shape of all that are {@link #inRegisters}. */
    private static final FunctionDescriptor REGISTERS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final Linker.Option[] PLAIN = {};
    private static final Linker.Option[] ERRNO = {Linker.Option.captureCallState("errno")};
    private static final int NONE = -1;

    final String name;
    private final MemoryLayout result;
    private final MemoryLayout[] parameters;
    private final boolean sharesItsShape;
    private final int firstVariadic;
    private final Linker.Option[] options;
    private @Nullable MethodHandle handle;

    private NativeFunction(
            String name,
            boolean sharesItsShape,
            int firstVariadic,
            Linker.Option[] options,
            MemoryLayout result,
            MemoryLayout... parameters) {
        this.name = name;
        this.sharesItsShape = sharesItsShape;
        this.firstVariadic = firstVariadic;
        this.options = options;
        this.result = result;
        this.parameters = parameters;
    }

    /** Makes a function whose handle takes an errno segment first: see {@link CallState}. */
    static NativeFunction withErrno(String name, MemoryLayout result, MemoryLayout... parameters) {
        return new NativeFunction(name, false, NONE, ERRNO, result, parameters);
    }

    /** Makes a function with variable arguments, as {@link #withErrno} does. The parameters are the arguments of one call. */
    static NativeFunction variadic(String name, int firstVariadic, MemoryLayout result, MemoryLayout... parameters) {
        return new NativeFunction(name, false, firstVariadic, ERRNO, result, parameters);
    }

    /** Makes a function of at most four integers and pointers, as {@link #withErrno} does. It shares one linked shape. */
    static NativeFunction inRegisters(String name, MemoryLayout result, MemoryLayout... parameters) {
        return new NativeFunction(name, true, NONE, ERRNO, result, parameters);
    }

    /** Makes a function that returns its errno, or cannot fail. */
    static NativeFunction plain(String name, MemoryLayout result, MemoryLayout... parameters) {
        return new NativeFunction(name, false, NONE, PLAIN, result, parameters);
    }

    /** Calls a function {@link #inRegisters} that returns an int; the arguments that it does not have are 0. */
    int callInt(long a, long b, long c, long d) {
        CallState state = CallState.take();
        try {
            return state.result((int) (long) handle().invokeExact(state.segment, a, b, c, d));
        } catch (Throwable t) {
            throw Libc.impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /** Calls the function as {@link #callInt(long, long, long, long)} does, with a place for errno that the caller has. */
    int callInt(MemorySegment state, long a, long b, long c, long d) {
        try {
            return CallState.result((int) (long) handle().invokeExact(state, a, b, c, d), state);
        } catch (Throwable t) {
            throw Libc.impossible(t);
        }
    }

    /** Calls a function that returns a long, as {@link #callInt(long, long, long, long)} does. */
    long callLong(long a, long b, long c, long d) {
        CallState state = CallState.take();
        try {
            return state.result((long) handle().invokeExact(state.segment, a, b, c, d));
        } catch (Throwable t) {
            throw Libc.impossible(t);
        } finally {
            state.busy = false;
        }
    }

    /** {@return whether the function is called by the shape that several functions share} */
    boolean sharesItsShape() {
        return sharesItsShape;
    }

    /** {@return what the function takes and returns} Made when it is asked for: most functions are never linked by it. */
    FunctionDescriptor descriptor() {
        return FunctionDescriptor.of(result, parameters);
    }

    /** {@return the handle, to be called by invokeExact} */
    MethodHandle handle() {
        MethodHandle linked = handle;
        return linked != null ? linked : link();
    }

    @SuppressWarnings("restricted")
    private MethodHandle link() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> address = linker.defaultLookup().find(name);
        if (address.isEmpty()) {
            throw new UnsupportedOperationException("this C library has no " + name);
        }
        MethodHandle linked =
                linker.downcallHandle(address.get(), sharesItsShape ? REGISTERS : descriptor(), linkerOptions());
        handle = linked;
        return linked;
    }

    private Linker.Option[] linkerOptions() {
        return firstVariadic == NONE
                ? options
                : new Linker.Option[] {options[0], Linker.Option.firstVariadicArg(firstVariadic)};
    }
}
