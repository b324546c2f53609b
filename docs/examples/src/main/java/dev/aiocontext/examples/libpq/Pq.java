package dev.aiocontext.examples.libpq;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.examples.ffm.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The functions of libpq that {@link PqConnection} uses. */
@SuppressWarnings("restricted")
final class Pq {
    static final int POLLING_FAILED = 0;
    static final int POLLING_READING = 1;
    static final int POLLING_OK = 3;

    private static final int COPY_OUT = 3;
    private static final int COPY_IN = 4;
    private static final int BAD_RESPONSE = 5;
    private static final int FATAL_ERROR = 7;
    private static final int COPY_BOTH = 8;

    private static final NativeLibrary LIBRARY = new NativeLibrary("libpq.so.5");
    private static final MethodHandle CONNECT_START = LIBRARY.function("PQconnectStart", ADDRESS, ADDRESS);
    private static final MethodHandle CONNECT_POLL = LIBRARY.function("PQconnectPoll", JAVA_INT, ADDRESS);
    private static final MethodHandle SOCKET = LIBRARY.function("PQsocket", JAVA_INT, ADDRESS);
    private static final MethodHandle ERROR = LIBRARY.function("PQerrorMessage", ADDRESS, ADDRESS);
    private static final MethodHandle SET_NONBLOCKING = LIBRARY.procedure("PQsetnonblocking", ADDRESS, JAVA_INT);
    private static final MethodHandle SEND_QUERY = LIBRARY.function("PQsendQuery", JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle FLUSH = LIBRARY.function("PQflush", JAVA_INT, ADDRESS);
    private static final MethodHandle CONSUME = LIBRARY.function("PQconsumeInput", JAVA_INT, ADDRESS);
    private static final MethodHandle IS_BUSY = LIBRARY.function("PQisBusy", JAVA_INT, ADDRESS);
    private static final MethodHandle GET_RESULT = LIBRARY.function("PQgetResult", ADDRESS, ADDRESS);
    private static final MethodHandle STATUS = LIBRARY.function("PQresultStatus", JAVA_INT, ADDRESS);
    private static final MethodHandle RESULT_ERROR = LIBRARY.function("PQresultErrorMessage", ADDRESS, ADDRESS);
    private static final MethodHandle ROWS = LIBRARY.function("PQntuples", JAVA_INT, ADDRESS);
    private static final MethodHandle COLUMNS = LIBRARY.function("PQnfields", JAVA_INT, ADDRESS);
    private static final MethodHandle IS_NULL = LIBRARY.function("PQgetisnull", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle VALUE = LIBRARY.function("PQgetvalue", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLEAR = LIBRARY.procedure("PQclear", ADDRESS);
    private static final MethodHandle NOTIFIES = LIBRARY.function("PQnotifies", ADDRESS, ADDRESS);
    private static final MethodHandle FREE = LIBRARY.procedure("PQfreemem", ADDRESS);
    private static final MethodHandle FINISH = LIBRARY.procedure("PQfinish", ADDRESS);

    private Pq() {}

    /** A message that NOTIFY has sent. */
    record Notification(String channel, String payload) {}

    /** One result of a query: rows, or an error. */
    record Result(
            List<List<@Nullable String>> rows, @Nullable String error, boolean isCopy) {
        void complete(CompletableFuture<List<List<@Nullable String>>> answer) {
            if (error == null) {
                answer.complete(rows);
            } else {
                answer.completeExceptionally(new IOException(error));
            }
        }
    }

    static MemorySegment connectStart(String settings) {
        try (Arena arena = Arena.ofConfined()) {
            return (MemorySegment) CONNECT_START.invokeExact(arena.allocateFrom(settings));
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static int connectPoll(MemorySegment connection) {
        return callInt(CONNECT_POLL, connection);
    }

    /** The descriptor, or -1 if there is none. */
    static int socket(MemorySegment connection) {
        return callInt(SOCKET, connection);
    }

    static String error(MemorySegment connection) {
        try {
            return NativeLibrary.text((MemorySegment) ERROR.invokeExact(connection))
                    .strip();
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void setNonblocking(MemorySegment connection) {
        try {
            SET_NONBLOCKING.invokeExact(connection, 1);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Queues a query; false if that failed. */
    static boolean sendQuery(MemorySegment connection, String sql) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) SEND_QUERY.invokeExact(connection, arena.allocateFrom(sql)) == 1;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Sends what is queued: 0 if that was all, 1 if the socket takes no more now, -1 if it failed. */
    static int flush(MemorySegment connection) {
        return callInt(FLUSH, connection);
    }

    /** Reads what has come; false if the connection is gone. */
    static boolean consumeInput(MemorySegment connection) {
        return callInt(CONSUME, connection) == 1;
    }

    /** Whether {@link #result} would block. */
    static boolean isBusy(MemorySegment connection) {
        return callInt(IS_BUSY, connection) == 1;
    }

    private static int callInt(MethodHandle function, MemorySegment connection) {
        try {
            return (int) function.invokeExact(connection);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    /** Takes the next result of a query; null if there is none any more. */
    static @Nullable Result result(MemorySegment connection) {
        try {
            MemorySegment result = (MemorySegment) GET_RESULT.invokeExact(connection);
            if (result.address() == 0) {
                return null;
            }
            try {
                int status = (int) STATUS.invokeExact(result);
                boolean failed = status == BAD_RESPONSE || status == FATAL_ERROR;
                return new Result(
                        rows(result),
                        failed
                                ? NativeLibrary.text((MemorySegment) RESULT_ERROR.invokeExact(result))
                                        .strip()
                                : null,
                        status == COPY_OUT || status == COPY_IN || status == COPY_BOTH);
            } finally {
                CLEAR.invokeExact(result);
            }
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    private static List<List<@Nullable String>> rows(MemorySegment result) throws Throwable {
        int count = (int) ROWS.invokeExact(result);
        int columns = (int) COLUMNS.invokeExact(result);
        List<List<@Nullable String>> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            List<@Nullable String> row = new ArrayList<>(columns);
            for (int j = 0; j < columns; j++) {
                boolean isNull = (int) IS_NULL.invokeExact(result, i, j) == 1;
                row.add(isNull ? null : NativeLibrary.text((MemorySegment) VALUE.invokeExact(result, i, j)));
            }
            rows.add(row);
        }
        return rows;
    }

    /** Takes the next notification; null if there is none. */
    static @Nullable Notification notification(MemorySegment connection) {
        try {
            MemorySegment notify = (MemorySegment) NOTIFIES.invokeExact(connection);
            if (notify.address() == 0) {
                return null;
            }
            MemorySegment fields = notify.reinterpret(3 * ADDRESS.byteSize());
            Notification notification = new Notification(
                    NativeLibrary.text(fields.getAtIndex(ADDRESS, 0)),
                    NativeLibrary.text(fields.getAtIndex(ADDRESS, 2)));
            FREE.invokeExact(notify);
            return notification;
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }

    static void finish(MemorySegment connection) {
        try {
            FINISH.invokeExact(connection);
        } catch (Throwable t) {
            throw NativeLibrary.failure(t);
        }
    }
}
