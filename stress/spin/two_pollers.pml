/*
 * Specimens B and C, QEMU in 2014 and 2015: a context that two threads poll.
 *
 * The main loop (glib) sleeps without the big lock. Meanwhile a virtual processor's thread, which holds the lock, polls
 * the same context until a request of its own is completed: blk_write() does that. Two workers schedule a bottom half
 * (BH) each. The virtual processor waits for the first only, and then goes home: the second is the main loop's if it
 * comes late.
 *
 *   DISPATCHING   B: aio_notify() leaves the doorbell alone while ctx->dispatching says that somebody runs BHs
 *   CLEAR_LATE    C: the doorbell is cleared after the BHs ran, and not before
 *
 * Without either it is the repaired form: the doorbell is written while notify_me counts a thread that is about to sleep,
 * and cleared before the BHs run. The relay's pipe is the main loop's: the other thread does not poll it.
 *
 *   PIPE_READ_BY_ALL   ... or it does, and reads it
 */
#include "insurance.pml"

#define WORKERS 2
#define ALL ((1 << WORKERS) - 1)
#define OWN 1           /* the request that the virtual processor waits for */

bool locked;            /* the big lock */
byte scheduled;         /* the BHs that are to be run, a bit for each */
byte completed;
byte notify_me;
bool dispatching;

proctype worker(byte bh)
{
    d_step { scheduled = scheduled | bh };
    /* aio_notify() */
    if
#ifdef DISPATCHING
    :: !dispatching -> ring_doorbell()
#else
    :: notify_me != 0 -> ring_doorbell()
#endif
    :: else
    fi;
    signal_outside()
}

inline run_bottom_halves(thread_took)
{
    d_step { thread_took = scheduled; scheduled = 0 };
    d_step { completed = completed | thread_took; thread_took = 0 }
}

inline clear()
{
    if
    :: seen -> doorbell = false; seen = false
    :: else
    fi
}

inline dispatch(took)
{
#ifndef CLEAR_LATE
    clear();
#endif
    run_bottom_halves(took)
#ifdef CLEAR_LATE
    ; clear()
#endif
}

proctype main_loop()
{
    bool seen, piped, woken;
    byte took;
    do
    :: d_step { !locked -> locked = true };
        d_step { notify_me++; dispatching = false };            /* aio_ctx_prepare() */
        if
        :: scheduled != 0 -> locked = false
        :: else ->
            locked = false;
            d_step {
                doorbell || relay_pipe;                               /* g_poll() */
                seen = doorbell; piped = relay_pipe; woken = relay_pipe && !doorbell
            }
        fi;
        d_step { !locked -> locked = true };
        notify_me--;                                            /* aio_ctx_check() */
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
#ifdef REACH_RESCUE
        assert(!(woken && scheduled != 0));
#endif
        woken = false;
        dispatching = true;                                     /* aio_ctx_dispatch() */
        dispatch(took);
        dispatching = false;
        locked = false
    od
}

proctype virtual_processor()
{
    bool seen, before;
    byte took;
    d_step { !locked -> locked = true };
    do
    :: (completed & OWN) -> break
    :: else ->                                                  /* aio_poll(ctx, true) */
        d_step { before = dispatching; dispatching = false; notify_me++ };
        if
        :: scheduled != 0
        :: else ->                                              /* ppoll() */
#ifdef PIPE_READ_BY_ALL
            d_step { doorbell || relay_pipe; seen = doorbell; relay_pipe = false }
#else
            d_step { doorbell; seen = true }
#endif
        fi;
        notify_me--;
        dispatching = true;
        dispatch(took);
        dispatching = before
    od;
    locked = false
}

init
{
    atomic {
        run main_loop();
        run virtual_processor();
        run relay();
        run worker(1);
        run worker(2)
    }
}

ltl served_all { <> (completed == ALL) }
