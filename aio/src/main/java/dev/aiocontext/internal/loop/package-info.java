/**
 * Floor 5: the engine, one class for each thread contract. {@link dev.aiocontext.internal.loop.Inbox} belongs to all threads,
 * {@link dev.aiocontext.internal.loop.Home} says which thread is the home thread, {@link
 * dev.aiocontext.internal.loop.Loop} belongs to that one, and {@link dev.aiocontext.internal.loop.LoopParts} has what it is made of.
 * Knows the floors below and the words of {@code dev.aiocontext}, but none of its doors.
 */
@NullMarked
package dev.aiocontext.internal.loop;

import org.jspecify.annotations.NullMarked;
