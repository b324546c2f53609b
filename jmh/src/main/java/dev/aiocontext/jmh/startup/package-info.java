/** How long a whole process takes that opens a first loop, runs it and closes it. */
@NullMarked
package dev.aiocontext.jmh.startup;

import org.jspecify.annotations.NullMarked;
