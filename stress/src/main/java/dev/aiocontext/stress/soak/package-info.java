/**
 * The soak: the library under a mixed load for minutes or hours, with loops of every relay mode and monitor, and a verdict
 * at the end. {@link dev.aiocontext.stress.soak.Soak} is where it begins.
 */
@NullMarked
package dev.aiocontext.stress.soak;

import org.jspecify.annotations.NullMarked;
