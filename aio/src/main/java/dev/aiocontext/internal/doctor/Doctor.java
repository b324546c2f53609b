package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.relay.RelayModes;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The main class of {@code ./doctor}: is waking a loop reliable here, is the relay needed, what would it cost? */
public final class Doctor {
    /** No wake-up was lost that should not be. */
    static final int ALL_WELL = 0;
    /** One was. */
    static final int LOST = 1;
    /** The command line, or a setting, is wrong. */
    static final int USAGE = 2;
    /** This platform is not supported, or does not let the doctor measure. */
    static final int UNSUPPORTED = 3;

    /** Set by the script if there is a terminal to draw on. */
    private static final String PROGRESS = "dev.aiocontext.doctor.progress";

    private final PrintStream out;
    private final PrintStream err;
    private final Examiner examiner;

    /** What finds out. */
    interface Examiner {
        /** Measures for about so long. */
        Findings examine(int seconds, Progress progress);
    }

    Doctor(PrintStream out, PrintStream err, Examiner examiner) {
        this.out = out;
        this.err = err;
        this.examiner = examiner;
    }

    /**
     * Runs the doctor, and ends the JVM with its exit status.
     *
     * @param args the command line, see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new Doctor(System.out, System.err, Examination::examine).run(args));
    }

    /** Runs the doctor; returns its exit status. */
    int run(String... args) {
        DoctorOptions options;
        try {
            options = DoctorOptions.parse(args);
        } catch (IllegalArgumentException e) {
            return complain(USAGE, e.getMessage() + "; see --help");
        }
        if (options.help()) {
            out.print(usage());
            out.flush();
            return ALL_WELL;
        }
        try {
            Platform.current(); // before anything that probes native access, which is a matter of the platform itself
            NativeAccess.require();
        } catch (UnsupportedOperationException | IllegalStateException e) {
            return complain(UNSUPPORTED, e.getMessage());
        }
        try {
            RelayModes.resolve(null);
        } catch (IllegalArgumentException e) {
            return complain(USAGE, e.getMessage());
        }
        return examine(options);
    }

    private int examine(DoctorOptions options) {
        Findings findings;
        try (Progress progress = progress(options)) {
            findings = examiner.examine(options.seconds(), progress);
        } catch (RuntimeException | Error e) { // status 1, the JVM's own for these, would mean a lost wake-up
            e.printStackTrace(err);
            return complain(UNSUPPORTED, "cannot measure here: " + e);
        }
        out.print(options.json() ? JsonReport.of(findings) + "\n" : TextReport.of(findings));
        out.flush();
        return findings.allWell() ? ALL_WELL : LOST;
    }

    private Progress progress(DoctorOptions options) {
        return Boolean.getBoolean(PROGRESS) ? new TerminalProgress(err, options.seconds()) : Progress.NONE;
    }

    private int complain(int status, @Nullable String message) {
        err.println("doctor: " + message);
        return status;
    }

    private static String usage() {
        try (InputStream text = Objects.requireNonNull(Doctor.class.getResourceAsStream("usage.txt"), "usage.txt")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
