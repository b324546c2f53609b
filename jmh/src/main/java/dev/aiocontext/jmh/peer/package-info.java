/** What the library is compared with, and the library itself, all behind the same few interfaces. */
@NullMarked
package dev.aiocontext.jmh.peer;

import org.jspecify.annotations.NullMarked;
