/**
 * Floor 1: system calls with their errno, descriptors that close once, and what /proc says of this process and its threads. Knows
 * the bindings only.
 */
@NullMarked
package dev.aiocontext.internal.posix;

import org.jspecify.annotations.NullMarked;
