package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Rounds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Contexts with a relay that are closed while others wake them, in a JVM of its own: a signal too many would end it. */
class CloseUnderFireTest {
    private static final int ROUNDS = Rounds.of(3_000);

    /** Says what was left, and how many strangers were written to; with a second argument, the relay thread stays all the time. */
    static final class Fire {
        private static volatile @Nullable AioContext target;
        private static volatile boolean done;
        private static RelayMode relay = RelayMode.THREAD;
        private static final AtomicInteger FAILURES = new AtomicInteger();

        private Fire() {}

        public static void main(String[] args) throws Exception {
            relay = RelayMode.valueOf(args[0]);
            rounds(100); // whatever the JVM itself opens, it has by now
            Map<Integer, String> before = OpenFiles.now();
            int strangers;
            if (args.length == 1) {
                strangers = rounds(ROUNDS);
            } else {
                try (AioContext keeper = withRelay()) {
                    strangers = rounds(ROUNDS);
                    keeper.poll(false);
                }
            }
            System.out.println("strangers " + strangers);
            System.out.println("failures " + FAILURES);
            System.out.println("descriptors " + OpenFiles.since(before).size());
        }

        private static int rounds(int count) throws InterruptedException {
            done = false;
            List<Thread> notifiers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                notifiers.add(Thread.ofPlatform().start(Fire::fire));
            }
            int strangers = 0;
            for (int i = 0; i < count; i++) {
                AioContext ctx = withRelay();
                target = ctx;
                for (int poll = i % 4; poll > 0; poll--) {
                    ctx.poll(true);
                }
                ctx.close();
                strangers += heirsThatAreSet();
            }
            done = true;
            for (Thread notifier : notifiers) {
                notifier.join();
            }
            return strangers;
        }

        private static AioContext withRelay() {
            return AioContext.builder().relay(relay).monitor(MonitorMode.POLL).open();
        }

        private static void fire() {
            while (!done) {
                AioContext ctx = target;
                if (ctx != null) {
                    try {
                        ctx.execute(() -> {});
                    } catch (RejectedExecutionException closed) {
                        Thread.onSpinWait();
                    } catch (RuntimeException | Error e) {
                        FAILURES.incrementAndGet();
                    }
                }
            }
        }

        /** What is opened next gets the numbers of the doorbell and of the pipe. */
        private static int heirsThatAreSet() {
            int set = 0;
            List<EventNotifier> heirs = List.of(EventNotifier.open(), EventNotifier.open(), EventNotifier.open());
            for (EventNotifier heir : heirs) {
                set += heir.testAndClear() ? 1 : 0;
                heir.close();
            }
            return set;
        }
    }

    static Stream<String> cases() {
        return Rounds.cases(3, List.of("THREAD", "THREAD keep", "DEFERRED", "DEFERRED keep"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nobodyIsSignalledOrWrittenToThatHasGoneAndNothingIsLeft(String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Fire.class.getName()));
        command.addAll(List.of(arguments.split(" ", -1)));
        ChildJvm.Result result = ChildJvm.onClassPath().option(Rounds.option()).run(command.toArray(String[]::new));
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output().lines()).containsExactly("strangers 0", "failures 0", "descriptors 0");
    }
}
