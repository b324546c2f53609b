package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.RelayMode;
import dev.aiocontext.SyscallException;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.LoopThread;
import dev.aiocontext.testkit.OpenFiles;
import dev.aiocontext.testkit.Strace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** What a child JVM of {@link SignalProcessTest} does, by its first argument. It prints what it finds. */
final class SignalProgram {
    private static final int PID = (int) ProcessHandle.current().pid();

    private SignalProgram() {}

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "terminate" -> terminate();
            case "blocked" -> blocked(args[1]);
            case "withoutSignalfd" -> withoutSignalfd(args[1]);
            case "sigio" -> sigio(RelayMode.valueOf(args[1]));
            case "refusals" -> refusals(args);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void send(String signal) {
        if (Libc.kill(PID, SignalNumber.of(signal)) != 0) {
            throw new AssertionError("kill");
        }
    }

    /** Waits until a thread has taken the signal. An echo of the relay may have been told before, and the signal has its earlier effect soon. */
    private static void awaitTaken(String signal) {
        Eventually.holds("SIG" + signal + " is not pending", () -> {
            String pending = KernelThread.current().status().getOrDefault("ShdPnd", "0");
            return (Long.parseUnsignedLong(pending.strip(), 16) >> (SignalNumber.of(signal) - 1) & 1) == 0;
        });
    }

    /** Is told of one SIGTERM, and leaves the second to the JVM. */
    private static void terminate() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("the hook runs")));
        try (AioContext ctx = AioContext.open()) {
            Signals.on(ctx, "TERM", (source, event) -> {
                System.out.println("told " + event.name());
                source.close();
                System.out.println("closed");
            });
            System.out.println("ready");
            ctx.run();
        }
    }

    /** Each thread blocks the signal. */
    private static void blocked(String signal) {
        for (MonitorMode monitor : new MonitorMode[] {MonitorMode.POLL, MonitorMode.EPOLL}) {
            for (RelayMode relay : new RelayMode[] {RelayMode.OFF, RelayMode.THREAD}) {
                for (SignalRoute route : new SignalRoute[] {SignalRoute.SIGNALFD, SignalRoute.SIGWAIT_THREAD}) {
                    Map<Integer, String> before = OpenFiles.now();
                    AioContext.Builder builder =
                            AioContext.builder().monitor(monitor).relay(relay);
                    int comes = comes(signal, builder, route);
                    int closes = closes(signal, builder, route);
                    Eventually.holds(
                            "no thread is left",
                            () -> KernelThread.named("aiocontext-sigw").isEmpty()); // the kernel keeps 15 characters
                    System.out.println(monitor + " " + relay + " " + route + " told " + comes + ", closed " + closes
                            + ", left " + OpenFiles.since(before).size() + " descriptors");
                }
            }
        }
        try (AioContext ctx = AioContext.open();
                SignalSource source = Signals.on(ctx, signal, (self, event) -> {})) {
            System.out.println(
                    "chosen " + source.route().route() + ": " + source.route().reason());
            refused(ctx, signal, SignalRoute.JVM);
        }
        try (AioContext ctx = AioContext.open()) {
            refused(ctx, signal, SignalRoute.JVM);
        }
    }

    private static void refused(AioContext ctx, String signal, SignalRoute route) {
        try (SignalSource source = Signals.on(ctx, signal, route, (self, event) -> {})) {
            System.out.println("not refused: " + source.route());
        } catch (UnsupportedOperationException e) {
            System.out.println(e.getMessage());
        }
    }

    /** A signal that comes while the last source is closed stays pending, or was told: the next source hears of it. */
    private static int closes(String signal, AioContext.Builder builder, SignalRoute route) {
        AtomicInteger told = new AtomicInteger();
        int rounds = 0;
        try (LoopThread loop = new LoopThread(builder.open())) {
            SignalSource suspended = Signals.on(loop.context, signal, route, (self, event) -> told.set(-1));
            suspended.suspend();
            send(signal);
            Eventually.holds("it is taken", () -> isScheduled(loop.context, suspended));
            suspended.close();
            try (SignalSource next = Signals.on(loop.context, signal, route, (self, event) -> told.incrementAndGet())) {
                Eventually.holds("it is told to " + next, () -> told.get() == 1);
            }
            while (rounds < 100) {
                int before = told.get();
                SignalSource closed = Signals.on(loop.context, signal, route, (self, event) -> told.incrementAndGet());
                send(signal);
                closed.close();
                SignalSource next = Signals.on(loop.context, signal, route, (self, event) -> told.incrementAndGet());
                Eventually.holds("it is told in the end", () -> told.get() > before);
                next.close();
                closed.closed().toCompletableFuture().join();
                next.closed().toCompletableFuture().join();
                rounds++;
            }
        }
        return rounds;
    }

    private static boolean isScheduled(AioContext context, SignalSource source) {
        return context.sources().stream()
                .anyMatch(part -> part.owner().equals(source) && part.waitsFor().startsWith("scheduled"));
    }

    /** Two contexts and three sources: each is told of each signal of a row, and of the last of a storm. */
    private static int comes(String signal, AioContext.Builder builder, SignalRoute route) {
        AtomicIntegerArray told = new AtomicIntegerArray(3);
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        int sum = 0;
        try (LoopThread one = new LoopThread(builder.open());
                LoopThread two = new LoopThread(builder.open())) {
            List<SignalSource> sources = new ArrayList<>();
            for (int i = 0; i < told.length(); i++) {
                int number = i;
                AioContext context = number == 2 ? two.context : one.context;
                sources.add(Signals.on(context, signal, route, (self, event) -> {
                    if (route == SignalRoute.SIGNALFD && event.sender().orElseThrow() != PID) {
                        throw new AssertionError(event);
                    }
                    seen.set(sent.get());
                    told.incrementAndGet(number);
                }));
            }
            for (int i = 0; i < 20; i++) {
                int[] before = {told.get(0), told.get(1), told.get(2)};
                send(signal);
                for (int number = 0; number < told.length(); number++) {
                    int which = number;
                    Eventually.holds("source " + which + " is told", () -> told.get(which) > before[which]);
                    sum++;
                }
            }
            sources.get(0).close();
            sources.get(1).suspend();
            for (int i = 1; i <= 300; i++) {
                sent.set(i);
                send(signal);
            }
            Eventually.holds("the last is told", () -> seen.get() == 300);
            sources.get(1).close();
            sources.get(2).close(); // which may raise the last one again, if it was not told of it
        }
        return sum;
    }

    /** The kernel refuses signalfd(2), once because it does not know it, and once because there are no descriptors left. */
    private static void withoutSignalfd(String signal) throws IOException {
        Path log = Files.createTempFile("strace", ".log");
        AtomicInteger told = new AtomicInteger();
        try (AioContext ctx = AioContext.open()) {
            Map<Integer, String> before = OpenFiles.now();
            List<Integer> self = List.of(Libc.gettid());
            try (Strace strace = Strace.attach(log, self, "signalfd4:error=ENOSYS")) {
                try (SignalSource source = Signals.on(ctx, signal, (same, event) -> told.incrementAndGet())) {
                    System.out.println("chosen " + source.route().route() + ": "
                            + source.route().reason());
                    send(signal);
                    while (told.get() == 0) {
                        ctx.poll(true);
                    }
                }
                refused(ctx, signal, SignalRoute.SIGNALFD);
                System.out.println("injected " + !strace.injected().isEmpty());
            }
            try (Strace strace = Strace.attach(log, self, "signalfd4:error=EMFILE")) {
                Signals.on(ctx, signal, (source, event) -> {});
                System.out.println("injected " + strace.injected());
            } catch (SyscallException e) {
                System.out.println(e.getMessage());
            }
            System.out.println("left " + OpenFiles.since(before).size() + " descriptors");
        }
        Files.delete(log);
    }

    /** A SIGIO for the process is told, whichever thread takes it. */
    private static void sigio(RelayMode relay) {
        AtomicInteger told = new AtomicInteger();
        try (LoopThread loop = new LoopThread(AioContext.builder().relay(relay).open())) {
            SignalSource source = Signals.on(loop.context, "IO", (self, event) -> told.addAndGet(event.count()));
            System.out.println(source.route().route() + ": " + source.route().reason());
            for (int i = 0; i < 100; i++) {
                loop.awaitBlocked();
                int before = told.get();
                send("IO");
                Eventually.holds("SIGIO is told", () -> told.get() > before);
            }
            awaitTaken("IO");
            source.close();
            AtomicInteger again = new AtomicInteger();
            SignalSource first = Signals.on(loop.context, "IO", (self, event) -> again.incrementAndGet());
            Signals.on(loop.context, "IO", (self, event) -> {}).close();
            loop.awaitBlocked();
            send("IO");
            Eventually.holds("SIGIO is told to the one that is left", () -> again.get() > 0);
            awaitTaken("IO");
            first.close();
        }
        try (AioContext with = AioContext.builder().relay(relay).open();
                AioContext without = AioContext.builder()
                        .name("without")
                        .relay(RelayMode.OFF)
                        .open()) {
            SignalSource source = Signals.on(without, "IO", (self, event) -> {});
            System.out.println("not refused in " + without + " beside " + with + " " + source);
        } catch (UnsupportedOperationException e) {
            System.out.println(e.getMessage());
        }
        System.out.println("all is well");
    }

    private static void refusals(String... signals) {
        try (AioContext ctx = AioContext.open()) {
            for (int i = 1; i < signals.length; i++) {
                try (SignalSource source = Signals.on(ctx, signals[i], (self, event) -> {})) {
                    System.out.println(source.name() + " by " + source.route().route());
                } catch (UnsupportedOperationException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }
}
