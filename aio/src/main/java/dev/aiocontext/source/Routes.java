package dev.aiocontext.source;

import dev.aiocontext.internal.posix.KernelThread;
import dev.aiocontext.internal.posix.SignalNumber;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses the route of a signal by the signal masks of all threads, or says why there is none. Any thread. */
final class Routes {
    private static final int NAMES_IN_MESSAGE = 6;

    private Routes() {}

    /** Chooses a route. */
    static SignalRouteChoice choose(int signal, @Nullable SignalRoute asked) {
        Refusals.requireAllowed(signal);
        List<KernelThread> unblocked = KernelThread.all();
        unblocked.removeIf(thread -> thread.blocks(signal));
        SignalRoute route = asked != null ? asked : SignalRoute.JVM;
        String name = SignalNumber.name(signal);
        if (route == SignalRoute.JVM) {
            requireJvm(signal, name, unblocked);
            return new SignalRouteChoice(route, reason(name, unblocked) + warning(name));
        }
        throw new UnsupportedOperationException(name + " cannot come by " + route + " yet");
    }

    /** Makes what the chosen route does. */
    static Way way(HandledSignal handled) {
        return new JvmHandler(handled);
    }

    private static void requireJvm(int signal, String name, List<KernelThread> unblocked) {
        if (!JdkSignals.exist()) {
            throw new UnsupportedOperationException(
                    name + " cannot come by the JVM's own handlers: this run-time image has no"
                            + " module jdk.unsupported, which jlink links in by --add-modules jdk.unsupported");
        }
        if (unblocked.isEmpty()) {
            throw new UnsupportedOperationException(
                    name + " cannot come by the JVM's own handlers: each thread of this process blocks it");
        }
        if (name.equals("SIGQUIT")) {
            throw new UnsupportedOperationException(
                    "SIGQUIT cannot come by the JVM's own handlers: the JVM prints its threads on it");
        }
        if (isShutdown(name) && KernelThread.current().ignores(signal)) {
            throw new UnsupportedOperationException(
                    name + " cannot come by the JVM's own handlers: the process was started with " + name
                            + " ignored, as by nohup(1), and the JVM leaves it so");
        }
    }

    private static boolean isShutdown(String name) {
        return name.equals("SIGHUP") || name.equals("SIGINT") || name.equals("SIGTERM");
    }

    private static String reason(String name, List<KernelThread> unblocked) {
        String names =
                unblocked.stream().limit(NAMES_IN_MESSAGE).map(Object::toString).collect(Collectors.joining(", "));
        return unblocked.size() + " threads leave " + name + " unblocked: " + names
                + (unblocked.size() > NAMES_IN_MESSAGE ? ", ..." : "");
    }

    private static String warning(String name) {
        return name.equals("SIGUSR2") && System.getenv("_JAVA_SR_SIGNUM") == null
                ? ". The JVM suspends threads by SIGUSR2 for the flight recorder, which takes no samples meanwhile:"
                        + " the environment variable _JAVA_SR_SIGNUM=35 makes it use signal 35"
                : "";
    }
}
