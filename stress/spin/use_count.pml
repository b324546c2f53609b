/*
 * UseCount.java: who uses a kernel object that another thread may close. Each operation is one atomic read-modify-write.
 * Included by the models of closing.
 *
 *   CHECK_THEN_USE   enter() looks at the closed flag and counts nobody
 *   CLOSE_RELEASES   close() tells its caller to release the object, whoever is inside
 *   EXIT_FORGETS     exit() never tells the last user to release it
 */
#define CLOSED 1
#define USE    2

inline enter(count, entered)
{
    d_step {
        entered = !(count & CLOSED);
#ifndef CHECK_THEN_USE
        count = (entered -> count + USE : count)
#endif
    }
}

inline exit(count, last)
{
#ifdef CHECK_THEN_USE
    last = false
#else
    d_step {
        count = count - USE;
#ifdef EXIT_FORGETS
        last = false
#else
        last = (count == CLOSED)
#endif
    }
#endif
}

inline close(count, last)
{
    d_step {
#ifdef CLOSE_RELEASES
        last = !(count & CLOSED);
#else
        last = (count == 0);
#endif
        count = count | CLOSED
    }
}
