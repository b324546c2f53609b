package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.cares.AresResolver;
import dev.aiocontext.examples.curl.CurlMulti;
import dev.aiocontext.examples.libpq.PqConnection;
import dev.aiocontext.examples.sdbus.BusConnection;
import dev.aiocontext.examples.sdbus.Call;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Does so many pieces of work by one adapter for each line of its input, and prints the processor time of the whole process and the wall
 * time, in nanoseconds for each piece, as foreign_loops.c does. Adaptive polling is off, because C does not poll either.
 */
final class ForeignLoopClient {
    private static final int PARALLEL = 200;
    private static final Duration LONG = Duration.ofMinutes(5);

    private ForeignLoopClient() {}

    public static void main(String[] arguments) throws Exception {
        String server = arguments[1];
        int pieces = Integer.parseInt(arguments[2]);
        try (AioContext ctx = AioContext.builder()
                .relay(RelayMode.OFF)
                .polling(Duration.ZERO)
                .monitor(MonitorMode.EPOLL)
                .open()) {
            ctx.poll(false); // this thread is its home from now on
            switch (arguments[0]) {
                case "interest" -> {
                    try (EventNotifier idle = EventNotifier.open();
                            FdSource source = ctx.onReadable(idle.fd(), (self, events) -> {})) {
                        CompletableFuture<Void> done = CompletableFuture.completedFuture(null);
                        measure(ctx, pieces, 1, () -> {
                            source.interest(source.interest() == FdEvents.READ ? FdEvents.WRITE : FdEvents.READ);
                            return done;
                        });
                    }
                }
                case "curl" -> {
                    try (CurlMulti curl = new CurlMulti(ctx)) {
                        measure(ctx, pieces, PARALLEL, () -> downloads(curl, server));
                    }
                }
                case "cares" -> {
                    try (AresResolver resolver = new AresResolver(ctx, LONG, 1)) {
                        resolver.setServers(server);
                        measure(ctx, pieces, 1, () -> resolver.lookup("name.example.org"));
                    }
                }
                case "sdbus" -> {
                    try (BusConnection bus = new BusConnection(ctx, server)) {
                        measure(ctx, pieces, 1, () -> bus.call(Call.ofBus("GetId"), LONG));
                    }
                }
                case "libpq" -> {
                    try (PqConnection database = new PqConnection(ctx, server)) {
                        measure(ctx, pieces, 1, () -> database.query("SELECT 1"));
                    }
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        }
    }

    private static CompletableFuture<?> downloads(CurlMulti curl, String url) {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < PARALLEL; i++) {
            all.add(curl.get(url, data -> {}));
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    }

    private static void measure(AioContext ctx, int pieces, int atOnce, Supplier<CompletableFuture<?>> work)
            throws IOException {
        while (System.in.read() == '\n') {
            long cpu = ProcessorTime.ofProcess();
            long wall = System.nanoTime();
            for (int i = 0; i < pieces; i += atOnce) {
                CompletableFuture<?> piece = work.get();
                while (!piece.isDone()) {
                    ctx.poll(true);
                }
                piece.join();
            }
            System.out.println((ProcessorTime.ofProcess() - cpu) / pieces + " " + (System.nanoTime() - wall) / pieces);
        }
    }
}
