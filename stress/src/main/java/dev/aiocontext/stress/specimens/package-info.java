/**
 * The museum: every way in which QEMU and Netty have lost a wake-up, or written one to a stranger, as far as we know; and two in
 * which loops have slept past a timer. Each
 * specimen is a class with the story, the interleaving and its source, and two tests in it: the protocol as it was, in which
 * the bug must be <em>seen</em>, and the repaired one, in which it is forbidden.
 *
 * <p>A specimen is a translation of C or of Java to what decides it, and no more. What would block is a flag that is looked
 * at in the end: the loop sleeps, so has anybody rung? Plain accesses of C are opaque ones here: no compiler removes them,
 * and no processor orders them. None of this is on the library's class path.
 */
@NullMarked
package dev.aiocontext.stress.specimens;

import org.jspecify.annotations.NullMarked;
