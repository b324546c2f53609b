package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.EmbeddedLoop;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SourceInfo;
import dev.aiocontext.examples.libpq.PqConnection;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Libpq queries and hears notifications on the loop; errors and lost connections are told; nothing is left behind. */
class PqConnectionTest {
    @TempDir
    private static Path directory;

    private static @Nullable PostgresServer server;

    private final List<String> reports = new ArrayList<>();

    @BeforeAll
    static void start() {
        PostgresServer.require();
        server = new PostgresServer(directory);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static String settings() {
        assertThat(server).isNotNull();
        return server.settings();
    }

    private AioContext open() {
        return AioContext.builder()
                .exceptionHandler((source, failure) -> reports.add(source + ": " + failure.getMessage()))
                .open();
    }

    private static void pollUntilDone(AioContext ctx, CompletableFuture<?> future) {
        while (!future.isDone()) {
            ctx.poll(true);
        }
    }

    @ParameterizedTest
    @CsvSource({"POLL, OFF", "POLL, THREAD", "EPOLL, OFF", "EPOLL, THREAD"})
    void queriesAreAnsweredInTheirOrderAndNotificationsAreHeard(MonitorMode monitor, RelayMode relay)
            throws IOException {
        try (AioContext ctx = AioContext.builder().monitor(monitor).relay(relay).open();
                PqConnection listening = new PqConnection(ctx, settings());
                PqConnection asking = new PqConnection(ctx, settings())) {
            List<String> heard = new ArrayList<>();
            CompletableFuture<?> listens = listening.listen("my \"news\"", heard::add);
            List<CompletableFuture<List<List<@Nullable String>>>> answers = IntStream.range(0, 100)
                    .mapToObj(i -> asking.query("SELECT " + i + ", NULL"))
                    .toList();
            pollUntilDone(ctx, listens);
            pollUntilDone(ctx, asking.query("NOTIFY \"my \"\"news\"\"\", 'extra'"));
            for (int i = 0; i < answers.size(); i++) {
                List<@Nullable String> row = answers.get(i).join().getFirst();
                assertThat(row).containsExactly(Integer.toString(i), null);
            }
            while (heard.isEmpty()) {
                ctx.poll(true);
            }
            assertThat(heard).containsExactly("extra");
        }
    }

    @Test
    void aQueryThatIsLargerThanTheSocketsBufferIsSentWhenThereIsRoom() throws IOException {
        try (AioContext ctx = open();
                PqConnection connection = new PqConnection(ctx, settings())) {
            String large = "x".repeat(10_000_000);
            CompletableFuture<List<List<@Nullable String>>> answer =
                    connection.query("SELECT '" + large + "', pg_sleep(0.01)");
            pollUntilDone(ctx, answer);
            assertThat(large.equals(answer.join().getFirst().getFirst())).isTrue();
        }
    }

    @Test
    void theLoopGoesOnWhileTheServerWorks() throws IOException {
        try (AioContext ctx = open();
                PqConnection slow = new PqConnection(ctx, settings());
                PqConnection quick = new PqConnection(ctx, settings())) {
            CompletableFuture<?> waiting = slow.query("SELECT pg_advisory_lock(1)")
                    .thenCompose(locked -> quick.query("SELECT pg_advisory_lock(1)"));
            CompletableFuture<?> ending = slow.query("SELECT 1");
            pollUntilDone(ctx, ending);
            ctx.poll(false);
            assertThat(waiting).isNotDone();

            pollUntilDone(ctx, slow.query("SELECT pg_advisory_unlock(1)"));
            pollUntilDone(ctx, waiting);
            assertThat(waiting).isCompleted();
        }
    }

    @Test
    void anErrorIsToldAndTheNextQueryWorks() throws IOException {
        try (AioContext ctx = open();
                PqConnection connection = new PqConnection(ctx, settings())) {
            CompletableFuture<?> wrong = connection.query("SELEKT 1");
            CompletableFuture<List<List<@Nullable String>>> right = connection.query("SELECT 1");
            pollUntilDone(ctx, right);
            assertThatThrownBy(wrong::join)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("ERROR:  syntax error at or near \"SELEKT\"");
            assertThat(right.join()).containsExactly(List.of("1"));
        }
    }

    @Test
    void aQueryOutsideOfTheLoopsCallbacksIsSentThoughTheWaitIsPrepared() throws IOException {
        try (AioContext outer = open();
                AioContext ctx = open();
                EmbeddedLoop inner = ctx.embed();
                FdSource source = outer.onReadable(inner.fd(), (self, events) -> {
                    inner.dispatch();
                    inner.prepare();
                });
                PqConnection connection = new PqConnection(ctx, settings())) {
            inner.prepare();
            for (int query = 0; query < 3; query++) {
                CompletableFuture<?> answer = connection.query("SELECT 1");
                Eventually.pollUntil(outer, "the answer of query " + query, answer::isDone);
            }
            assertThat(source.isOpen()).isTrue();
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void listenersThatQueryDoNotNest() throws IOException {
        try (AioContext ctx = open();
                PqConnection listening = new PqConnection(ctx, settings());
                PqConnection asking = new PqConnection(ctx, settings())) {
            int[] depth = new int[2];
            pollUntilDone(ctx, listening.listen("many", payload -> {
                depth[1] = Math.max(depth[1], ++depth[0]);
                listening.query("SELECT 1");
                depth[0]--;
            }));
            pollUntilDone(ctx, asking.query("SELECT pg_notify('many', n::text) FROM generate_series(1, 100) n"));
            pollUntilDone(ctx, listening.query("SELECT 1")); // behind the notifications
            assertThat(depth[1]).isEqualTo(1);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aListenerThatThrowsIsReportedAndHeardAgain() throws IOException {
        try (AioContext ctx = open();
                PqConnection connection = new PqConnection(ctx, settings())) {
            List<String> heard = new ArrayList<>();
            pollUntilDone(ctx, connection.listen("news", payload -> {
                heard.add(payload);
                throw new IllegalStateException("cannot use " + payload);
            }));
            pollUntilDone(ctx, connection.query("NOTIFY news, 'one'"));
            pollUntilDone(ctx, connection.query("NOTIFY news, 'two'"));
            ctx.poll(false);
            assertThat(heard).containsExactly("one", "two");
            assertThat(reports).hasSize(2).allMatch(report -> report.startsWith("libpq (fd "));
            assertThat(reports.getFirst()).endsWith(": cannot use one");
        }
    }

    @Test
    void aConnectionThatTheServerEndsFailsItsQueries() throws IOException {
        try (AioContext ctx = open();
                PqConnection victim = new PqConnection(ctx, settings());
                PqConnection other = new PqConnection(ctx, settings())) {
            CompletableFuture<List<List<@Nullable String>>> pid = victim.query("SELECT pg_backend_pid()");
            pollUntilDone(ctx, pid);
            CompletableFuture<?> waiting = victim.query("SELECT pg_sleep(600)");
            CompletableFuture<?> behind = victim.query("SELECT 1");
            pollUntilDone(
                    ctx,
                    other.query("SELECT pg_terminate_backend("
                            + pid.join().getFirst().getFirst() + ")"));
            pollUntilDone(ctx, waiting);
            pollUntilDone(ctx, behind);

            assertThatThrownBy(waiting::join).cause().hasMessageContaining("terminating connection");
            assertThat(behind).isCompletedExceptionally();
            assertThatThrownBy(() -> victim.query("SELECT 1"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("closed");
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aServerThatRefusesOrIsMissingIsTold() throws IOException {
        try (AioContext ctx = open();
                PqConnection refused = new PqConnection(ctx, settings() + " dbname=missing")) {
            CompletableFuture<?> query = refused.query("SELECT 1");
            pollUntilDone(ctx, query);
            assertThatThrownBy(query::join).cause().hasMessageContaining("database \"missing\" does not exist");

            assertThatThrownBy(() -> new PqConnection(ctx, "host=/nowhere").close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No such file or directory");
            assertThatThrownBy(() -> new PqConnection(ctx, "nonsense").close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("missing \"=\" after \"nonsense\"");
        }
        assertThat(reports).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"POLL", "EPOLL"})
    void aSocketThatIsReplacedByOneOfAnotherNumberLeavesNoSourceBehind(MonitorMode monitor) throws IOException {
        EventNotifier lower = EventNotifier.open(); // its number is free when libpq tries the second host
        String settings = settings().replace("host=", "host=127.0.0.1,") + " port=1,5432";
        try (AioContext ctx = AioContext.builder()
                        .monitor(monitor)
                        .exceptionHandler((source, failure) -> reports.add(source + ": " + failure.getMessage()))
                        .open();
                PqConnection connection = new PqConnection(ctx, settings)) {
            lower.close();
            pollUntilDone(ctx, connection.query("SELECT 1"));
            assertThat(ctx.sources()).extracting(SourceInfo::name).containsExactly("libpq");
            ctx.poll(false);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void aCopyIsRefusedAndTheConnectionIsClosed() throws IOException {
        try (AioContext ctx = open();
                PqConnection connection = new PqConnection(ctx, settings())) {
            CompletableFuture<?> copy = connection.query("COPY (SELECT 1) TO STDOUT");
            pollUntilDone(ctx, copy);
            assertThatThrownBy(copy::join).cause().hasMessage("COPY is not supported");
        }
    }

    @Test
    void aConnectionThatIsClosedHalfwayLeavesNothingBehind() throws IOException {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = open()) {
            PqConnection connection = new PqConnection(ctx, settings());
            CompletableFuture<?> first = connection.query("SELECT 1").thenRun(connection::close);
            CompletableFuture<?> second = connection.query("SELECT 2");
            pollUntilDone(ctx, first);
            pollUntilDone(ctx, second);
            assertThat(second).isCancelled();
            assertThat(ctx.poll(false)).isFalse();
        }
        assertThat(OpenFiles.since(before)).isEmpty();
        assertThat(reports).isEmpty();
    }
}
