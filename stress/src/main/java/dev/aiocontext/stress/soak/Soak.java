package dev.aiocontext.stress.soak;

import dev.aiocontext.AioContext;
import dev.aiocontext.RelayMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: reads its arguments, runs, and ends with 0 if nothing was lost and nothing grew, else with 1. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description =
                "Puts a mixed load on loops of every relay mode and monitor, and says at the end whether anything was"
                        + " lost, or grew. Exit status: 0 if not, 1 if so, 2 for wrong arguments.")
public final class Soak implements Callable<Integer> {
    private static final double DEFAULT_MINUTES = 5;
    private static final double MILLIS_A_MINUTE = 60_000;

    @Option(names = "--hours", description = "How long, in hours; fractions too.")
    private double hours;

    @Option(names = "--minutes", description = "How long, in minutes; 5 if neither is given.")
    private double minutes;

    @Option(names = "--seed", description = "Of what is chosen at random (default: ${DEFAULT-VALUE}).")
    private long seed = 1184405;

    private Soak() {}

    /**
     * Runs the soak and ends the JVM.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        double wanted = hours * 60 + minutes;
        Duration duration = Duration.ofMillis((long) ((wanted > 0 ? wanted : DEFAULT_MINUTES) * MILLIS_A_MINUTE));
        List<String> complaints = new Run(duration, seed, possibleRelays()).complaints();
        complaints.forEach(complaint -> System.out.println("  " + complaint));
        System.out.println(
                complaints.isEmpty() ? "verdict: nothing was lost, nothing grew" : "verdict: FAILED, see above");
        return complaints.isEmpty() ? 0 : 1;
    }

    /** PROCESS needs a JVM that was started with SIGIO blocked. */
    private static List<RelayMode> possibleRelays() {
        List<RelayMode> possible = new ArrayList<>(List.of(RelayMode.OFF, RelayMode.THREAD, RelayMode.DEFERRED));
        try {
            AioContext.builder().relay(RelayMode.PROCESS).open().close();
            possible.add(RelayMode.PROCESS);
        } catch (IllegalStateException refused) {
            System.out.println("without relay mode PROCESS: " + refused.getMessage());
        }
        return possible;
    }
}
