package dev.aiocontext;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.testkit.ChildJvm;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.KernelThreads;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.RealDescriptors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/**
 * A virtual thread for each input, as Pi4J's issue 622 has it: each waits in poll(2) for its GPIO pin, and the fifth never fires. A thread that
 * is in poll(2) holds its carrier, and there are four of those.
 */
final class BlockedCarriersTest {
    private static final int CARRIERS = 4;
    private static final int INPUTS = CARRIERS + 1;

    /** Waits for pipes, in poll(2) or by the loop. */
    static final class Inputs {
        private static final Map<Integer, String> FIRED = new ConcurrentHashMap<>();

        private Inputs() {}

        private interface Wait {
            void untilReadable(int fd) throws Exception;
        }

        public static void main(String[] args) throws Exception {
            Libc.gettid();
            try (RealDescriptors files = new RealDescriptors();
                    LoopThread loop = new LoopThread(AioContext.open())) {
                if (args[0].equals("poll")) {
                    inPoll(files);
                } else {
                    byLoop(files, loop);
                }
            }
        }

        private static List<int[]> start(RealDescriptors files, Map<Integer, Integer> tids, Wait wait) {
            List<int[]> pipes = new ArrayList<>();
            for (int i = 1; i <= INPUTS; i++) {
                int input = i;
                int[] pipe = files.pipe();
                pipes.add(pipe);
                Thread.startVirtualThread(() -> {
                    tids.put(input, Libc.gettid());
                    try {
                        wait.untilReadable(pipe[0]);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    FIRED.put(input, "fired");
                });
            }
            return pipes;
        }

        private static void inPoll(RealDescriptors files) {
            RealDescriptors.pollForever(files.readable()); // linked now: a virtual thread would let others in meanwhile
            Map<Integer, Integer> begun = new ConcurrentHashMap<>();
            List<int[]> pipes = start(files, begun, RealDescriptors::pollForever);
            Eventually.holds(
                    "four are blocked in poll(2)",
                    () -> begun.size() == CARRIERS && begun.values().stream().allMatch(KernelThreads::isSleeping));
            files.write(pipes.get(INPUTS - 1)[1]);
            System.out.println("the fifth has begun: " + begun.containsKey(INPUTS));
            files.write(pipes.get(0)[1]);
            Eventually.holds("the fifth fires", () -> FIRED.containsKey(INPUTS));
            System.out.println("it fires once the first has: " + FIRED.containsKey(1));
            pipes.forEach(pipe -> files.write(pipe[1]));
        }

        private static void byLoop(RealDescriptors files, LoopThread loop) {
            Map<Integer, Integer> begun = new ConcurrentHashMap<>();
            List<int[]> pipes = start(files, begun, fd -> loop.context.awaitReady(fd, FdEvents.READ));
            Eventually.holds("all have begun", () -> begun.size() == INPUTS);
            loop.awaitBlocked();
            for (int input = INPUTS; input >= 1; input--) {
                int fires = input;
                files.write(pipes.get(input - 1)[1]);
                Eventually.holds("it fires", () -> FIRED.containsKey(fires));
                System.out.println("fired: " + FIRED.size());
            }
        }
    }

    private static List<String> run(String way) throws Exception {
        ChildJvm.Result result = ChildJvm.onClassPath()
                .shortLived()
                .option(
                        "-Djdk.virtualThreadScheduler.parallelism=" + CARRIERS,
                        "-Djdk.virtualThreadScheduler.maxPoolSize=" + CARRIERS)
                .run(Inputs.class.getName(), way);
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output().lines().toList();
    }

    @Test
    void inPollTheFifthDoesNotEvenBegin() throws Exception {
        assertThat(run("poll")).containsExactly("the fifth has begun: false", "it fires once the first has: true");
    }

    @Test
    void byTheLoopEachFiresAlsoTheFifth() throws Exception {
        assertThat(run("loop")).containsExactly("fired: 1", "fired: 2", "fired: 3", "fired: 4", "fired: 5");
    }
}
