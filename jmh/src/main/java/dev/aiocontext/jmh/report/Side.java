package dev.aiocontext.jmh.report;

import java.util.Set;

/** On which side of a comparison a row of a table stands, by its name. */
enum Side {
    /** The library. */
    OURS,
    /** What one would take instead. */
    PEER,
    /** The least there can be, written by hand for this one purpose, in Java. */
    BY_HAND,
    /** The same in C. */
    LIMIT;

    private static final Set<String> WRITTEN_BY_HAND =
            Set.of("SPIN", "FFM_POLL", "FFM_QUEUE", "NOTHING", "COMPARE_AND_SET");

    static Side of(String name) {
        if (name.startsWith("AIO")) {
            return OURS;
        }
        if (name.startsWith("C_")) {
            return LIMIT;
        }
        return WRITTEN_BY_HAND.contains(name) ? BY_HAND : PEER;
    }

    /** Whether it spins, so that its limit is what spins in C; otherwise that is what blocks. */
    static boolean spins(String name, String pollingSuffix) {
        return name.endsWith("SPIN") || name.endsWith(pollingSuffix);
    }
}
