/**
 * Floor 3: waiting for descriptors, by poll(2) or epoll(7). Knows floor 1 only.
 */
@NullMarked
package dev.aiocontext.internal.fdmon;

import org.jspecify.annotations.NullMarked;
