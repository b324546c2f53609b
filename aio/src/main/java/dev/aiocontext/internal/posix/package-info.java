/**
 * Floor 1: system calls with their errno, and descriptors that close once. Knows the bindings only.
 */
@NullMarked
package dev.aiocontext.internal.posix;

import org.jspecify.annotations.NullMarked;
