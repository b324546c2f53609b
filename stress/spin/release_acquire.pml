/*
 * Specimen: "a release store and an acquire load are enough". The notifier publishes by a release store and looks whether
 * the loop is armed by an acquire load; the loop arms by a release store and looks for work by an acquire load. That is
 * how data is handed over, and each of the two sees all that came before what it sees. But neither need see anything: both
 * stores may still be on their way while both loads are done (store buffering; Dekker).
 *
 *   RELEASE_ACQUIRE   the bug, on both sides
 *   IN_LOOP           ... or in the loop only
 *   IN_NOTIFIER       ... or in the notifier only
 *
 * Without any, a full fence stands between the two on both sides. A system call finds the caller's stores done, and the
 * one that it wakes sees them: the kernel's locks see to that.
 */
#define WORKERS 2
#define CPUS (WORKERS + 1)
#define LOOP 0

#define ARMED 0
#define WORK  1         /* a bit for each */
#define VARS  2

#include "memory.pml"
#include "insurance.pml"

#define ALL ((1 << WORKERS) - 1)

byte completed;

inline system_call(cpu) { fence(cpu) }

proctype worker(byte me)
{
    store_or(me, WORK, (1 << (me - 1)));
#if !defined(RELEASE_ACQUIRE) && !defined(IN_NOTIFIER)
    fence(me);
#endif
    if
    :: memory[ARMED] != 0 -> system_call(me); ring_doorbell()
    :: else
    fi;
#ifdef OUTSIDE
    system_call(me);
#endif
    signal_outside()
}

proctype loop()
{
    bool seen, piped;
    byte took;
    do
    :: true ->
        store(LOOP, ARMED, 1);
#if !defined(RELEASE_ACQUIRE) && !defined(IN_LOOP)
        fence(LOOP);
#endif
        if
        :: memory[WORK] != 0
        :: else -> d_step { doorbell || relay_pipe; seen = doorbell; piped = relay_pipe }
        fi;
        store(LOOP, ARMED, 0);
        fence(LOOP);
        if
        :: seen -> doorbell = false; seen = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        exchange(LOOP, WORK, 0, took);
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
