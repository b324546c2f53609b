/**
 * Benchmarks, one question a class. They use what a user of the library uses, the exported package. Figures say
 * something only beside others of the same run on the same machine.
 */
@NullMarked
package dev.aiocontext.jmh;

import org.jspecify.annotations.NullMarked;
