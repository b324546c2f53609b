/*
 * Specimen D, QEMU until April 2020 (seen in qemu-img on aarch64): the loop announces that it is about to sleep, and
 * looks for work once more, but no fence keeps the two in order. On x86 the announcement is a locked instruction, which
 * is a fence by itself; on aarch64 its store may be seen after the look.
 *
 *   MISSING_FENCE   the bug; without it, smp_mb() follows the announcement
 */
#define WORKERS 2
#define CPUS (WORKERS + 1)
#define LOOP 0

#define NOTIFY_ME 0
#define SCHEDULED 1     /* a bit for each bottom half */
#define VARS      2

#include "memory.pml"
#include "insurance.pml"

#define ALL ((1 << WORKERS) - 1)

byte completed;

proctype worker(byte me)
{
    fetch_or(me, SCHEDULED, (1 << (me - 1)));
    fence(me);                          /* aio_notify() */
    if
    :: memory[NOTIFY_ME] != 0 -> ring_doorbell()
    :: else
    fi;
    signal_outside()
}

proctype loop()
{
    bool seen, piped;
    byte took;
    do
    :: true ->
        store(LOOP, NOTIFY_ME, 1);
#ifndef MISSING_FENCE
        fence(LOOP);
#endif
        if
        :: memory[SCHEDULED] != 0
        :: else ->
            d_step { doorbell || relay_pipe; seen = doorbell; piped = relay_pipe };
#ifdef REACH_RESCUE
            assert(!(piped && !seen && memory[SCHEDULED] != 0));
#endif
        fi;
        exchange(LOOP, NOTIFY_ME, 0, took);
        if
        :: seen -> doorbell = false; seen = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        exchange(LOOP, SCHEDULED, 0, took);
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
