/*
 * Specimen A, QEMU until April 2015: a bottom half (BH) whose "scheduled" flag is cleared too late to be seen.
 *
 * Two workers finish a request each and schedule the pool's one completion BH; its callback completes every request that
 * it finds done. qemu_bh_schedule() does nothing if the BH is scheduled already: then the callback is still to come and
 * will see the request. That is only so if both sides keep the order of what they write and what they read next:
 *
 *   LATE_CLEAR    the loop clears "scheduled" by a plain store, and only a read barrier stands before the callback
 *   EARLY_CHECK   the worker has no barrier between "the request is done" and its look at "scheduled"
 *
 * Without either it is the repaired form: an atomic exchange on both sides. The doorbell here is written by every
 * aio_notify(), to have one bug at a time; so IN_BRANCH is a signal by every aio_notify(), and OUTSIDE a signal by every
 * qemu_bh_schedule(), even by one that did nothing else.
 */
#define WORKERS 2
#define CPUS (WORKERS + 1)
#define LOOP 0

#define SCHEDULED 0
#define DONE      1     /* a bit for each request */
#define VARS      2

#include "memory.pml"
#include "insurance.pml"

#define ALL ((1 << WORKERS) - 1)

byte completed;

proctype worker(byte me)
{
    byte before;
    store_or(me, DONE, (1 << (me - 1)));    /* req->state = THREAD_DONE */
    /* qemu_bh_schedule() */
#ifdef EARLY_CHECK
    before = memory[SCHEDULED];
    if
    :: before
    :: else ->
        fence(me);
        store(me, SCHEDULED, 1);
        fence(me);                          /* in aio_notify() */
        ring_doorbell()
    fi;
#else
    exchange(me, SCHEDULED, 1, before);
    if
    :: before
    :: else -> ring_doorbell()
    fi;
#endif
    signal_outside()
}

proctype loop()
{
    bool seen, piped;
    byte scheduled;
    do
    :: true ->
        fence(LOOP);
        if
        :: memory[SCHEDULED] != 0
        :: else -> d_step { doorbell || relay_pipe; seen = doorbell; piped = relay_pipe }
        fi;
        if
        :: seen -> doorbell = false; seen = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        /* aio_bh_poll() */
#ifdef LATE_CLEAR
        scheduled = memory[SCHEDULED];
        if
        :: scheduled -> store(LOOP, SCHEDULED, 0)
        :: else
        fi;
#else
        exchange(LOOP, SCHEDULED, 0, scheduled);
#endif
        if
        :: scheduled -> completed = completed | memory[DONE]; scheduled = 0
        :: else
#ifdef REACH_NOTHING_TO_FIND
            /* Woken by the relay, with a request that is done and that nobody completes. */
            -> assert(!(memory[DONE] == ALL && completed != ALL && !memory[SCHEDULED] && !doorbell && !sigio && !relay_pipe))
#endif
        fi
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
