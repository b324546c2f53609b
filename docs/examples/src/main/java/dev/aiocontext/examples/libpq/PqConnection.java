package dev.aiocontext.examples.libpq;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.Source;
import dev.aiocontext.Wait;
import dev.aiocontext.examples.ffm.NativeClient;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL by libpq on an event loop. A hook before each wait sends what is queued, and has the loop wait for room
 * to write only while the socket takes no more. Home thread only.
 */
public final class PqConnection extends NativeClient {
    private static final FdEvents READ_AND_WRITE = FdEvents.READ.and(FdEvents.WRITE);

    private final MemorySegment connection;
    private final Source hook;
    private final Queue<Query> queries = new ArrayDeque<>();
    private final Map<String, Consumer<String>> listeners = new HashMap<>();
    private FdSource socket;
    private boolean connected;

    /** Whether the first query is on its way. */
    private boolean sent;

    private static final class Query {
        final String sql;
        final CompletableFuture<List<List<@Nullable String>>> answer = new CompletableFuture<>();
        final List<List<@Nullable String>> rows = new ArrayList<>();

        @Nullable
        String error;

        Query(String sql) {
            this.sql = sql;
        }
    }

    /**
     * Begins to connect; queries may be made at once.
     *
     * @param ctx the loop
     * @param settings a connection string of libpq
     * @throws IOException if the settings are wrong
     */
    public PqConnection(AioContext ctx, String settings) throws IOException {
        super(ctx);
        connection = Pq.connectStart(settings);
        if (Pq.socket(connection) < 0) {
            String error = Pq.error(connection);
            Pq.finish(connection);
            throw new IOException(error);
        }
        socket = watch(FdEvents.WRITE);
        hook = ctx.newHook("libpq", this::prepare);
    }

    private FdSource watch(FdEvents interest) {
        return ctx.watch("libpq", Pq.socket(connection), interest, this::ready);
    }

    private void ready(FdSource source, FdEvents events) {
        call(source, connected ? this::receive : this::connect);
    }

    /** Goes on with the connection. Libpq may have replaced the socket, also by one of the same number. */
    private void connect() {
        int next = Pq.connectPoll(connection);
        if (next == Pq.POLLING_FAILED) {
            lost(Pq.error(connection));
            return;
        }
        connected = next == Pq.POLLING_OK;
        if (connected) {
            Pq.setNonblocking(connection);
        }
        socket = watch(connected || next == Pq.POLLING_READING ? FdEvents.READ : FdEvents.WRITE);
    }

    private void prepare(Wait wait) {
        if (connected) {
            call(socket, this::send);
        }
    }

    private void send() {
        if (!sent && !queries.isEmpty()) {
            sent = Pq.sendQuery(connection, queries.element().sql);
            if (!sent) {
                lost(Pq.error(connection));
                return;
            }
        }
        int flushed = Pq.flush(connection);
        FdEvents wanted = flushed > 0 ? READ_AND_WRITE : FdEvents.READ; // a failure is told to who reads
        if (wanted != socket.interest()) {
            socket.interest(wanted);
        }
    }

    private void receive() {
        if (!Pq.consumeInput(connection)) {
            lost(Pq.error(connection));
            return;
        }
        for (Pq.Notification n = Pq.notification(connection); n != null; n = Pq.notification(connection)) {
            Consumer<String> listener = listeners.get(n.channel());
            String payload = n.payload();
            if (listener != null) {
                answer(() -> listener.accept(payload));
            }
        }
        while (sent && !isClosed() && !Pq.isBusy(connection)) {
            take(Pq.result(connection));
        }
    }

    private void take(Pq.@Nullable Result result) {
        if (result == null) {
            Query query = queries.remove();
            sent = false;
            answer(() -> finish(query));
        } else if (result.isCopy()) {
            lost("COPY is not supported");
        } else {
            Query query = queries.element();
            query.rows.addAll(result.rows());
            query.error = result.error() != null ? result.error() : query.error;
        }
    }

    private static void finish(Query query) {
        if (query.error == null) {
            query.answer.complete(query.rows);
        } else {
            query.answer.completeExceptionally(new IOException(query.error));
        }
    }

    private void lost(String why) {
        queries.forEach(query -> query.error = why);
        close();
    }

    /** Runs a query, or several with semicolons between them, after those before it. */
    public CompletableFuture<List<List<@Nullable String>>> query(String sql) {
        requireCallable();
        Query query = new Query(sql);
        queries.add(query);
        return query.answer;
    }

    /** Listens to a channel: the listener gets the payload of each NOTIFY. */
    public CompletableFuture<List<List<@Nullable String>>> listen(String channel, Consumer<String> listener) {
        listeners.put(channel, listener);
        return query("LISTEN \"" + channel.replace("\"", "\"\"") + "\"");
    }

    @Override
    protected void free() {
        for (Query query : queries) {
            Exception failure =
                    query.error != null ? new IOException(query.error) : new CancellationException("closed");
            answer(() -> query.answer.completeExceptionally(failure));
        }
        hook.close();
        socket.close(); // before libpq closes the descriptor
        Pq.finish(connection);
    }
}
