package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.examples.cares.AresResolver;
import dev.aiocontext.testkit.OpenFiles;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** C-ares looks names up on the loop; it tries again in time; nothing is left behind. */
class AresResolverTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int FEW = 3;

    /** Each try takes twice as long as the one before: these take longer than an answer does on any machine. */
    private static final int MANY = 12;

    private final NameServer server = new NameServer();
    private @Nullable Throwable reported;

    @BeforeAll
    static void require() {
        Libraries.require("libcares.so.2", "libc-ares2");
    }

    @AfterEach
    void close() {
        server.close();
        assertThat(reported).isNull();
    }

    private AioContext open() {
        return AioContext.builder()
                .exceptionHandler((source, failure) -> reported = failure)
                .open();
    }

    private AresResolver resolver(AioContext ctx, Duration oneTry, int tries) {
        AresResolver resolver = new AresResolver(ctx, oneTry, tries);
        resolver.setServers(server.address());
        return resolver;
    }

    private static void pollUntilDone(AioContext ctx, CompletableFuture<?> future) {
        while (!future.isDone()) {
            ctx.poll(true);
        }
    }

    @ParameterizedTest
    @CsvSource({"POLL, OFF", "POLL, THREAD", "EPOLL, OFF", "EPOLL, THREAD"})
    void manyNamesAtOnceAreAllFound(MonitorMode monitor, RelayMode relay) throws UnknownHostException {
        try (AioContext ctx = AioContext.builder().monitor(monitor).relay(relay).open();
                AresResolver resolver = resolver(ctx, LONG, FEW)) {
            List<CompletableFuture<List<InetAddress>>> answers = IntStream.rangeClosed(1, 60)
                    .mapToObj(i -> resolver.lookup("x".repeat(i) + ".example.org"))
                    .toList();
            pollUntilDone(ctx, CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)));

            for (int i = 1; i <= 60; i++) {
                assertThat(answers.get(i - 1).join())
                        .containsExactly(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) i}));
            }
        }
    }

    @Test
    void aLostQueryIsSentAgainWhenItsTimeIsOver() {
        try (AioContext ctx = open();
                AresResolver resolver = resolver(ctx, SHORT, MANY)) {
            CompletableFuture<List<InetAddress>> late = resolver.lookup("late.example.org");
            pollUntilDone(ctx, late);
            assertThat(late.join()).hasSize(1);
            assertThat(server.ignored()).containsExactlyInAnyOrder("1 late.example.org", "28 late.example.org");
        }
    }

    @Test
    void aNameWithoutAddressesAndAServerThatIsSilentAreToldApart() {
        try (AioContext ctx = open();
                AresResolver patient = resolver(ctx, LONG, FEW);
                AresResolver impatient = resolver(ctx, SHORT, FEW)) {
            CompletableFuture<List<InetAddress>> missing = patient.lookup("missing.example.org");
            CompletableFuture<List<InetAddress>> silent = impatient.lookup("silent.example.org");
            pollUntilDone(ctx, missing);
            pollUntilDone(ctx, silent);

            assertThatThrownBy(missing::join)
                    .cause()
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("missing.example.org: Domain name not found");
            assertThatThrownBy(silent::join)
                    .cause()
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("silent.example.org: Timeout while contacting DNS servers");
        }
    }

    @Test
    void lookupsThatAreClosedHalfwayLeaveNothingBehind() {
        Map<Integer, String> before = OpenFiles.now();
        try (AioContext ctx = open()) {
            AresResolver resolver = resolver(ctx, LONG, FEW);
            CompletableFuture<List<InetAddress>> silent = resolver.lookup("silent.example.org");
            while (server.ignored().isEmpty()) {
                ctx.poll(false);
            }

            resolver.close();

            assertThat(silent).isCancelled();
            assertThat(ctx.poll(false)).isFalse();
            assertThatThrownBy(() -> resolver.lookup("x"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("closed");
        }
        assertThat(OpenFiles.since(before)).isEmpty();
    }

    @Test
    void anAnswerMayAskForTheNextNameAndMayCloseTheResolver() {
        try (AioContext ctx = open()) {
            AresResolver resolver = resolver(ctx, LONG, FEW);
            CompletableFuture<Void> second = resolver.lookup("a.example.org")
                    .thenCompose(addresses -> resolver.lookup("127.0.0.1")) // answered at once, within the call
                    .thenAccept(addresses -> resolver.close());
            pollUntilDone(ctx, second);
            assertThat(second).isCompleted();
        }
    }
}
