/**
 * jcstress tests: two or three threads meet in one of the library's own classes, millions of times, and every outcome
 * that the class rules out is forbidden. The class under test is the library's, never a copy; what would block is
 * replaced by a counter.
 */
@NullMarked
package dev.aiocontext.stress;

import org.jspecify.annotations.NullMarked;
