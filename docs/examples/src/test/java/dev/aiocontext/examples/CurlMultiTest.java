package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.examples.curl.CurlMulti;
import dev.aiocontext.testkit.OpenFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Libcurl downloads on the loop; a body that throws or closes does no harm; nothing is left behind. */
class CurlMultiTest {
    private static final int DOWNLOADS = 200;
    private static final int SIZE = 50_000;

    private static @Nullable WebServer server;

    private final List<String> reports = new ArrayList<>();

    @BeforeAll
    static void start() {
        Libraries.require("libcurl.so.4", "libcurl4");
        server = new WebServer();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String url(int size) {
        assertThat(server).isNotNull();
        return server.url(size);
    }

    private AioContext open() {
        return AioContext.builder().exceptionHandler(this::report).open();
    }

    private void report(@Nullable Source source, Throwable failure) {
        reports.add((source == null ? null : source.name()) + ": " + failure.getMessage());
    }

    private static void pollUntilDone(AioContext ctx, CompletableFuture<?> future) {
        while (!future.isDone()) {
            ctx.poll(true);
        }
    }

    private static Consumer<ByteBuffer> into(ByteArrayOutputStream file) {
        return data -> {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            file.writeBytes(bytes);
        };
    }

    @ParameterizedTest
    @CsvSource({"POLL, OFF", "POLL, THREAD", "EPOLL, OFF", "EPOLL, THREAD"})
    void manyDownloadsAtOnceAreAllComplete(MonitorMode monitor, RelayMode relay) {
        try (AioContext ctx = AioContext.builder().monitor(monitor).relay(relay).open();
                CurlMulti curl = new CurlMulti(ctx)) {
            List<ByteArrayOutputStream> files = new ArrayList<>();
            List<CompletableFuture<Integer>> statuses = new ArrayList<>();
            for (int i = 0; i < DOWNLOADS; i++) {
                files.add(new ByteArrayOutputStream());
                statuses.add(curl.get(url(SIZE + i), into(files.get(i))));
            }

            pollUntilDone(ctx, CompletableFuture.allOf(statuses.toArray(CompletableFuture[]::new)));

            assertThat(statuses).allMatch(status -> status.join() == 200);
            for (int i = 0; i < DOWNLOADS; i++) {
                assertThat(files.get(i).toByteArray()).isEqualTo(WebServer.file(SIZE + i));
            }
        }
    }

    @Test
    void aBodyThatThrowsEndsItsDownloadAloneAndIsReported() {
        try (AioContext ctx = open();
                CurlMulti curl = new CurlMulti(ctx)) {
            IllegalStateException failure = new IllegalStateException("disk full");
            CompletableFuture<Integer> failing = curl.get(url(SIZE), data -> {
                throw failure;
            });
            CompletableFuture<Integer> other = curl.get(url(SIZE), data -> {});

            pollUntilDone(ctx, other);
            pollUntilDone(ctx, failing);
            ctx.poll(false);

            assertThat(other.join()).isEqualTo(200);
            assertThatThrownBy(failing::join)
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessage("libcurl: Failed writing received data to disk/application")
                    .hasCause(failure);
            assertThat(reports).containsExactly("libcurl: disk full");
            CompletableFuture<Integer> later = curl.get(url(1), data -> {});
            pollUntilDone(ctx, later);
            assertThat(later.join()).isEqualTo(200);
        }
    }

    @Test
    void aBodyThatThrowsAnErrorHasItLeaveThePollAndNotTheJvm() {
        try (AioContext ctx = open();
                CurlMulti curl = new CurlMulti(ctx)) {
            CompletableFuture<Integer> failing = curl.get(url(SIZE), data -> {
                throw new AssertionError("a fault");
            });

            assertThatThrownBy(() -> {
                        pollUntilDone(ctx, failing);
                        ctx.poll(false);
                    })
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("a fault");
            assertThat(reports).containsExactly("libcurl: a fault");
        }
    }

    @Test
    void aBodyMayCloseTheAdapterAndIsNotCalledAgain() {
        List<Integer> sizes = new ArrayList<>();
        try (AioContext ctx = open()) {
            CurlMulti curl = new CurlMulti(ctx);
            CompletableFuture<Integer> download = curl.get(url(1_000_000), data -> {
                sizes.add(data.remaining());
                curl.close();
            });
            pollUntilDone(ctx, download);

            assertThat(download).isCancelled();
            assertThat(sizes).hasSize(1);
            assertThatThrownBy(() -> curl.get(url(1), data -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("closed");
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aBodyMayPollTheLoopAndDataThatItKeepsIsRefusedLater() {
        List<ByteBuffer> kept = new ArrayList<>();
        try (AioContext ctx = open();
                CurlMulti curl = new CurlMulti(ctx)) {
            CompletableFuture<Integer> first = curl.get(url(SIZE), data -> {
                kept.add(data);
                ctx.poll(false);
            });
            CompletableFuture<Integer> second = curl.get(url(SIZE), data -> ctx.poll(false));
            pollUntilDone(ctx, CompletableFuture.allOf(first, second));

            assertThat(first.join() + second.join()).isEqualTo(400);
            assertThatThrownBy(() -> kept.getFirst().get(0)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void anAnswerMayStartTheNextDownload() {
        try (AioContext ctx = open();
                CurlMulti curl = new CurlMulti(ctx)) {
            CompletableFuture<Integer> second =
                    curl.get(url(1), data -> {}).thenCompose(status -> curl.get(url(2), data -> {}));
            pollUntilDone(ctx, second);
            assertThat(second.join()).isEqualTo(200);
        }
    }

    @Test
    void aRefusedConnectionIsTold() throws IOException {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = nobody.getLocalPort();
        }
        try (AioContext ctx = open();
                CurlMulti curl = new CurlMulti(ctx)) {
            CompletableFuture<Integer> refused = curl.get("http://127.0.0.1:" + port + "/", data -> {});
            pollUntilDone(ctx, refused);
            assertThatThrownBy(refused::join).cause().hasMessage("libcurl: Couldn't connect to server");
        }
    }

    @Test
    void downloadsThatAreClosedHalfwayLeaveNothingBehind() {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = open()) {
            CurlMulti curl = new CurlMulti(ctx);
            AtomicInteger pieces = new AtomicInteger();
            List<CompletableFuture<Integer>> downloads = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                downloads.add(curl.get(url(10_000_000), data -> pieces.incrementAndGet()));
            }
            while (pieces.get() == 0) {
                ctx.poll(true);
            }

            curl.close();

            assertThat(downloads).allMatch(CompletableFuture::isCancelled);
            assertThat(ctx.poll(false)).isFalse();
        }
        assertThat(OpenFiles.since(before)).isEmpty();
    }
}
