package dev.aiocontext.jmh;

import dev.aiocontext.jmh.machine.Affinity;
import dev.aiocontext.jmh.machine.CLibrary;
import dev.aiocontext.jmh.peer.LateTimer;
import dev.aiocontext.jmh.peer.Polling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * How late is a timer on a loop that does nothing else? The main class of a JVM of its own, without JMH, which would time the delay too. A
 * timer is armed anew each time it has fired; its handler reads the clock first. All threads have one processor.
 */
public final class TimerLateness {
    private static final long SEED = 7;

    /** The first part of so many does not count. */
    private static final int WARM_UP = 5;

    /** How long the delays are. */
    public enum Delay {
        /** 200 us to 2 ms: the loop sleeps. */
        IDLE(200_000, 2_000_000, Polling.OFF),
        /** 5 to 30 us: a loop of the library's polls all the time. */
        POLLING(5000, 30_000, Polling.ON);

        private final long least;
        private final long most;
        private final Polling polling;

        Delay(long least, long most, Polling polling) {
            this.least = least;
            this.most = most;
            this.polling = polling;
        }

        /** So many, at random. */
        long[] delays(int number) {
            return new Random(SEED).longs(number, least, most).toArray();
        }

        /** So many for a time. */
        int number(long millis) {
            return (int) Math.max(WARM_UP, TimeUnit.MILLISECONDS.toNanos(millis) / ((least + most) / 2));
        }
    }

    private TimerLateness() {}

    /**
     * Measures, and prints by how many nanoseconds the timer was late each time.
     *
     * @param args the peer, the delay, and for how many milliseconds
     * @throws InterruptedException if this thread was interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        Affinity.pin(Affinity.first());
        Delay delay = Delay.valueOf(args[1].toUpperCase(Locale.ROOT));
        long[] delays = delay.delays(delay.number(Long.parseLong(args[2])));
        long[] late = LateTimer.measure(LateTimer.Peer.valueOf(args[0]), delay.polling, delays);
        StringBuilder lines = new StringBuilder();
        for (int i = late.length / WARM_UP; i < late.length; i++) {
            lines.append(late[i]).append('\n');
        }
        System.out.print(lines);
    }

    /**
     * Measures in a JVM of its own.
     *
     * @param peer whose timer
     * @param delay how long the delays are
     * @param millis for how long, about
     * @return by how many nanoseconds the timer was late, in order of size
     * @throws IOException if the JVM cannot be started
     */
    public static long[] inOwnProcess(String peer, String delay, long millis) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        if (CLibrary.problem().isEmpty()) {
            command.add("-D" + CLibrary.PROPERTY + "=" + CLibrary.path());
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TimerLateness.class.getName()));
        command.addAll(List.of(peer, delay, Long.toString(millis)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(command + " ended with " + status);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a timer is measured", e);
        }
        long[] late = said.lines().mapToLong(Long::parseLong).toArray();
        Arrays.sort(late);
        return late;
    }
}
