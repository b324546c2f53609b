/*
 * Specimen: Netty's epoll loop in 2019, until pull request 9561 took it back. The loop resets wakenUp by lazySet, a
 * release store, and then looks for tasks. A comment said that an ordered store is sufficient, for the only access outside
 * the loop's thread is a getAndSet. But what the reset must not come after is the loop's own look: another thread puts a task into
 * the queue, finds wakenUp still set, and leaves the doorbell alone.
 *
 *   LAZY_SET   the bug; without it, a volatile store
 *
 * The doorbell is edge-triggered and is never read: a write wakes one wait, and that is all there is of it. Netty's waits
 * ended by themselves after a second then, which hid it; these do not.
 */
#define WORKERS 2
#define CPUS (WORKERS + 1)
#define LOOP 0

#define WAKEN_UP 0
#define TASKS    1      /* a bit for each */
#define VARS     2

#include "memory.pml"
#include "insurance.pml"

#define ALL ((1 << WORKERS) - 1)

byte completed;

/* execute() */
proctype worker(byte me)
{
    byte before;
    fetch_or(me, TASKS, (1 << (me - 1)));
    exchange(me, WAKEN_UP, 1, before);      /* wakeup() */
    if
    :: before == 0 -> ring_doorbell()
    :: else
    fi;
    signal_outside()
}

proctype loop()
{
    bool piped;
    byte took;
    do
    :: true ->
        store(LOOP, WAKEN_UP, 0);
#ifndef LAZY_SET
        fence(LOOP);
#endif
        if
        :: memory[TASKS] != 0
        :: else ->
            d_step { doorbell || relay_pipe; doorbell = false; piped = relay_pipe };
#ifdef REACH_RESCUE
            assert(!(piped && memory[TASKS] != 0));
#endif
        fi;
        store(LOOP, WAKEN_UP, 1);
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        exchange(LOOP, TASKS, 0, took);
        d_step { completed = completed | took; took = 0 }
    od
}

init
{
    atomic {
        start_buffers();
        run loop();
        run relay();
        run worker(1);
        run worker(2)
    }
}

ltl served_all { <> (completed == ALL) }
