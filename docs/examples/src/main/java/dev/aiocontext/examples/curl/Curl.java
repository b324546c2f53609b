package dev.aiocontext.examples.curl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.examples.ffm.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The functions of libcurl that {@link CurlMulti} uses. */
@SuppressWarnings("restricted")
final class Curl {
    static final int SOCKET_TIMEOUT = -1;
    static final int POLL_REMOVE = 4;
    static final int IN = 1;
    static final int OUT = 2;
    static final int ERR = 4;

    static final int OPTION_WRITE_DATA = 10001;
    static final int OPTION_URL = 10002;
    static final int OPTION_WRITE_FUNCTION = 20011;
    static final int OPTION_FORBID_REUSE = 75;
    static final int OPTION_NO_SIGNAL = 99;
    static final int MULTI_SOCKET_FUNCTION = 20001;
    static final int MULTI_TIMER_FUNCTION = 20004;
    private static final int INFO_RESPONSE_CODE = 0x200002;

    /** {@code int (CURL *, curl_socket_t, int what, void *, void *)}. */
    static final FunctionDescriptor SOCKET_CALLBACK =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

    /** {@code int (CURLM *, long timeout_ms, void *)}. */
    static final FunctionDescriptor TIMER_CALLBACK = FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS);

    /** {@code size_t (char *data, size_t size, size_t members, void *)}. */
    static final FunctionDescriptor WRITE_CALLBACK =
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);

    private static final StructLayout MESSAGE = MemoryLayout.structLayout(
            JAVA_INT.withName("msg"),
            MemoryLayout.paddingLayout(4),
            ADDRESS.withName("easy"),
            JAVA_INT.withName("result"),
            MemoryLayout.paddingLayout(4));
    static final VarHandle MESSAGE_EASY = MESSAGE.varHandle(PathElement.groupElement("easy"));
    static final VarHandle MESSAGE_RESULT = MESSAGE.varHandle(PathElement.groupElement("result"));

    private static final NativeLibrary LIBRARY = new NativeLibrary("libcurl.so.4");
    private static final MethodHandle MULTI_INIT = LIBRARY.function("curl_multi_init", ADDRESS);
    private static final MethodHandle MULTI_SET =
            LIBRARY.variadic("curl_multi_setopt", 2, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle MULTI_ADD = LIBRARY.function("curl_multi_add_handle", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle MULTI_REMOVE =
            LIBRARY.function("curl_multi_remove_handle", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle SOCKET_ACTION =
            LIBRARY.function("curl_multi_socket_action", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
    private static final MethodHandle INFO_READ =
            LIBRARY.function("curl_multi_info_read", ADDRESS.withTargetLayout(MESSAGE), ADDRESS, ADDRESS);
    private static final MethodHandle MULTI_CLEANUP = LIBRARY.function("curl_multi_cleanup", JAVA_INT, ADDRESS);
    private static final MethodHandle MULTI_ERROR = LIBRARY.function("curl_multi_strerror", ADDRESS, JAVA_INT);
    private static final MethodHandle EASY_INIT = LIBRARY.function("curl_easy_init", ADDRESS);
    private static final MethodHandle EASY_SET_POINTER =
            LIBRARY.variadic("curl_easy_setopt", 2, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle EASY_SET_LONG =
            LIBRARY.variadic("curl_easy_setopt", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle EASY_GET_INFO =
            LIBRARY.variadic("curl_easy_getinfo", 2, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
    private static final MethodHandle EASY_CLEANUP = LIBRARY.procedure("curl_easy_cleanup", ADDRESS);
    private static final MethodHandle EASY_ERROR = LIBRARY.function("curl_easy_strerror", ADDRESS, JAVA_INT);

    private Curl() {}

    static MemorySegment multiInit() {
        try {
            return requireMemory((MemorySegment) MULTI_INIT.invokeExact());
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void setMulti(MemorySegment multi, int option, MemorySegment value) {
        try {
            requireMulti((int) MULTI_SET.invokeExact(multi, option, value));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void add(MemorySegment multi, MemorySegment easy) {
        try {
            requireMulti((int) MULTI_ADD.invokeExact(multi, easy));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void remove(MemorySegment multi, MemorySegment easy) {
        try {
            requireMulti((int) MULTI_REMOVE.invokeExact(multi, easy));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void socketAction(MemorySegment multi, int socket, int events, MemorySegment running) {
        try {
            requireMulti((int) SOCKET_ACTION.invokeExact(multi, socket, events, running));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** The next message, or NULL: all are about the end of a transfer. */
    static MemorySegment infoRead(MemorySegment multi, MemorySegment left) {
        try {
            return (MemorySegment) INFO_READ.invokeExact(multi, left);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void cleanup(MemorySegment multi) {
        try {
            requireMulti((int) MULTI_CLEANUP.invokeExact(multi));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static MemorySegment easyInit() {
        try {
            return requireMemory((MemorySegment) EASY_INIT.invokeExact());
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void set(MemorySegment easy, int option, MemorySegment value) {
        try {
            requireEasy((int) EASY_SET_POINTER.invokeExact(easy, option, value));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void set(MemorySegment easy, int option, long value) {
        try {
            requireEasy((int) EASY_SET_LONG.invokeExact(easy, option, value));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static int responseCode(MemorySegment easy) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_LONG);
            requireEasy((int) EASY_GET_INFO.invokeExact(easy, INFO_RESPONSE_CODE, code));
            return (int) code.get(JAVA_LONG, 0);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void easyCleanup(MemorySegment easy) {
        try {
            EASY_CLEANUP.invokeExact(easy);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static String error(int code) {
        try {
            return NativeLibrary.text((MemorySegment) EASY_ERROR.invokeExact(code));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    private static void requireMulti(int code) throws Throwable {
        if (code != 0) {
            throw new IllegalStateException(
                    "libcurl: " + NativeLibrary.text((MemorySegment) MULTI_ERROR.invokeExact(code)));
        }
    }

    private static void requireEasy(int code) {
        if (code != 0) {
            throw new IllegalStateException("libcurl: " + error(code));
        }
    }

    private static MemorySegment requireMemory(MemorySegment made) {
        if (made.address() == 0) {
            throw new OutOfMemoryError("libcurl has no memory left");
        }
        return made;
    }
}
