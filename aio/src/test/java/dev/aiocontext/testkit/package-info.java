/**
 * Fixtures that the tests of the library share with those of the benchmarks and of the stress tests: threads that run a
 * context, other JVMs, doorbells with faults, waiting for a condition. No test lives here. A fixture uses the library and the
 * JDK; only {@code Strace} needs AssertJ too.
 */
package dev.aiocontext.testkit;
