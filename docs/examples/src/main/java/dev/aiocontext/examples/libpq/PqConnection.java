package dev.aiocontext.examples.libpq;

import dev.aiocontext.AioContext;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.examples.ffm.NativeClient;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL by libpq on an event loop. A query is sent at once, or when the one before it is answered. The loop waits for
 * room to write only while the socket takes no more. Home thread only, also outside of the loop's callbacks.
 */
public final class PqConnection extends NativeClient {
    private static final FdEvents READ_AND_WRITE = FdEvents.READ.and(FdEvents.WRITE);

    private final MemorySegment connection;
    private final Queue<Query> queries = new ArrayDeque<>();
    private final Map<String, Consumer<String>> listeners = new HashMap<>();
    private FdSource socket;
    private boolean connected;

    /** Whether the first query is on its way. */
    private boolean sent;

    /** What the first query has brought so far: its last result, or the first error. */
    private Pq.@Nullable Result found;

    private record Query(String sql, CompletableFuture<List<List<@Nullable String>>> rows) {}

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
            lost(new IOException(Pq.error(connection)));
            return;
        }
        connected = next == Pq.POLLING_OK;
        if (connected) {
            Pq.setNonblocking(connection);
        }
        FdSource before = socket;
        socket = watch(connected || next == Pq.POLLING_READING ? FdEvents.READ : FdEvents.WRITE);
        before.close(); // as the watch has done, unless libpq has closed that socket and opened one of another number
        if (connected) {
            send();
        }
    }

    private void send() {
        if (!sent && !queries.isEmpty()) {
            sent = Pq.sendQuery(connection, queries.element().sql);
            if (!sent) {
                lost(new IOException(Pq.error(connection)));
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
            lost(new IOException(Pq.error(connection)));
            return;
        }
        for (Pq.Notification n = Pq.notification(connection); n != null; n = Pq.notification(connection)) {
            String payload = n.payload();
            Consumer<String> listener = listeners.getOrDefault(n.channel(), ignored -> {});
            answer(() -> listener.accept(payload));
        }
        while (sent && !isClosed() && !Pq.isBusy(connection)) {
            take(Pq.result(connection));
        }
        if (!isClosed()) {
            send();
        }
    }

    private void take(Pq.@Nullable Result result) {
        if (result == null) {
            CompletableFuture<List<List<@Nullable String>>> rows = queries.remove().rows;
            Pq.Result last = Objects.requireNonNull(found);
            answer(() -> last.complete(rows));
            found = null;
            sent = false;
        } else if (result.isCopy()) {
            lost(new IOException("COPY is not supported"));
        } else if (found == null || found.error() == null) {
            found = result;
        }
    }

    /** Runs a query after those before it. Of several with semicolons between them, the last one gives the rows. */
    public CompletableFuture<List<List<@Nullable String>>> query(String sql) {
        requireCallable();
        Query query = new Query(sql, new CompletableFuture<>());
        queries.add(query);
        if (connected) {
            request(socket, this::send);
        }
        return query.rows;
    }

    /** Listens to a channel: the listener gets the payload of each NOTIFY. */
    public CompletableFuture<List<List<@Nullable String>>> listen(String channel, Consumer<String> listener) {
        listeners.put(channel, listener);
        return query("LISTEN \"" + channel.replace("\"", "\"\"") + "\"");
    }

    @Override
    protected void free() {
        queries.forEach(query -> answer(() -> query.rows.completeExceptionally(whyClosed())));
        socket.close(); // before libpq closes the descriptor
        Pq.finish(connection);
    }
}
