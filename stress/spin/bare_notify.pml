/*
 * Specimen F, QEMU in 2015: a notification with nothing behind it. Two threads wait for the lock of a context that its
 * home thread holds while it polls. Each kicks the home thread by a bare aio_notify(), so that the poll returns and the
 * lock changes hands. If the home thread holds the lock and has not announced its sleep yet, aio_notify() leaves the
 * doorbell alone, and leaves no work behind that the second look could find.
 *
 *   BARE   the bug; without it, the kick schedules a dummy bottom half, which the second look finds
 */
#include "insurance.pml"

#define OTHERS 2
#define ALL ((1 << OTHERS) - 1)
#define HOME 0
#define NOBODY 255

byte holder = NOBODY;               /* of the lock */
chan waiting = [OTHERS + 1] of { byte };  /* for the lock, first come first served */
byte notify_me;
bool dummy;                         /* the dummy bottom half is scheduled */
byte had_lock;

/* In one step: the lock's own mutex sees to that. */
inline acquire(me)
{
    d_step {
        contended = (holder != NOBODY);
        if
        :: contended -> waiting!me
        :: !contended -> holder = me
        fi
    }
}

inline release()
{
    d_step {
        if
        :: nempty(waiting) -> waiting?holder
        :: empty(waiting) -> holder = NOBODY
        fi
    }
}

proctype other(byte me)
{
    bool contended;
    acquire(me);
    if
    :: contended ->
#ifndef BARE
        dummy = true;
#endif
        if
        :: notify_me != 0 -> ring_doorbell()
        :: else
        fi;
        signal_outside()
    :: else
    fi;
    holder == me;
    had_lock = had_lock | (1 << (me - 1));
    release()
}

proctype home()
{
    bool contended, seen, piped;
    do
    :: true ->
        acquire(HOME);
        holder == HOME;
        notify_me++;                                            /* aio_poll(ctx, true) */
        if
        :: dummy
        :: else -> d_step { doorbell || relay_pipe; seen = doorbell; piped = relay_pipe }
        fi;
        notify_me--;
        if
        :: seen -> doorbell = false; seen = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        dummy = false;
        release()
    od
}

init
{
    atomic {
        run home();
        run relay();
        run other(1);
        run other(2)
    }
}

/* Threads that came while the home thread slept, or polled, get the lock. */
ltl served_all { <> (had_lock == ALL) }
