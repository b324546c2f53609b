/**
 * Floor 4: the SIGIO relay, the second chain beside the doorbell: its modes, its architecture gate, its thread, and the
 * check that the JVM survives the signal. Knows floors 1 and 2.
 */
@NullMarked
package dev.aiocontext.internal.relay;

import org.jspecify.annotations.NullMarked;
