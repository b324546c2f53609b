package dev.aiocontext.stress.specimens;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Outcome;

/** What comes of a repaired protocol. */
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Served: by the loop's look, or after a ring.")
@Outcome(id = "false", expect = FORBIDDEN, desc = "Lost: the loop sleeps, and nobody rings.")
final class Repaired {
    private Repaired() {}
}
