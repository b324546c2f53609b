package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.AioTimer;
import dev.aiocontext.BottomHalf;
import dev.aiocontext.EmbeddedLoop;
import dev.aiocontext.EventNotifier;
import dev.aiocontext.FdEvents;
import dev.aiocontext.MonitorMode;
import dev.aiocontext.PollHook;
import dev.aiocontext.RelayMode;
import dev.aiocontext.Source;
import dev.aiocontext.internal.posix.Libc;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.testkit.Eventually;
import dev.aiocontext.testkit.Opened;
import dev.aiocontext.testkit.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Opens sources of every kind, has each of them called, and closes them. Prints what is left behind. The JVM is started with SIGUSR1
 * blocked, so that there are all routes of signals.
 */
final class SourceChurn {
    private static final int PID = (int) ProcessHandle.current().pid();
    private static final long PARENT =
            ProcessHandle.current().parent().orElseThrow().pid();
    private static final Duration LONG = Duration.ofHours(1);
    private static final List<RelayMode> RELAYS = List.of(RelayMode.OFF, RelayMode.THREAD);
    private static final List<MonitorMode> MONITORS = List.of(MonitorMode.AUTO, MonitorMode.POLL, MonitorMode.EPOLL);

    /** In one round of so many there are a child and an inotify instance: to start the one and to close the other takes milliseconds. */
    private static final int RARELY = 16;

    /** Compilers and the like come and go. */
    private static final int THREADS_OF_THE_JVM = 3;

    private final Path directory;
    private final AtomicInteger told = new AtomicInteger();

    private SourceChurn(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] args) throws IOException {
        Logger.getLogger("").setLevel(Level.OFF); // it warns of each source that its context closes
        int rounds = Integer.parseInt(args[0]);
        SourceChurn churn = new SourceChurn(Files.createTempDirectory("churn"));
        try {
            churn.onOneContext(rounds);
            churn.measure(rounds, churn::onItsOwnContext);
        } finally {
            Files.delete(churn.directory);
        }
    }

    private interface Round {
        void run(int number) throws IOException;
    }

    /** The context stays, and an inotify instance with it, which may gather watches. */
    private void onOneContext(int rounds) throws IOException {
        try (AioContext ctx = AioContext.builder().relay(RelayMode.THREAD).open();
                Inotify inotify = Inotify.on(ctx)) {
            measure(rounds, number -> {
                try (Opened opened = new Opened()) {
                    open(ctx, opened, number);
                    embedded(ctx, opened);
                    opened.add(inotify.watch(directory, InotifyKind.OPEN, (watch, event) -> {}));
                    Path gone = Files.createFile(directory.resolve("watched"));
                    inotify.watch(gone, InotifyKind.OPEN, (watch, event) -> told.incrementAndGet());
                    await(ctx, () -> Files.delete(gone)); // which closes the watch
                }
                ctx.poll(false); // what was closed is freed
            });
        }
    }

    /** Every fifth round leaves the sources to the end of the context. */
    private void onItsOwnContext(int number) throws IOException {
        RelayMode relay = RELAYS.get(number % RELAYS.size());
        MonitorMode monitor = MONITORS.get(number / RELAYS.size() % MONITORS.size());
        try (Opened afterwards = new Opened();
                AioContext ctx =
                        AioContext.builder().relay(relay).monitor(monitor).open()) {
            Opened opened = number % 5 == 0 ? afterwards : new Opened();
            open(ctx, opened, number);
            if (monitor != MonitorMode.POLL) {
                embedded(ctx, opened);
            }
            if (opened != afterwards) {
                opened.close();
            }
        }
    }

    private void measure(int rounds, Round round) throws IOException {
        Belongings first = Belongings.now();
        for (int i = 0; i < RARELY + rounds / 10; i++) {
            round.run(i); // whatever the JVM itself opens, starts and allocates, it has by now
        }
        Belongings before = Belongings.now();
        for (int i = 0; i < rounds; i++) {
            round.run(i);
        }
        try {
            int most = before.threads() + THREADS_OF_THE_JVM;
            Eventually.holds("threads end", () -> Belongings.now().threads() <= most);
        } catch (AssertionError more) {
            System.out.println("threads " + more.getMessage());
        }
        Belongings after = Belongings.now();
        after.descriptorsSince(before).forEach(left -> System.out.println("left " + left));
        after.otherThingsSince(first).forEach(left -> System.out.println("left " + left));
        System.out.println("kibibytes " + (after.kibibytes() - before.kibibytes()));
        System.out.println("rounds " + rounds + ", told " + told);
    }

    private void open(AioContext ctx, Opened opened, int number) throws IOException {
        if (number % RARELY == 0) {
            inotify(ctx, opened);
            child(ctx);
        }
        opened.add(ChildExit.on(ctx, PARENT, (source, status) -> {}));
        signals(ctx, opened, number);
        notifier(ctx, opened);
        timersAndHooks(ctx, opened);
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Does what is to call a source, and polls until it has. */
    private void await(AioContext ctx, Action action) throws IOException {
        int before = told.get();
        action.run();
        Eventually.pollUntil(ctx, "a source is called", () -> told.get() > before);
    }

    private void inotify(AioContext ctx, Opened opened) throws IOException {
        Inotify inotify = opened.add(Inotify.on(ctx));
        opened.add(inotify.watch(directory, InotifyKind.CREATE, (watch, event) -> told.incrementAndGet()));
        Path file = directory.resolve("file");
        await(ctx, () -> Files.createFile(file));
        Files.delete(file);
    }

    private void signals(AioContext ctx, Opened opened, int number) throws IOException {
        SignalHandler handler = (source, event) -> told.incrementAndGet();
        opened.add(Signals.on(ctx, "WINCH", SignalRoute.JVM, handler));
        await(ctx, () -> Libc.kill(PID, SignalNumber.of("WINCH")));
        SignalRoute route = number % 2 == 0 ? SignalRoute.SIGNALFD : SignalRoute.SIGWAIT_THREAD;
        opened.add(Signals.on(ctx, "USR1", route, handler));
        await(ctx, () -> Libc.kill(PID, SignalNumber.of("USR1")));
    }

    private void child(AioContext ctx) throws IOException {
        int pid = Spawn.start("/bin/true");
        await(ctx, () -> ChildExit.reaping(ctx, pid, (source, status) -> told.incrementAndGet()));
    }

    private void notifier(AioContext ctx, Opened opened) throws IOException {
        EventNotifier notifier = opened.notifier();
        PollHook hook = () -> false;
        opened.add(ctx.watch("notifier", notifier.fd(), FdEvents.READ, hook, (source, events) -> {
            notifier.testAndClear();
            told.incrementAndGet();
        }));
        await(ctx, notifier::set);
    }

    private void timersAndHooks(AioContext ctx, Opened opened) throws IOException {
        AioTimer timer = opened.add(ctx.newTimer("timer", (source, expiry) -> told.incrementAndGet()));
        BottomHalf bh = opened.add(ctx.newBottomHalf("bottom half", () -> {}));
        Source hook = opened.add(ctx.newHook("hook", wait -> bh.scheduleIdle()));
        await(ctx, () -> timer.arm(Duration.ofNanos(50_000)));
        hook.close();
        timer.arm(LONG);
        opened.add(ctx.every(LONG, () -> {}));
    }

    private void embedded(AioContext ctx, Opened opened) throws IOException {
        AioContext inner = opened.context(AioContext.builder().relay(RelayMode.OFF));
        EmbeddedLoop embedded = opened.add(inner.embed());
        opened.add(ctx.onReadable(embedded.fd(), (source, events) -> {
            embedded.dispatch();
            embedded.prepare();
        }));
        inner.after(Duration.ofNanos(50_000), told::incrementAndGet);
        await(ctx, embedded::prepare);
    }
}
