package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.cares.AresResolver;
import dev.aiocontext.examples.curl.CurlMulti;
import dev.aiocontext.examples.libpq.PqConnection;
import dev.aiocontext.examples.sdbus.BusConnection;
import dev.aiocontext.examples.sdbus.Call;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Libcurl, c-ares, sd-bus and libpq are driven by one loop at once, over each monitor, with the relay and without. */
class ForeignLoopsTest {
    private static final int DOWNLOADS = 200;
    private static final int SIZE = 20_000;
    private static final int ROUNDS = 50;
    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    private Path directory;

    /** Not within the other one, because the server may run as another user. */
    @TempDir
    private Path databases;

    @Test
    void fourLibrariesShareOneLoop() throws IOException {
        Libraries.require("libcurl.so.4", "libcurl4");
        Libraries.require("libcares.so.2", "libc-ares2");
        BusDaemon.require();
        PostgresServer.require();
        try (WebServer web = new WebServer();
                NameServer names = new NameServer();
                BusDaemon bus = new BusDaemon(directory);
                PostgresServer postgres = new PostgresServer(databases)) {
            for (MonitorMode monitor : List.of(MonitorMode.POLL, MonitorMode.EPOLL)) {
                for (RelayMode relay : List.of(RelayMode.OFF, RelayMode.THREAD)) {
                    Map<Integer, String> before = OpenFiles.now();
                    driveAll(AioContext.builder().monitor(monitor).relay(relay), web, names, bus, postgres);
                    assertThat(OpenFiles.since(before)).isEmpty();
                }
            }
        }
    }

    private static void driveAll(
            AioContext.Builder settings, WebServer web, NameServer names, BusDaemon bus, PostgresServer postgres)
            throws IOException {
        try (AioContext ctx = settings.open();
                CurlMulti curl = new CurlMulti(ctx);
                AresResolver resolver = new AresResolver(ctx, LONG, 1);
                BusConnection connection = new BusConnection(ctx, bus.address());
                PqConnection database = new PqConnection(ctx, postgres.settings())) {
            resolver.setServers(names.address());
            AtomicLong bytes = new AtomicLong();
            List<String> news = new ArrayList<>();
            List<CompletableFuture<?>> work = new ArrayList<>();
            for (int i = 0; i < DOWNLOADS; i++) {
                work.add(curl.get(web.url(SIZE), data -> bytes.addAndGet(data.remaining())));
            }
            work.add(database.listen("news", news::add));
            for (int i = 0; i < ROUNDS; i++) {
                work.add(resolver.lookup("name" + i + ".example.org"));
                work.add(connection.call(Call.ofBus("GetId"), LONG));
                work.add(database.query("NOTIFY news, '" + i + "'"));
            }

            CompletableFuture<?> all = CompletableFuture.allOf(work.toArray(CompletableFuture[]::new));
            while (!all.isDone() || news.size() < ROUNDS) {
                ctx.poll(true);
            }

            all.join();
            assertThat(bytes).hasValue((long) DOWNLOADS * SIZE);
            assertThat(news).hasSize(ROUNDS);
        }
    }
}
