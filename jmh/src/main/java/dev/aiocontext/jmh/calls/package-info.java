/** The same system calls, made in each of the ways that Java has. */
@NullMarked
package dev.aiocontext.jmh.calls;

import org.jspecify.annotations.NullMarked;
