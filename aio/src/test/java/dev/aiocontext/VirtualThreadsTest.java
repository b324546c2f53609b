package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;

/** Many virtual threads wait for as many descriptors, and for the loop, and none of them holds its carrier. */
final class VirtualThreadsTest {
    private static final int THREADS = Rounds.of(100_000);

    /** Descriptors that the JVM and the loop have themselves, and some more. */
    private static final int SPARE = 500;

    /** Many threads wait for as many descriptors as there may be; each of them is told, and makes a call. */
    static final class Crowd {
        private Crowd() {}

        public static void main(String[] args) throws Exception {
            int threads = Integer.parseInt(args[0]);
            List<EventNotifier> notifiers = new ArrayList<>();
            for (int i = Math.min(threads, limit() - SPARE); i > 0; i--) {
                notifiers.add(EventNotifier.open());
            }
            Path file = Files.createTempFile("pinned", ".jfr");
            AtomicInteger told = new AtomicInteger();
            AtomicInteger parked = new AtomicInteger();
            List<Thread> waiting = new ArrayList<>();
            try (Recording recording = new Recording();
                    LoopThread loop = new LoopThread(AioContext.open())) {
                waitOnce(
                        loop.context); // classes are loaded now, which pins a virtual thread that must wait for another
                recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
                recording.start();
                int[] answers = new int[1];
                for (int i = 0; i < threads; i++) {
                    EventNotifier notifier = notifiers.get(i % notifiers.size());
                    waiting.add(Thread.startVirtualThread(() -> {
                        try {
                            parked.incrementAndGet();
                            if (loop.context
                                    .awaitReady(notifier.fd(), FdEvents.READ)
                                    .isReadable()) {
                                told.incrementAndGet();
                            }
                            loop.context.call(() -> ++answers[0]);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }));
                }
                Eventually.holds("all wait", () -> parked.get() == threads && areParked(waiting));
                if (told.get() != 0) {
                    throw new AssertionError("told without an event: " + told);
                }
                notifiers.forEach(EventNotifier::set);
                for (Thread thread : waiting) {
                    Eventually.ends(thread);
                }
                recording.stop();
                recording.dump(file);
                if (notifiers.size() < threads) {
                    System.out.println(notifiers.size() + " descriptors for " + threads + " threads: the limit is "
                            + limit() + ", and this process may not raise it");
                }
                System.out.println("told " + told + ", answered " + loop.context.call(() -> answers[0]));
            }
            long pinned = RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                    .peek(System.out::println)
                    .count();
            Files.delete(file);
            System.out.println("pinned " + pinned);
        }

        private static void waitOnce(AioContext context) {
            EventNotifier notifier = EventNotifier.open();
            Thread first = Thread.startVirtualThread(() -> {
                try {
                    context.awaitReady(notifier.fd(), FdEvents.READ);
                    context.call(() -> 1);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            Eventually.holds("it waits", () -> first.getState() == Thread.State.WAITING);
            notifier.set();
            Eventually.ends(first);
            notifier.close();
        }

        private static boolean areParked(List<Thread> threads) {
            return threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING);
        }

        private static int limit() throws Exception {
            return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                    .filter(line -> line.startsWith("Max open files"))
                    .mapToInt(line -> Integer.parseInt(line.substring(26, 46).strip()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void eachOfManyIsToldAndNoCarrierIsPinned() throws Exception {
        // The limit of descriptors is raised as far as this user may. Where it is less, several threads share a
        // descriptor.
        String raise = "ulimit -n " + (THREADS + 2 * SPARE) + " 2>/dev/null || ulimit -n $(ulimit -Hn); exec \"$@\"";
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .startedBy("sh", "-c", raise, "sh")
                .run(Crowd.class.getName(), Integer.toString(THREADS));
        System.out.print(result.output()); // it says where several threads had to share a descriptor
        assertThat(result.output()).contains("told " + THREADS + ", answered " + THREADS, "pinned 0");
        assertThat(result.exit()).isZero();
    }
}
