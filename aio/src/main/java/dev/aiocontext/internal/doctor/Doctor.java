package dev.aiocontext.internal.doctor;

import dev.aiocontext.internal.posix.NativeAccess;
import dev.aiocontext.internal.posix.Platform;
import dev.aiocontext.internal.relay.RelayModes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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

    /** Set by the script: the width of the terminal to draw the progress on; 0 or nothing if there is none. */
    private static final String COLUMNS = "dev.aiocontext.doctor.columns";

    /**
     * Set by the script: what is added to the exit status. The script can tell a result by that, because a JVM that cannot
     * start ends with status 1, too.
     */
    private static final String BASE = "dev.aiocontext.doctor.base";

    private final OutputStream out;
    private final PrintStream err;
    private final Examiner examiner;

    /** Does the measuring: {@link Examination}, or what a test puts in its place. */
    interface Examiner {
        /** Measures for about so long. */
        Findings examine(int seconds, Progress progress);
    }

    /**
     * Makes a doctor.
     *
     * @param out what the report goes to; not a {@link PrintStream}, which keeps silent when it cannot write
     * @param err what complaints and the progress go to
     * @param examiner what finds out
     */
    Doctor(OutputStream out, PrintStream err, Examiner examiner) {
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
        Doctor doctor = new Doctor(new FileOutputStream(FileDescriptor.out), System.err, Examination::examine);
        System.exit(Integer.getInteger(BASE, 0) + doctor.run(args));
    }

    /** Runs the doctor; returns its exit status, whatever happens: status 1, the JVM's own for what is thrown, says more. */
    int run(String... args) {
        try {
            return diagnose(args);
        } catch (IOException e) {
            return complain(UNSUPPORTED, "cannot write to standard output: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            e.printStackTrace(err);
            return complain(UNSUPPORTED, "cannot measure here: " + e);
        }
    }

    private int diagnose(String... args) throws IOException {
        DoctorOptions options;
        try {
            options = DoctorOptions.parse(args);
        } catch (IllegalArgumentException e) {
            return complain(USAGE, e.getMessage() + "; see --help");
        }
        if (options.help()) {
            print(usage());
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

    private int examine(DoctorOptions options) throws IOException {
        String announcement = TextReport.announcement(options.seconds());
        if (options.json()) {
            err.print(announcement); // standard output is for the program that reads the JSON
        } else {
            print(announcement + "\n");
        }
        Findings findings;
        try (Progress progress = progress(options)) {
            findings = examiner.examine(options.seconds(), progress);
        }
        print(options.json() ? JsonReport.of(findings) + "\n" : TextReport.of(findings));
        return findings.allWell() ? ALL_WELL : LOST;
    }

    private Progress progress(DoctorOptions options) {
        int columns = Integer.getInteger(COLUMNS, 0);
        if (columns <= 0) {
            return Progress.NONE;
        }
        Progress progress = new TerminalProgress(err, columns, options.seconds());
        // A signal ends the JVM without a way through the caller's finally.
        Runtime.getRuntime().addShutdownHook(new Thread(progress::close, "doctor-progress-end"));
        return progress;
    }

    private void print(String text) throws IOException {
        out.write(text.getBytes(System.out.charset()));
        out.flush();
    }

    private int complain(int status, @Nullable String message) {
        err.println("doctor: " + message);
        return status;
    }

    private static String usage() {
        try (InputStream text = Objects.requireNonNull(Doctor.class.getResourceAsStream("usage.txt"), "usage.txt")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the usage", e);
        }
    }
}
