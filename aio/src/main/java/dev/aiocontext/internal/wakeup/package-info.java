/**
 * Floor 2: how a blocked loop is woken (arm, ring, the second look) and the queue of work that a wake-up announces.
 * Plain Java without a system call: the doorbell is a parameter, so that stress tests and fault injection run these
 * very classes.
 */
@NullMarked
package dev.aiocontext.internal.wakeup;

import org.jspecify.annotations.NullMarked;
