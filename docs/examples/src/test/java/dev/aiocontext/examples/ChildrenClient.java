package dev.aiocontext.examples;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.source.ChildExit;
import dev.aiocontext.testkit.Spawn;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Semaphore;

/**
 * Starts children that end at once and hears of their ends, so many for each line of its input. Prints the processor time of this process
 * and the wall time, in nanoseconds for each, and how many threads the JVM had at the most.
 */
final class ChildrenClient {
    /** How many children are running at a time. */
    static final int AT_ONCE = 50;

    private static final String PROGRAM = "/bin/true";

    /** How it hears. */
    enum Way {
        /** The library: one loop, a pidfd for each child, posix_spawn(3). */
        CHILD_EXIT,
        /** {@code ProcessHandle.onExit()} of the same children, and waitpid(2), because the JDK reaps no child that it has not started. */
        HANDLE_ON_EXIT,
        /** {@code ProcessBuilder.start().onExit()}: the JDK starts the children too, by a program of its own that starts the program. */
        PROCESS_ON_EXIT,
        /** waitpid(2) of the oldest child, in the thread that starts the children: the least that it can take. */
        WAITPID
    }

    private static final MethodHandle WAITPID = waitpid();

    private ChildrenClient() {}

    @SuppressWarnings("restricted")
    private static MethodHandle waitpid() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().find("waitpid").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    }

    public static void main(String[] arguments) throws Exception {
        Way way = Way.valueOf(arguments[0]);
        int children = Integer.parseInt(arguments[1]);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        while (System.in.read() == '\n') {
            threads.resetPeakThreadCount();
            long cpu = ProcessorTime.ofProcess();
            long wall = System.nanoTime();
            switch (way) {
                case CHILD_EXIT -> onLoop(children);
                case HANDLE_ON_EXIT -> byHandles(children);
                case PROCESS_ON_EXIT -> byProcesses(children);
                case WAITPID -> inTurn(children);
            }
            System.out.println((ProcessorTime.ofProcess() - cpu) / children + " "
                    + (System.nanoTime() - wall) / children + " " + threads.getPeakThreadCount());
        }
    }

    private static void onLoop(int children) {
        int[] running = new int[1];
        try (AioContext ctx = AioContext.builder().relay(RelayMode.OFF).open()) {
            for (int i = 0; i < children; i++) {
                running[0]++;
                ChildExit.reaping(ctx, Spawn.start(PROGRAM), (source, status) -> running[0]--);
                while (running[0] >= AT_ONCE) {
                    ctx.poll(true);
                }
            }
            while (running[0] > 0) {
                ctx.poll(true);
            }
        }
    }

    private static void byHandles(int children) throws InterruptedException {
        Semaphore places = new Semaphore(AT_ONCE);
        for (int i = 0; i < children; i++) {
            places.acquire();
            int pid = Spawn.start(PROGRAM);
            ProcessHandle.of(pid).orElseThrow().onExit().thenRun(() -> {
                reap(pid);
                places.release();
            });
        }
        places.acquire(AT_ONCE);
    }

    private static void byProcesses(int children) throws InterruptedException, IOException {
        Semaphore places = new Semaphore(AT_ONCE);
        ProcessBuilder builder = new ProcessBuilder(PROGRAM).inheritIO();
        for (int i = 0; i < children; i++) {
            places.acquire();
            builder.start().onExit().thenRun(places::release);
        }
        places.acquire(AT_ONCE);
    }

    private static void inTurn(int children) {
        Queue<Integer> running = new ArrayDeque<>();
        for (int i = 0; i < children; i++) {
            running.add(Spawn.start(PROGRAM));
            if (running.size() == AT_ONCE) {
                reap(running.remove());
            }
        }
        running.forEach(ChildrenClient::reap);
    }

    private static void reap(int pid) {
        try {
            int reaped = (int) WAITPID.invokeExact(pid, MemorySegment.NULL, 0);
            if (reaped != pid) {
                throw new AssertionError("waitpid returned " + reaped);
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
