package dev.aiocontext.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.VirtualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of the guide about seeing: its programs are those beside this test, they work, and its events are all that there are. */
class SeeingTest {
    private static final Path PAGE = Page.ROOT.resolve("docs/guide/seeing.md");
    private static final Path SOURCES = Path.of("src/test/java/dev/aiocontext/examples");

    @Test
    void thePageShowsTheProgramsThatAreCompiledHere() throws IOException {
        assertThat(Page.of("docs/guide/seeing.md").programs())
                .containsExactly(program("AioMetrics"), program("RateLimit"));
    }

    private static String program(String name) throws IOException {
        return Files.readString(SOURCES.resolve(name + ".java"))
                .replaceFirst("package dev.aiocontext.examples;\n\n", "");
    }

    @Test
    void micrometerGetsWhatTheContextCounts() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (AioContext ctx = AioContext.builder().name("metered").open()) {
            new AioMetrics(ctx).bindTo(registry);
            ctx.every(Duration.ofMillis(1), ctx::stop);
            do {
                ctx.run();
            } while (ctx.statistics().load().waiting().isZero()); // a timer that was due at once
            assertThat(counted(registry, "aio.polls"))
                    .isEqualTo((double) ctx.statistics().polls());
            assertThat(counted(registry, "aio.timers"))
                    .isEqualTo((double) ctx.statistics().timers().fired());
            assertThat(counted(registry, "aio.busy")).isPositive();
            assertThat(counted(registry, "aio.waiting")).isPositive();
            assertThat(counted(registry, "aio.wakeups")).isNotNegative();
            assertThat(counted(registry, "aio.doorbells")).isNotNegative();
            assertThat(gauge(registry, "aio.busy.since")).isZero();
            assertThat(gauge(registry, "aio.lag.max"))
                    .isEqualTo(seconds(ctx.statistics().timers().late()));
            assertThat(registry.get("aio.sources").gauge().value()).isEqualTo(1);
        }
    }

    private static double gauge(SimpleMeterRegistry registry, String name) {
        return registry.get(name).tag("context", "metered").gauge().value();
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    private static double counted(SimpleMeterRegistry registry, String name) {
        return registry.get(name).tag("context", "metered").functionCounter().count();
    }

    @Test
    void aLimitedHandlerIsCalledOnceInATime() {
        VirtualClock clock = new VirtualClock();
        AtomicInteger calls = new AtomicInteger();
        Duration pause = Duration.ofSeconds(1);
        try (AioContext ctx = AioContext.builder().clock(clock).open();
                EventNotifier ready = EventNotifier.open();
                FdSource source = ctx.onReadable(
                        ready.fd(), new RateLimit(ctx, pause, (self, events) -> calls.incrementAndGet()))) {
            ready.set();
            for (int i = 1; i <= 3; i++) {
                while (ctx.poll(false)) {}
                assertThat(calls).hasValue(i);
                assertThat(source.isSuspended()).isTrue();
                clock.advance(pause);
            }
        }
    }

    @Test
    void thePageListsAllEvents() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            String code = files.filter(file -> file.toString().endsWith("Event.java"))
                    .map(SeeingTest::read)
                    .collect(Collectors.joining());
            assertThat(names("\\| `(dev\\.aiocontext\\.\\w+)`", read(PAGE)))
                    .isEqualTo(names("@Name\\(\"(dev\\.aiocontext\\.\\w+)\"\\)", code))
                    .isNotEmpty();
        }
    }

    private static Set<String> names(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
