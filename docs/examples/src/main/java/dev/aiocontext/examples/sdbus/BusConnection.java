package dev.aiocontext.examples.sdbus;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.Source;
import dev.aiocontext.TimerOptions;
import dev.aiocontext.examples.ffm.NativeClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A connection to a D-Bus by sd-bus on an event loop. Sd-bus has to be asked before each wait for which events and until when to wait,
 * because any call of it may change both: a hook does that, and so does each call, because an outer loop may be about to wait. Home thread only.
 */
@SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // upcalls, with C's parameters
public final class BusConnection extends NativeClient {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

    /** As in sd-event. Exact timers would take a system call for each new deadline. */
    private static final TimerOptions ACCURACY = TimerOptions.DEFAULT.accuracy(Duration.ofMillis(250));

    /** So many messages in a row, and then the loop's other sources. */
    private static final int SLICE = 64;

    private final MemorySegment bus;
    private final MemorySegment room = arena.allocate(JAVA_LONG);
    private final MemorySegment answered;
    private final MemorySegment signalled;
    private final FdSource socket;
    private final AioTimer timer;
    private final Source hook;
    private final Map<Long, CompletableFuture<List<Object>>> calls = new HashMap<>();
    private final List<Consumer<List<Object>>> signals = new ArrayList<>();
    private long lastCall;

    /**
     * Begins to connect; calls may be made at once.
     *
     * @param ctx the loop
     * @param address of the bus, for instance {@code unix:path=/run/dbus/system_bus_socket}
     */
    public BusConnection(AioContext ctx, String address) {
        super(ctx);
        bus = SdBus.start(address);
        answered = upcall(LOOKUP, "answered", SdBus.MESSAGE_CALLBACK);
        signalled = upcall(LOOKUP, "signalled", SdBus.MESSAGE_CALLBACK);
        socket = ctx.watch("sd-bus", SdBus.fd(bus), FdEvents.NONE, (source, events) -> process(source));
        timer = ctx.newTimer("sd-bus", ACCURACY, (source, missed) -> process(source));
        hook = ctx.newHook("sd-bus", wait -> ask());
    }

    private void ask() {
        int events = SdBus.events(bus);
        if (events < 0) {
            lost(SdBus.failed("sd_bus_get_events", events));
            return;
        }
        FdEvents wanted = FdEvents.ofPoll(events);
        if (wanted != socket.interest()) {
            socket.interest(wanted);
        }
        long micros = SdBus.timeout(bus, room);
        if (micros < 0) {
            timer.disarm();
        } else {
            timer.armAt(TimeUnit.MICROSECONDS.toNanos(micros)); // 0 if there are messages that it has received
        }
    }

    private void process(Source source) {
        call(source, () -> {
            int progress = 1;
            for (int i = 0; i < SLICE && progress > 0 && !isClosed(); i++) {
                progress = SdBus.process(bus);
            }
            if (progress < 0) {
                lost(SdBus.failed("sd_bus_process", progress));
            }
        });
    }

    /**
     * Calls a method.
     *
     * @param method the method
     * @param timeout how long to wait for the answer
     * @param arguments strings
     * @return the answer: strings, numbers, and lists of these
     */
    public CompletableFuture<List<Object>> call(Call method, Duration timeout, String... arguments) {
        requireCallable();
        CompletableFuture<List<Object>> answer = new CompletableFuture<>();
        long number = ++lastCall;
        try {
            SdBus.call(bus, method, List.of(arguments), answered, number, timeout.toNanos() / 1000);
            calls.put(number, answer);
            ask();
        } catch (UncheckedIOException gone) { // the bus has ended the connection, which the loop has not noticed yet
            answer.completeExceptionally(gone.getCause());
        }
        return answer;
    }

    /** Calls a handler with what each message brings that a rule matches, for instance {@code type='signal',member='NameLost'}. */
    public void onSignal(String rule, Consumer<List<Object>> handler) {
        requireCallable();
        SdBus.match(bus, rule, signalled, signals.size());
        signals.add(handler);
        ask();
    }

    /** {@return the name that the bus has given to this connection, once a call was answered} */
    public String uniqueName() {
        requireCallable();
        return SdBus.uniqueName(bus);
    }

    private int answered(MemorySegment message, MemorySegment number, MemorySegment error) {
        try {
            String failed = SdBus.error(message);
            List<Object> values = failed.isEmpty() ? SdBus.read(message) : List.of();
            CompletableFuture<List<Object>> answer = calls.get(number.address());
            answer(() -> {
                if (failed.isEmpty()) {
                    answer.complete(values);
                } else {
                    answer.completeExceptionally(new IOException(failed));
                }
            });
            calls.remove(number.address());
            return 0;
        } catch (Throwable failure) {
            lost(failure); // this call is not answered any more, and must not wait for ever
            return caught(failure);
        }
    }

    private int signalled(MemorySegment message, MemorySegment number, MemorySegment error) {
        try {
            List<Object> values = SdBus.read(message);
            answer(() -> signals.get((int) number.address()).accept(values));
            return 0;
        } catch (Throwable failure) {
            return caught(failure);
        }
    }

    @Override
    protected void free() {
        calls.values().forEach(call -> answer(() -> call.completeExceptionally(whyClosed())));
        hook.close();
        timer.close();
        socket.close(); // before sd-bus closes the descriptor
        SdBus.close(bus);
    }
}
