/**
 * Floor 7: {@code ./doctor}, which measures on the user's own machine whether waking a loop is reliable, and what the
 * relay costs. Knows all floors; nobody knows this one.
 */
@NullMarked
package dev.aiocontext.internal.doctor;

import org.jspecify.annotations.NullMarked;
