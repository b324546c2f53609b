package dev.aiocontext.stress.specimens;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import org.openjdk.jcstress.annotations.Outcome;

/** What comes of a protocol as it was: some of it was served, or else nobody would have missed anything. */
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Served: by the loop's look, or after a ring.")
@Outcome(id = "false", expect = ACCEPTABLE_INTERESTING, desc = "Lost: the loop sleeps, and nobody rings.")
final class Bug {
    private Bug() {}
}
