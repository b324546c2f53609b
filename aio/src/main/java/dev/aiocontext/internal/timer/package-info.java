/**
 * Floor 2: the timers of one clock, as data structure and protocol. They are told the time, and know nothing of the loop. {@code
 * TimerWheel} keeps deadlines, {@code TimerEntry} is what a timer is armed for, {@code TimerQueue} lets any thread arm. May use
 * {@code wakeup}.
 */
@NullMarked
package dev.aiocontext.internal.timer;

import org.jspecify.annotations.NullMarked;
