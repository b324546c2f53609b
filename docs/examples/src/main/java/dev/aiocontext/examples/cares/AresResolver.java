package dev.aiocontext.examples.cares;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.Source;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.examples.ffm.NativeClient;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Looks up names by c-ares on an event loop. C-ares says which sockets to wait for by its socket-state callback, and when to try again
 * by {@code ares_timeout}. Home thread only.
 */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // upcalls, with C's parameters
public final class AresResolver extends NativeClient {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** Enough for lost packets. Exact timers would take a system call for each new deadline. */
    private static final TimerOptions ACCURACY = TimerOptions.DEFAULT.accuracy(Duration.ofMillis(100));

    private final AioTimer timer;
    private final MemorySegment time = arena.allocate(JAVA_LONG, 2);
    private final MemorySegment answered = upcall(LOOKUP, "answered", Ares.ANSWER_CALLBACK);
    private final MemorySegment channel;
    private final Map<Long, Request> requests = new HashMap<>();
    private long lastRequest;

    private record Request(String name, CompletableFuture<List<InetAddress>> addresses) {}

    /**
     * Starts c-ares on a loop.
     *
     * @param ctx the loop
     * @param oneTry how long to wait for an answer before it tries again
     * @param tries how often it tries
     */
    public AresResolver(AioContext ctx, Duration oneTry, int tries) {
        super(ctx);
        timer = ctx.newTimer("c-ares", ACCURACY, (source, missed) -> process(source, Ares.NO_SOCKET, Ares.NO_SOCKET));
        channel = Ares.init(upcall(LOOKUP, "socket", Ares.SOCKET_CALLBACK), (int) oneTry.toMillis(), tries);
    }

    /** Asks other servers than those of {@code /etc/resolv.conf}: {@code ADDRESS:PORT}, with commas between them. */
    public void setServers(String servers) {
        requireCallable();
        Ares.setServers(channel, servers);
    }

    /** {@return the addresses of a name, or an UnknownHostException that says why there are none} */
    public CompletableFuture<List<InetAddress>> lookup(String name) {
        requireCallable();
        Request request = new Request(name, new CompletableFuture<>());
        long number = ++lastRequest;
        requests.put(number, request);
        request(timer, () -> {
            Ares.getAddrInfo(channel, name, answered, number);
            armTimer();
        });
        return request.addresses;
    }

    private void ready(FdSource source, FdEvents events) {
        boolean over = events.isHungUp() || events.isFailed();
        process(
                source,
                events.isReadable() || over ? source.fd() : Ares.NO_SOCKET,
                events.isWritable() || over ? source.fd() : Ares.NO_SOCKET);
    }

    private void process(Source source, int readable, int writable) {
        call(source, () -> {
            Ares.process(channel, readable, writable);
            armTimer();
        });
    }

    private void armTimer() {
        long nanos = Ares.timeout(channel, time);
        if (nanos < 0) {
            timer.disarm();
        } else {
            timer.armAt(ctx.now() + nanos);
        }
    }

    private void socket(MemorySegment data, int socket, int read, int write) {
        try {
            Optional<FdSource> known = ctx.source(socket);
            FdEvents interest =
                    (read != 0 ? FdEvents.READ : FdEvents.NONE).and(write != 0 ? FdEvents.WRITE : FdEvents.NONE);
            if (interest.isEmpty()) {
                known.ifPresent(FdSource::close);
            } else if (known.isPresent()) {
                known.get().interest(interest);
            } else {
                ctx.watch("c-ares", socket, interest, this::ready);
            }
        } catch (Throwable failure) {
            caught(failure);
        }
    }

    private void answered(MemorySegment number, int status, int timeouts, MemorySegment found) {
        try {
            Request request = requests.get(number.address());
            if (status == Ares.SUCCESS) {
                List<InetAddress> addresses = Ares.take(request.name, found);
                answer(() -> request.addresses.complete(addresses));
            } else {
                Throwable failure = status == Ares.DESTRUCTION
                        ? whyClosed()
                        : new UnknownHostException(request.name + ": " + Ares.error(status));
                answer(() -> request.addresses.completeExceptionally(failure));
            }
            requests.remove(number.address());
        } catch (Throwable failure) {
            lost(failure); // this request is not answered any more, and must not wait for ever
            caught(failure);
        }
    }

    @Override
    protected void free() {
        Ares.destroy(channel); // answers requests, and closes their sockets
        requests.values().forEach(request -> answer(() -> request.addresses.completeExceptionally(whyClosed())));
        timer.close();
    }
}
