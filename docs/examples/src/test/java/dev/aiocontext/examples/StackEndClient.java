package dev.aiocontext.examples;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.examples.cares.AresResolver;
import dev.aiocontext.examples.curl.CurlMulti;
import dev.aiocontext.examples.sdbus.BusConnection;
import dev.aiocontext.examples.sdbus.Call;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.StackEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Polls a loop in each of the last frames of the stack, while three libraries call back. In a JVM of its own, which ends at the first
 * exception that leaves an upcall.
 */
final class StackEndClient {
    private static final int FRAMES = 300;
    private static final int STACK = 512 * 1024;
    private static final int LARGE = 400_000;
    private static final Duration LONG = Duration.ofMinutes(5);

    private final AioContext ctx;
    private final CurlMulti curl;
    private final AresResolver resolver;
    private final BusConnection connection;
    private final String url;
    private int overflows;

    private StackEndClient(AioContext ctx, WebServer web, NameServer names, BusDaemon bus) {
        this.ctx = ctx;
        curl = new CurlMulti(ctx);
        resolver = new AresResolver(ctx, LONG, 1);
        resolver.setServers(names.address());
        connection = new BusConnection(ctx, bus.address());
        url = web.url(LARGE);
    }

    /** The arguments: a directory, and how many times to go to the end of the stack. */
    public static void main(String[] arguments) {
        try (WebServer web = new WebServer();
                NameServer names = new NameServer();
                BusDaemon bus = new BusDaemon(Path.of(arguments[0]))) {
            Thread home = new Thread(null, () -> run(web, names, bus, Integer.parseInt(arguments[1])), "home", STACK);
            home.start();
            Eventually.ends(home);
        }
    }

    private static void run(WebServer web, NameServer names, BusDaemon bus, int rounds) {
        AioContext.Builder settings = AioContext.builder()
                .relay(RelayMode.OFF)
                .monitor(MonitorMode.EPOLL)
                .exceptionHandler((source, failure) -> resume(source));
        try (AioContext ctx = settings.open()) {
            fail(ctx);
            int overflows = 0;
            for (int round = 0; round < rounds; round++) {
                StackEndClient client = new StackEndClient(ctx, web, names, bus);
                client.work(); // all classes are loaded
                overflows += client.overflow();
                client.close();
            }
            StackEndClient client = new StackEndClient(ctx, web, names, bus);
            client.work();
            client.close();
            System.out.println(overflows > 0 ? "all libraries work" : "nothing has overflowed");
        }
    }

    /** Loads the classes that a failure takes: one that is first used where the stack ends is broken for ever. */
    private static void fail(AioContext ctx) {
        ctx.report(null, new IllegalStateException("reported"));
        try (EventNotifier notifier = EventNotifier.open();
                FdSource source = ctx.onReadable(notifier.fd(), (self, events) -> {
                    notifier.testAndClear();
                    throw new StackOverflowError("thrown");
                })) {
            notifier.set();
            try {
                Eventually.pollUntil(ctx, "the handler throws", () -> !source.isOpen());
            } catch (StackOverflowError expected) {
                ctx.poll(false);
            }
        }
    }

    /** A handler that throws is suspended, and the next test goes on with it. */
    private static void resume(@Nullable Source source) {
        if (source != null && source.isOpen()) {
            source.resume();
        }
    }

    private CompletableFuture<?> start() {
        return CompletableFuture.allOf(
                curl.get(url, data -> {}),
                resolver.lookup("name.example.org"),
                connection.call(Call.ofBus("ListNames"), LONG));
    }

    private void work() {
        CompletableFuture<?> work = start();
        Eventually.pollUntil(ctx, "the libraries answer", work::isDone);
        work.join();
    }

    private int overflow() {
        for (int i = 0; i < 3; i++) {
            start().exceptionally(failure -> null);
        }
        StackEnd.callHere(FRAMES, fromEnd -> {
            try {
                ctx.poll(false);
            } catch (StackOverflowError e) {
                overflows++;
                throw e;
            }
        });
        return overflows;
    }

    private void close() {
        curl.close();
        resolver.close();
        connection.close();
    }
}
