package dev.aiocontext.internal.posix;

import dev.aiocontext.bindings.linux.linux_h;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Asks once whether the JVM lets this library and its bindings call native code, which is the user's to grant. */
public final class NativeAccess {
    /** Probes when it is first asked: on a platform that it does not know, the probe itself would fail. */
    private static final class Probe {
        static final @Nullable String DENIED = probe();
    }

    private NativeAccess() {}

    /**
     * Fails unless the library can work here.
     *
     * @throws UnsupportedOperationException on a platform that it does not know
     * @throws IllegalStateException if native access is denied; the message names the option that grants it
     */
    public static void require() {
        Platform.current();
        if (Probe.DENIED != null) {
            throw new IllegalStateException(Probe.DENIED);
        }
    }

    @SuppressWarnings("restricted")
    private static @Nullable String probe() {
        try {
            MemorySegment.NULL.reinterpret(0); // restricted as a downcall is, and links nothing
            linux_h.EINTR(); // initialises the bindings, whose layout of a pointer is restricted too
            return null;
        } catch (IllegalCallerException e) {
            return denied(e);
        } catch (ExceptionInInitializerError e) {
            if (e.getCause() instanceof IllegalCallerException cause) {
                return denied(cause);
            }
            throw e;
        }
    }

    private static String denied(IllegalCallerException e) {
        String modules = NativeAccess.class.getModule().isNamed()
                ? NativeAccess.class.getModule().getName() + ","
                        + linux_h.class.getModule().getName() + " (and your own module, if it calls native functions)"
                : "ALL-UNNAMED";
        return "native access is denied (" + e.getMessage() + "); start java with --enable-native-access=" + modules;
    }
}
