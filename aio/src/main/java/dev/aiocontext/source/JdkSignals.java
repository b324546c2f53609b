package dev.aiocontext.source;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The class {@code sun.misc.Signal} of the module {@code jdk.unsupported}, by reflection: a run-time image may lack it, and javac
 * warns of each use in a way that nothing can suppress. Any thread.
 */
final class JdkSignals {
    private static final String SIGNAL = "sun.misc.Signal";
    private static final String HANDLER = "sun.misc.SignalHandler";

    private final Object signal;
    private final Class<?> handlerType;
    private final Method handleSignal;
    private final Method callHandler;

    /**
     * Finds a signal.
     *
     * @param name its name, without SIG
     */
    JdkSignals(String name) {
        try {
            Class<?> type = Class.forName(SIGNAL);
            handlerType = Class.forName(HANDLER);
            signal = type.getConstructor(String.class).newInstance(name);
            handleSignal = type.getMethod("handle", type, handlerType);
            callHandler = handlerType.getMethod("handle", type);
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("this JDK has no usable " + SIGNAL, e);
        }
    }

    /** {@return whether this JVM has the class} */
    static boolean exist() {
        try {
            Class.forName(SIGNAL, false, JdkSignals.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false; // this is the answer, and not a failure
        }
    }

    /** Makes a handler that calls something, and that equals itself alone. */
    Object handlerOf(Consumer<Object> callback) {
        InvocationHandler invocations = (proxy, method, arguments) -> switch (method.getName()) {
            case "handle" -> {
                callback.accept(arguments[0]);
                yield null;
            }
            case "equals" -> isSame(proxy, arguments[0]);
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of dev.aiocontext for " + signal;
        };
        return Proxy.newProxyInstance(JdkSignals.class.getClassLoader(), new Class<?>[] {handlerType}, invocations);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Object one, Object other) {
        return one == other;
    }

    /**
     * Puts a handler in place.
     *
     * @return the handler that was there before
     * @throws IllegalArgumentException if the JVM keeps the signal for itself
     */
    Object handle(Object handler) {
        return invoke(handleSignal, null, signal, handler);
    }

    /**
     * Calls a handler.
     *
     * @throws UnsupportedOperationException if it is none of Java's: the default, a signal ignored, or native code
     */
    void call(Object handler) {
        invoke(callHandler, handler, signal);
    }

    private static Object invoke(Method method, @Nullable Object receiver, Object... arguments) {
        try {
            return method.invoke(receiver, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
