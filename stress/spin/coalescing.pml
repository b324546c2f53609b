/*
 * Specimen: wake-ups that are coalesced, without a second look (Netty's epoll and NIO loops until May 2016, pull request
 * 5258). A flag says that a wake-up is under way already, so that only the first of many notifiers writes the doorbell.
 * The loop clears the flag before it waits, and a notifier that came before that has relied on it.
 *
 *   NO_SECOND_LOOK   the bug; without it, the loop looks for work again after it has cleared the flag
 */
#include "insurance.pml"

#define WORKERS 2
#define ALL ((1 << WORKERS) - 1)

byte work;              /* a bit for each */
byte completed;
bool under_way;

proctype worker(byte item)
{
    bool before;
    d_step { work = work | item };
    d_step { before = under_way; under_way = true };
    if
    :: !before -> ring_doorbell()
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
        under_way = false;
        if
#ifndef NO_SECOND_LOOK
        :: work != 0
#endif
        :: else -> d_step { doorbell || relay_pipe; seen = doorbell; piped = relay_pipe }
        fi;
#ifdef REACH_RESCUE
        assert(!(piped && !seen && work != 0));
#endif
        if
        :: seen -> doorbell = false; seen = false
        :: else
        fi;
        if
        :: piped -> relay_pipe = false; piped = false
        :: else
        fi;
        d_step { took = work; work = 0 };
        d_step { completed = completed | took; took = 0 }
    od
}

init
{
    atomic {
        run loop();
        run relay();
        run worker(1);
        run worker(2)
    }
}

ltl served_all { <> (completed == ALL) }
