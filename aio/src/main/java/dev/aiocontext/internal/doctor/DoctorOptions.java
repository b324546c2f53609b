package dev.aiocontext.internal.doctor;

/**
 * The options of the command line.
 *
 * @param seconds how long to measure, in all
 * @param json whether to report in JSON
 * @param help whether to explain the usage and do nothing else
 */
record DoctorOptions(int seconds, boolean json, boolean help) {
    static final int DEFAULT_SECONDS = 20;
    private static final int MAXIMUM_SECONDS = 3600;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if it is wrong; the message says what
     */
    static DoctorOptions parse(String... args) {
        int seconds = DEFAULT_SECONDS;
        boolean json = false;
        boolean help = false;
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals("--json")) {
                json = true;
            } else if (arg.equals("--help") || arg.equals("-h")) {
                help = true;
            } else if (arg.startsWith("--seconds=")) {
                seconds = seconds(arg.substring("--seconds=".length()));
            } else if (arg.equals("--seconds")) {
                if (++i == args.length) {
                    throw new IllegalArgumentException("--seconds needs a number");
                }
                seconds = seconds(args[i]);
            } else {
                throw new IllegalArgumentException("unknown argument \"" + arg + "\"");
            }
        }
        return new DoctorOptions(seconds, json, help);
    }

    private static int seconds(String value) {
        String range = "--seconds needs a whole number from 1 to " + MAXIMUM_SECONDS + ", not \"" + value + "\"";
        int seconds;
        try {
            seconds = Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(range, e);
        }
        if (seconds < 1 || seconds > MAXIMUM_SECONDS) {
            throw new IllegalArgumentException(range);
        }
        return seconds;
    }
}
