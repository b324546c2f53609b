/** The report: runs a suite of the benchmarks, and writes what came of it as JSON and as one page of HTML with charts. */
@NullMarked
package dev.aiocontext.jmh.report;

import org.jspecify.annotations.NullMarked;
