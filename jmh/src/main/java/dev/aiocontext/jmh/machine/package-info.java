/** What the benchmarks ask of the machine: a C compiler, processors to pin threads to, whether a thread sleeps. */
@NullMarked
package dev.aiocontext.jmh.machine;

import org.jspecify.annotations.NullMarked;
