/*
 * Specimen: a write to a recycled descriptor at shutdown (Netty's epoll loop until September 2019, issue 9362, pull
 * request 9586; its io_uring loop until 2020, pull request 10615). Two threads ask the loop to end, and wake it. It ends
 * as soon as it sees that, and closes the eventfd; who has won the right to write it comes later, and by then the kernel
 * has given the number to a stranger.
 *
 *   CLOSE_AT_ONCE   the bug; without it, the repaired form: the loop remembers that somebody took the right to write
 *                   (pendingWakeup), and waits for that write before it closes
 *
 * Nothing hangs and nothing is lost here, so there is nothing for a relay to repair: it comes after the write.
 */
#include "insurance.pml"

#define CLOSERS 2

bool shut_down;
bool awake = true;      /* nextWakeupNanos == AWAKE: nobody may write */
bool is_open = true;    /* the descriptor is ours */
bool ended;
byte returned;

proctype closer()
{
    bool before;
    shut_down = true;
    d_step { before = awake; awake = true };                    /* wakeup() */
    if
    :: !before ->
#ifdef SAFE
        assert(is_open);
#endif
        ring_doorbell()
    :: else
    fi;
    signal_outside();
    returned++
}

proctype loop()
{
    bool pending, piped, before;
    do
    :: shut_down -> break
    :: else ->
        if
        :: pending
        :: else ->
            awake = false;
            if
            :: shut_down                                        /* the second look */
            :: else -> d_step { doorbell || relay_pipe; piped = relay_pipe }
            fi;
            d_step { before = awake; awake = true };
            pending = pending || before
        fi;
        if
        :: doorbell -> doorbell = false; pending = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi
    od;
#ifndef CLOSE_AT_ONCE
    if
    :: pending -> doorbell
    :: else
    fi;
#endif
    is_open = false;
    ended = true
}

init
{
    atomic {
        byte i;
        run loop();
        run relay();
        for (i : 1 .. CLOSERS) { run closer() }
        i = 0
    }
}

ltl all_done { <> (ended && returned == CLOSERS) }
