package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.EmbeddedLoop;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.sdbus.BusConnection;
import dev.aiocontext.examples.sdbus.Call;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.OpenFiles;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sd-bus calls and hears signals on the loop; calls time out; a bus that goes is told; nothing is left behind. */
class BusConnectionTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String NAME_CHANGES = "type='signal',member='NameOwnerChanged'";

    @TempDir
    private Path directory;

    private BusDaemon bus;

    private final List<String> reports = new ArrayList<>();

    @BeforeAll
    static void require() {
        BusDaemon.require();
    }

    @BeforeEach
    void start() {
        bus = new BusDaemon(directory);
    }

    @AfterEach
    void stop() {
        bus.close();
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
    void manyCallsAtOnceAreAllAnswered(MonitorMode monitor, RelayMode relay) {
        try (AioContext ctx = AioContext.builder().monitor(monitor).relay(relay).open();
                BusConnection connection = new BusConnection(ctx, bus.address())) {
            List<CompletableFuture<List<Object>>> answers = IntStream.range(0, 500)
                    .mapToObj(i -> connection.call(Call.ofBus("NameHasOwner"), LONG, "org.freedesktop.DBus"))
                    .toList();
            pollUntilDone(ctx, CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)));
            assertThat(answers).allMatch(answer -> answer.join().equals(List.of(1L)));
        }
    }

    @Test
    void answersAreReadAndErrorsAreTold() {
        try (AioContext ctx = open();
                BusConnection connection = new BusConnection(ctx, bus.address())) {
            CompletableFuture<List<Object>> names = connection.call(Call.ofBus("ListNames"), LONG);
            CompletableFuture<List<Object>> nobody =
                    connection.call(new Call("org.example.Nobody", "/", "org.example.Any", "Ask"), LONG);
            pollUntilDone(ctx, names);
            pollUntilDone(ctx, nobody);

            assertThat(names.join()).containsExactly(List.of("org.freedesktop.DBus", connection.uniqueName()));
            assertThatThrownBy(nobody::join)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("org.freedesktop.DBus.Error.ServiceUnknown: ");
        }
    }

    @Test
    void signalsAreHeardAlsoAfterAListenerHasThrown() {
        try (AioContext ctx = open();
                BusConnection listening = new BusConnection(ctx, bus.address())) {
            List<Object> heard = new ArrayList<>();
            listening.onSignal(NAME_CHANGES, values -> {
                throw new IllegalStateException("not interested");
            });
            listening.onSignal(NAME_CHANGES, values -> heard.add(values.getFirst()));
            pollUntilDone(ctx, listening.call(Call.ofBus("GetId"), LONG));
            try (BusConnection other = new BusConnection(ctx, bus.address())) {
                pollUntilDone(ctx, other.call(Call.ofBus("GetId"), LONG));
                String name = other.uniqueName();
                while (!heard.contains(name)) {
                    ctx.poll(true);
                }
                ctx.poll(false);
            }
            assertThat(reports)
                    .isNotEmpty()
                    .allMatch(report -> report.contains("sd-bus") && report.endsWith(": not interested"));
        }
    }

    @Test
    void aCallThatIsNotAnsweredTimesOut() {
        try (AioContext ctx = open();
                BusConnection asking = new BusConnection(ctx, bus.address());
                AioContext idle = open();
                BusConnection silent = new BusConnection(idle, bus.address())) {
            pollUntilDone(idle, silent.call(Call.ofBus("GetId"), LONG));
            Call call = new Call(silent.uniqueName(), "/", "org.example.Any", "Ask");

            CompletableFuture<List<Object>> answer = asking.call(call, Duration.ofMillis(20));
            pollUntilDone(ctx, answer);

            assertThatThrownBy(answer::join)
                    .cause()
                    .hasMessage("org.freedesktop.DBus.Error.NoReply: Method call timed out");
        }
    }

    @Test
    void aCallOutsideOfTheLoopsCallbacksTimesOutThoughTheWaitIsPrepared() {
        try (AioContext outer = open();
                AioContext ctx = open();
                EmbeddedLoop inner = ctx.embed();
                FdSource source = outer.onReadable(inner.fd(), (self, events) -> {
                    inner.dispatch();
                    inner.prepare();
                });
                BusConnection asking = new BusConnection(ctx, bus.address());
                AioContext idle = open();
                BusConnection silent = new BusConnection(idle, bus.address())) {
            pollUntilDone(idle, silent.call(Call.ofBus("GetId"), LONG));
            inner.prepare();
            CompletableFuture<List<Object>> first = asking.call(Call.ofBus("GetId"), LONG);
            Eventually.pollUntil(outer, "the answer of the bus", first::isDone);

            Call call = new Call(silent.uniqueName(), "/", "org.example.Any", "Ask");
            CompletableFuture<List<Object>> answer = asking.call(call, Duration.ofMillis(20));
            Eventually.pollUntil(outer, "the end of its time", answer::isDone);

            assertThat(answer).isCompletedExceptionally();
            assertThat(source.isOpen()).isTrue();
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void callsEndWithTheBusAndSayWhy() {
        try (AioContext ctx = open();
                BusConnection connection = new BusConnection(ctx, bus.address());
                AioContext idle = open();
                BusConnection silent = new BusConnection(idle, bus.address())) {
            pollUntilDone(idle, silent.call(Call.ofBus("GetId"), LONG));
            pollUntilDone(ctx, connection.call(Call.ofBus("GetId"), LONG));
            Call call = new Call(silent.uniqueName(), "/", "org.example.Any", "Ask");
            CompletableFuture<List<Object>> pending = connection.call(call, LONG);
            bus.close();
            CompletableFuture<List<Object>> late = connection.call(Call.ofBus("GetId"), LONG);
            pollUntilDone(ctx, pending);
            pollUntilDone(ctx, late);

            assertThatThrownBy(pending::join).cause().isInstanceOf(IOException.class);
            assertThatThrownBy(late::join).cause().isInstanceOf(IOException.class);
            ctx.poll(false);
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void callsToABusThatRefusesTheConnectionEndWithItsErrno() throws IOException {
        Path path = directory.resolve("refusing");
        try (ServerSocketChannel refusing =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
                AioContext ctx = open();
                BusConnection connection = new BusConnection(ctx, "unix:path=" + path);
                SocketChannel peer = refusing.accept()) {
            CompletableFuture<List<Object>> answer = connection.call(Call.ofBus("GetId"), LONG);
            peer.write(ByteBuffer.wrap("REJECTED\r\n".repeat(3).getBytes(StandardCharsets.US_ASCII)));
            Eventually.pollUntil(ctx, "the call ends", answer::isDone);

            assertThatThrownBy(answer::join)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessage("sd_bus_process failed with errno 1");
        }
        assertThat(reports).isEmpty();
    }

    @Test
    void anAnswerMayCloseTheConnectionAndNothingIsLeftBehind() {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = open()) {
            BusConnection connection = new BusConnection(ctx, bus.address());
            CompletableFuture<Void> first =
                    connection.call(Call.ofBus("GetId"), LONG).thenRun(connection::close);
            CompletableFuture<List<Object>> second =
                    connection.call(new Call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.Peer", "Ping"), LONG);
            pollUntilDone(ctx, first);
            pollUntilDone(ctx, second);
            assertThat(ctx.poll(false)).isFalse();
        }
        assertThat(OpenFiles.since(before)).isEmpty();
        assertThat(reports).isEmpty();
    }
}
