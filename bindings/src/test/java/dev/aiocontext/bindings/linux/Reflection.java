package dev.aiocontext.bindings.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Field;

/** Calls into generated classes; what fails there is no case that a test would handle. */
final class Reflection {
    private Reflection() {}

    static Object call(Class<?> type, String method) {
        try {
            return type.getMethod(method).invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.getName() + "." + method, e);
        }
    }

    static Object get(Field field) {
        try {
            return field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(field.toString(), e);
        }
    }

    /** The descriptor of a variadic function without its variadic arguments, which only an invoker tells. */
    static FunctionDescriptor fixedArguments(Class<?> variadic) {
        try {
            Object invoker =
                    variadic.getMethod("makeInvoker", MemoryLayout[].class).invoke(null, (Object) new MemoryLayout[0]);
            return (FunctionDescriptor) variadic.getMethod("descriptor").invoke(invoker);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(variadic.getName(), e);
        }
    }
}
