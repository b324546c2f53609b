package dev.aiocontext.source;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.SignalFd;
import dev.aiocontext.internal.posix.SignalNumber;
import dev.aiocontext.internal.posix.Signals;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the route of a signal by the signal masks of all threads, or says why there is none:
 * <ol>
 *   <li>A signal that the kernel or the JVM keeps is refused ({@link Refusals}).
 *   <li>SIGIO belongs to the relay, so {@link #ofSigio} decides.
 *   <li>A signal that each thread blocks comes by signalfd(2), and by a thread in sigwait(3) where there is no signalfd(2).
 *   <li>Any other signal comes by the JVM's own handlers.
 * </ol>
 *
 * <p><b>Threads.</b> Any. An object belongs to one call of {@link #choose}.
 */
final class Routes {
    private static final int NAMES_IN_MESSAGE = 6;
    private static final String RELAY_THREAD = "aiocontext-sigio-relay";
    private static final String SIGUSR2 = "SIGUSR2";

    /** The signals by which the JVM is told to end. It unblocks them, unless it was started with -Xrs. */
    private static final Set<String> SHUTDOWN = Set.of("SIGHUP", "SIGINT", "SIGTERM");

    private final int signal;
    private final String name;

    /** The threads that leave the signal unblocked; not the relay's for SIGIO. */
    private final List<KernelThread> unblocked;

    private Routes(int signal) {
        this.signal = signal;
        this.name = SignalNumber.name(signal);
        this.unblocked = KernelThread.all();
        unblocked.removeIf(thread -> thread.blocks(signal));
        if (signal == Signals.SIGIO) {
            // Shown as unblocked while it waits in sigwait.
            Set<Integer> relay = relayThreads();
            unblocked.removeIf(thread -> relay.contains(thread.tid()));
        }
    }

    private static Set<Integer> relayThreads() {
        return KernelThread.named(RELAY_THREAD).stream().map(KernelThread::tid).collect(Collectors.toSet());
    }

    /**
     * Chooses a route.
     *
     * @param asked the route that is asked for, or null
     * @param context the context of the first source
     */
    static SignalRouteChoice choose(int signal, @Nullable SignalRoute asked, AioContext context) {
        Refusals.requireAllowed(signal);
        Routes routes = new Routes(signal);
        SignalRouteChoice choice = signal == Signals.SIGIO ? routes.ofSigio(context) : routes.ofOther(asked);
        if (asked != null && asked != choice.route()) {
            throw routes.refused(asked, "it comes by " + choice.route() + ": " + choice.reason());
        }
        return choice;
    }

    /** Makes what the chosen route does. */
    static Way way(HandledSignal handled) {
        if (handled.signal == Signals.SIGIO) {
            return new SigioWay(handled, !new Routes(handled.signal).unblocked.isEmpty());
        }
        return switch (handled.choice.route()) {
            case JVM -> new JvmHandler(handled);
            case SIGNALFD -> new SignalfdWay(handled);
            case SIGWAIT_THREAD -> new SigwaitWay(handled);
        };
    }

    private SignalRouteChoice ofOther(@Nullable SignalRoute asked) {
        if (asked == SignalRoute.JVM || (asked == null && !unblocked.isEmpty())) {
            requireJvm();
            return new SignalRouteChoice(SignalRoute.JVM, theUnblocked() + warning());
        }
        if (!unblocked.isEmpty()) {
            throw refused(
                    asked == null ? SignalRoute.SIGNALFD : asked,
                    theUnblocked() + ", so the kernel gives it to one of them. " + howToBlock());
        }
        boolean isSupported = SignalFd.isSupported(signal);
        if (asked == SignalRoute.SIGNALFD && !isSupported) {
            throw refused(asked, "the kernel, or a sandbox, refuses signalfd(2)");
        }
        SignalRoute route = asked != null ? asked : isSupported ? SignalRoute.SIGNALFD : SignalRoute.SIGWAIT_THREAD;
        return new SignalRouteChoice(
                route,
                "each thread blocks " + name
                        + (asked != null
                                ? ", and this route was asked for"
                                : isSupported ? "" : ", and signalfd(2) is refused"));
    }

    /** Decides for SIGIO: the relay thread, if there is one, may take it. Nobody may take it from a relay in mode PROCESS. */
    private SignalRouteChoice ofSigio(AioContext context) {
        if (context.relayMode() != RelayMode.OFF) {
            String others =
                    unblocked.isEmpty() ? "" : ", and a handler of the JVM for the threads that leave it unblocked";
            if (!unblocked.isEmpty()) {
                requireJvm();
            }
            return new SignalRouteChoice(
                    SignalRoute.SIGWAIT_THREAD, "the relay's thread waits for SIGIO in sigwait" + others);
        }
        if (!relayThreads().isEmpty()) {
            throw new UnsupportedOperationException("SIGIO cannot have a source in AioContext " + context.name()
                    + ": it has no relay, and the relay thread of another context takes SIGIO. Open this context with relay mode"
                    + " THREAD too");
        }
        if (unblocked.isEmpty()) {
            throw new UnsupportedOperationException("SIGIO cannot have a source in AioContext " + context.name()
                    + ": each thread blocks it, and then it comes by the relay's thread alone. Open the context with relay mode"
                    + " THREAD or PROCESS");
        }
        requireJvm();
        return new SignalRouteChoice(SignalRoute.JVM, theUnblocked());
    }

    private void requireJvm() {
        if (!JdkSignals.exist()) {
            throw refused(
                    SignalRoute.JVM,
                    "this run-time image has no module jdk.unsupported, which jlink links in by --add-modules jdk.unsupported");
        }
        if (unblocked.isEmpty()) {
            throw refused(SignalRoute.JVM, "each thread blocks it, so no handler is ever called");
        }
        if (isWithoutDispatcher()) {
            throw refused(
                    SignalRoute.JVM, "the JVM was started with -Xrs, and then it calls no handler. " + howToBlock());
        }
        if (name.equals("SIGQUIT")) {
            throw refused(SignalRoute.JVM, "the JVM prints its threads on it. " + howToBlock());
        }
        if (SHUTDOWN.contains(name) && KernelThread.current().ignores(signal)) {
            throw refused(
                    SignalRoute.JVM,
                    "the process was started with " + name + " ignored, as by nohup(1), and the JVM leaves it so");
        }
    }

    /**
     * With -Xrs, HotSpot takes handlers of most signals and never calls them, because the thread that would is missing. Its name is
     * no promise, so the signal that HotSpot always handles without -Xrs has to be left alone too.
     */
    private static boolean isWithoutDispatcher() {
        return !KernelThread.current().catches(SignalNumber.of("QUIT"))
                && KernelThread.named("Signal Dispatcher").isEmpty();
    }

    private UnsupportedOperationException refused(SignalRoute route, String reason) {
        return new UnsupportedOperationException(name + " cannot come by " + route + ": " + reason);
    }

    private String theUnblocked() {
        String names =
                unblocked.stream().limit(NAMES_IN_MESSAGE).map(Object::toString).collect(Collectors.joining(", "));
        return unblocked.size() + " threads leave " + name + " unblocked: " + names
                + (unblocked.size() > NAMES_IN_MESSAGE ? ", ..." : "");
    }

    private String howToBlock() {
        String variable = name.equals(SIGUSR2) ? "_JAVA_SR_SIGNUM=35 " : "";
        String option = SHUTDOWN.contains(name) || name.equals("SIGQUIT") ? "-Xrs " : "";
        return "To have it blocked in each thread, start the JVM as `" + variable + "env --block-signal=" + name
                + " java " + option + "...`";
    }

    private String warning() {
        return name.equals(SIGUSR2) && System.getenv("_JAVA_SR_SIGNUM") == null
                ? ". The JVM suspends threads by SIGUSR2 for the flight recorder, which takes no samples meanwhile:"
                        + " the environment variable _JAVA_SR_SIGNUM=35 makes it use signal 35"
                : "";
    }
}
