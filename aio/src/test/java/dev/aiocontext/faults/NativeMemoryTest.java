package dev.aiocontext.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aiocontext.AioContext;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdSource;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Native memory is given back by the call that ends its use: in these JVMs no collection comes to do it. */
class NativeMemoryTest {
    private static final int CONTEXTS = 5_000;
    private static final int THREADS = Rounds.of(50_000);

    private static ChildJvm withoutCollections() {
        return ChildJvm.onClassPath()
                .option("-XX:+DisableExplicitGC", "-Xmx1g", "-Xmn700m", "-XX:MaxDirectMemorySize=4m", Rounds.option())
                .option("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    }

    private static long residentKibibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** Opens contexts, has the arrays of each grow, and closes it. */
    static final class Contexts {
        private Contexts() {}

        public static void main(String[] args) throws IOException {
            AioContext.Builder builder =
                    AioContext.builder().relay(RelayMode.valueOf(args[0])).monitor(MonitorMode.valueOf(args[1]));
            List<EventNotifier> notifiers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                EventNotifier notifier = EventNotifier.open();
                notifier.set();
                notifiers.add(notifier);
            }
            for (int i = 0; i < CONTEXTS / 10; i++) {
                open(builder, notifiers);
            }
            long kibibytes = residentKibibytes();
            long before = directBytes();
            int contexts = Integer.parseInt(args[2]);
            for (int i = 0; i < contexts; i++) {
                open(builder, notifiers);
            }
            System.out.println("opened, direct memory grew by " + (directBytes() - before));
            System.out.println("kibibytes " + (residentKibibytes() - kibibytes));
        }

        private static void open(AioContext.Builder builder, List<EventNotifier> notifiers) {
            try (AioContext ctx = builder.open()) {
                List<FdSource> sources = new ArrayList<>();
                notifiers.forEach(notifier -> sources.add(ctx.onReadable(notifier.fd(), (source, events) -> {})));
                ctx.poll(false);
                ctx.poll(false);
                sources.forEach(FdSource::close); // and no warning
            }
        }
    }

    static List<Arguments> modes() {
        return List.of(
                Arguments.of(RelayMode.THREAD, MonitorMode.AUTO),
                Arguments.of(RelayMode.OFF, MonitorMode.POLL),
                Arguments.of(RelayMode.OFF, MonitorMode.EPOLL));
    }

    @ParameterizedTest
    @MethodSource("modes")
    void contextsThatAreClosedHoldNone(RelayMode relay, MonitorMode monitor) throws Exception {
        String contexts = Integer.toString(Rounds.of(CONTEXTS)); // few will do: not a byte may be left
        ChildJvm.Result result =
                withoutCollections().run(Contexts.class.getName(), relay.name(), monitor.name(), contexts);
        assertThat(result.output()).contains("opened, direct memory grew by 0");
        assertThat(result.exit()).isZero();
    }

    static Stream<Arguments> someModes() {
        return Rounds.cases(3, modes());
    }

    /** The heap is there from the start, so all that grows is native: each context has more than 512 bytes at its end. */
    @ParameterizedTest
    @MethodSource("someModes")
    void contextsThatAreClosedLeaveNoResidentMemory(RelayMode relay, MonitorMode monitor) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .option("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:+DisableExplicitGC")
                .option("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
                .run(Contexts.class.getName(), relay.name(), monitor.name(), Integer.toString(CONTEXTS));
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(figure(result, "kibibytes")).isLessThan(CONTEXTS / 2);
    }

    /** Fails to open contexts when one descriptor is left, which is the doorbell's. */
    static final class Refused {
        private static final int TRIES = 20_000;

        private Refused() {}

        public static void main(String[] args) throws IOException {
            AioContext.Builder epoll = AioContext.builder().relay(RelayMode.OFF).monitor(MonitorMode.EPOLL);
            AioContext.Builder relay = AioContext.builder().relay(RelayMode.THREAD);
            epoll.open().close();
            relay.open().close();
            List<EventNotifier> taken = new ArrayList<>();
            try {
                while (true) {
                    taken.add(EventNotifier.open());
                }
            } catch (SyscallException full) {
                taken.removeLast().close();
            }
            tryToOpen(epoll, TRIES / 10);
            tryToOpen(relay, TRIES / 10);
            long before = residentKibibytes();
            tryToOpen(epoll, TRIES);
            tryToOpen(relay, TRIES / 10);
            System.out.println("kibibytes " + (residentKibibytes() - before));
        }

        private static void tryToOpen(AioContext.Builder builder, int times) {
            for (int i = 0; i < times; i++) {
                assertThatThrownBy(builder::open).isInstanceOf(SyscallException.class);
            }
        }
    }

    @Test
    void contextsThatCannotBeOpenedHoldNone() throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .startedBy("sh", "-c", "ulimit -n 100; exec \"$@\"", "sh")
                .option("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
                .run(Refused.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(figure(result, "kibibytes")).as(result.output()).isLessThan(Refused.TRIES / 4);
    }

    /** Threads that notify a loop once each, platform threads and virtual ones. */
    static final class Threads {
        private Threads() {}

        public static void main(String[] args) throws InterruptedException {
            AtomicInteger ran = new AtomicInteger();
            try (LoopThread loop =
                    new LoopThread(AioContext.builder().relay(RelayMode.THREAD).open())) {
                notify(loop, ran, 100);
                long before = directBytes();
                notify(loop, ran, THREADS);
                System.out.println("direct " + (directBytes() - before));
            }
            System.out.println("ran " + ran);
        }

        private static void notify(LoopThread loop, AtomicInteger ran, int threads) throws InterruptedException {
            Runnable once = () -> loop.context.execute(ran::incrementAndGet);
            List<Thread> some = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                some.add(i % 4 == 0 ? Thread.ofPlatform().start(once) : Thread.startVirtualThread(once));
                if (some.size() == 8) {
                    for (Thread thread : some) {
                        thread.join();
                    }
                    some.clear();
                }
            }
            for (Thread thread : some) {
                thread.join();
            }
        }
    }

    @Test
    void threadsThatNotifyOnceAndEndLeaveNone() throws Exception {
        ChildJvm.Result result = withoutCollections().run(Threads.class.getName());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(figure(result, "ran")).isEqualTo(THREADS + 100);
        assertThat(figure(result, "direct")).isZero();
    }

    private static long figure(ChildJvm.Result result, String name) {
        return result.output()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in: " + result.output()));
    }
}
