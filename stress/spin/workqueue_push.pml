/* The pushers of workqueue.pml, which includes this and says what each -D does. */

#define AT(s, i) (array[s] * N + (i))
#ifdef LATE_CAS
#define CAS_FENCE(cpu) true
#define SLOT(s, i) ((memory[SEEN] & (1 << AT(s, i))) || slot[AT(s, i)] == TAKEN || (me == HOME && slot[AT(s, i)] == CLOSED) -> slot[AT(s, i)] : EMPTY(s))
#else
#define CAS_FENCE(cpu) DRAINED(cpu)
#define SLOT(s, i) slot[AT(s, i)]
#endif

/* SLOT.compareAndSet(slots, slot, segment, work) */
inline fill(at, what)
{
#ifdef WEAK_CAS
    if
    :: true -> won = false
    :: true -> fill_once(at, what)
    fi
#else
    fill_once(at, what)
#endif
}

inline fill_once(at, what)
{
    d_step {
        CAS_FENCE(me);
        won = (slot[at] == EMPTY(s));
        slot[at] = (won -> what : slot[at]);
        CHECK(!(won && closed));            /* nothing is accepted after the close */
        closed = closed || (won && what == CLOSED);
        accepted = accepted | (won && what != CLOSED -> BIT(what) : 0)
    };
#ifdef LATE_CAS
    if
    :: won -> store_or(me, SEEN, (1 << (at)))
    :: else -> memory[SEEN] = memory[SEEN] | (1 << (at))
    fi
#endif
}

inline move_hint(segment, to)
{
#ifdef OPAQUE_HINT
    store_bits(me, HINTS, (255 - (((1 << HINT_BITS) - 1) << (HINT_BITS * segment))), (to << (HINT_BITS * segment)))
#else
    store_bits_release(me, HINTS, (255 - (((1 << HINT_BITS) - 1) << (HINT_BITS * segment))), (to << (HINT_BITS * segment)))
#endif
}

/* new Segment(slots, base), in an array that nobody pushes to. The loop is one step for all. */
inline mark_empty(which, segment)
{
    for (m : 0 .. N - 1) { slot[which * N + m] = EMPTY(segment) };
    m = 0
}

/* TAIL.compareAndSet(this, full, next) */
inline move_tail(from, to)
{
#ifdef PLAIN_TAIL
    tail = to
#else
    d_step { tail = (tail == from -> to : tail) }
#endif
}

/* append(full, new Object[N]), if nobody else did: an array that nobody else can see until it is linked. */
inline append_new(last)
{
    d_step {
        DRAINED(me);
        if
        :: next[last] == 0 ->
            assert(segments < SEGMENTS);
            array[segments] = arrays;
            base[segments] = base[last] + 1;
            mark_empty(arrays, segments);
            next[last] = segments;
            arrays++;
            segments++
        :: else
#ifdef REACH_LOST_LINK
            -> assert(false)
#endif
        fi
    }
}

/* following(s) */
inline follow()
{
    if
    :: next[s] == 0 ->
        append_new(s)
    :: else
    fi;
    t = next[s];
    move_tail(s, t);
    d_step { s = t; t = 0 }
}

/* push(work); whether it was accepted is in won. */
inline push(what)
{
    s = tail;
    MAY_STALL;
    i = HINT(s);
    do
    :: i < N ->
        MAY_STALL;
#ifdef HINT_FIRST
        move_hint(s, (i + 1));
#endif
        fill(AT(s, i), what);
        MAY_STALL;
        if
        :: won ->
#ifndef HINT_FIRST
#ifndef CLOSE_MOVES_HINT
            if
            :: what != CLOSED -> move_hint(s, (i + 1))
            :: else
            fi;
#else
            move_hint(s, (i + 1));
#endif
#endif
            break
        :: else ->
#ifdef REACH_LOST_SLOT
            assert(false);
#endif
#ifdef NO_REREAD
            i++
#else
            if
            :: SLOT(s, i) == CLOSED -> break
            :: else -> i++
            fi
#endif
        fi
    :: else -> MAY_STALL; follow(); i = HINT(s)
    od;
    skip;
    d_step { s = 0; i = 0 }
}

#ifdef SAFE
#define PUSH_BEGINS before[x - 1] = returned
#define PUSH_ENDS   returned = returned | BIT(x)
#else
#define PUSH_BEGINS skip
#define PUSH_ENDS   skip
#endif

proctype producer(byte me)
{
    byte k, x, s, t, i, m;
    bool won;
    for (k : 1 .. (me == 1 -> ITEMS_OF_FIRST : 1)) {
        d_step { x = (me == 1 -> k : me - 1 + ITEMS_OF_FIRST); PUSH_BEGINS };
        push(x);
        if
        :: won ->
            PUSH_ENDS;
            MAY_STALL;
#ifndef NO_NOTIFIER_FENCE
            fence(me);                  /* ringAfterPush() */
#endif
            if
            :: memory[STATE] == ARMED ->
                compare_and_set(me, STATE, ARMED, RUNG, won);
                if
                :: won -> doorbell = true
                :: else
                fi
            :: else
            fi;
            rung = rung | BIT(x)
        :: else
        fi;
        won = false
    };
    skip;
    d_step { k = 0; x = 0; finished++ }
}
