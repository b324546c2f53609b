package dev.aiocontext.examples.curl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.examples.ffm.NativeClient;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Downloads by libcurl on an event loop. With its multi_socket interface, libcurl says which sockets to wait for and when to call it, and
 * the loop does both. Home thread only.
 */
@SuppressWarnings({"restricted", "UnusedMethod", "UnusedVariable"}) // upcalls, with C's parameters
public final class CurlMulti extends NativeClient {
    /** By CURL_POLL_NONE, CURL_POLL_IN, CURL_POLL_OUT, CURL_POLL_INOUT. */
    private static final List<FdEvents> INTEREST =
            List.of(FdEvents.NONE, FdEvents.READ, FdEvents.WRITE, FdEvents.READ.and(FdEvents.WRITE));

    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    private final AioTimer timer;
    private final MemorySegment number = arena.allocate(JAVA_INT);
    private final MemorySegment write = upcall(LOOKUP, "write", Curl.WRITE_CALLBACK);
    private final MemorySegment multi = Curl.multiInit();
    private final Map<Long, Download> downloads = new HashMap<>();

    private record Download(
            Consumer<ByteBuffer> body,
            CompletableFuture<Integer> status,
            AtomicReference<@Nullable Throwable> failure) {}

    /** Starts libcurl on a loop. */
    public CurlMulti(AioContext ctx) {
        super(ctx);
        timer = ctx.newTimer("libcurl", (source, missed) -> call(source, () -> act(Curl.SOCKET_TIMEOUT, 0)));
        Curl.setMulti(multi, Curl.MULTI_SOCKET_FUNCTION, upcall(LOOKUP, "socket", Curl.SOCKET_CALLBACK));
        Curl.setMulti(multi, Curl.MULTI_TIMER_FUNCTION, upcall(LOOKUP, "timer", Curl.TIMER_CALLBACK));
    }

    /**
     * Starts a download.
     *
     * @param url what to get
     * @param body gets the pieces, each valid only within the call; what it throws ends the download and is reported
     * @return the status of the response
     */
    public CompletableFuture<Integer> get(String url, Consumer<ByteBuffer> body) {
        requireCallable();
        requireStack();
        Download download = new Download(body, new CompletableFuture<>(), new AtomicReference<>());
        MemorySegment easy = Curl.easyInit();
        try (Arena call = Arena.ofConfined()) {
            Curl.set(easy, Curl.OPTION_URL, call.allocateFrom(url)); // libcurl copies it
            Curl.set(easy, Curl.OPTION_NO_SIGNAL, 1);
            Curl.set(easy, Curl.OPTION_WRITE_FUNCTION, write);
            Curl.set(easy, Curl.OPTION_WRITE_DATA, easy);
            Curl.add(multi, easy); // arms the timer
        } catch (RuntimeException | Error e) {
            Curl.easyCleanup(easy);
            throw e;
        }
        downloads.put(easy.address(), download);
        return download.status;
    }

    private void ready(FdSource source, FdEvents events) {
        int happened = (events.isReadable() || events.isHungUp() ? Curl.IN : 0)
                | (events.isWritable() ? Curl.OUT : 0)
                | (events.isFailed() ? Curl.ERR : 0);
        call(source, () -> act(source.fd(), happened));
    }

    private void act(int socket, int happened) {
        Curl.socketAction(multi, socket, happened, number);
        if (number.get(JAVA_INT, 0) < downloads.size() && !isClosed()) {
            MemorySegment message = Curl.infoRead(multi, number);
            for (; message.address() != 0; message = Curl.infoRead(multi, number)) {
                finish((MemorySegment) Curl.MESSAGE_EASY.get(message, 0L), (int) Curl.MESSAGE_RESULT.get(message, 0L));
            }
        }
    }

    private void finish(MemorySegment easy, int result) {
        int status = Curl.responseCode(easy);
        Download download = remove(easy);
        if (result == 0) {
            answer(() -> download.status.complete(status));
        } else {
            IOException failed = new IOException("libcurl: " + Curl.error(result), download.failure.get());
            answer(() -> download.status.completeExceptionally(failed));
        }
    }

    private Download remove(MemorySegment easy) {
        Curl.remove(multi, easy);
        Curl.easyCleanup(easy);
        return downloads.remove(easy.address());
    }

    private int socket(MemorySegment easy, int socket, int what, MemorySegment data, MemorySegment socketData) {
        try {
            Optional<FdSource> known = ctx.source(socket);
            if (what == Curl.POLL_REMOVE) {
                known.ifPresent(FdSource::close);
            } else if (known.isPresent()) {
                known.get().interest(INTEREST.get(what));
            } else {
                ctx.watch("libcurl", socket, INTEREST.get(what), this::ready);
            }
            return 0;
        } catch (Throwable failure) {
            return caught(failure);
        }
    }

    private int timer(MemorySegment ofMulti, long millis, MemorySegment data) {
        try {
            if (millis < 0) {
                timer.disarm();
            } else {
                timer.armAt(ctx.now() + millis * 1_000_000);
            }
            return 0;
        } catch (Throwable failure) {
            return caught(failure);
        }
    }

    private long write(MemorySegment data, long size, long members, MemorySegment easy) {
        Download download = null;
        try (Arena call = Arena.ofConfined()) {
            download = downloads.get(easy.address());
            download.body.accept(data.reinterpret(size * members, call, null).asByteBuffer());
            return isClosed() ? -1 : size * members;
        } catch (Throwable failure) {
            if (download != null) {
                download.failure.set(failure);
            }
            return caught(failure);
        }
    }

    @Override
    protected void free() {
        for (Long easy : List.copyOf(downloads.keySet())) {
            Download download = remove(MemorySegment.ofAddress(easy));
            answer(() -> download.status.completeExceptionally(whyClosed()));
        }
        Curl.cleanup(multi);
        timer.close();
    }
}
