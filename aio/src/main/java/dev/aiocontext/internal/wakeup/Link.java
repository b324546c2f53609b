package dev.aiocontext.internal.wakeup;

/**
 * A place in a circular list: the list itself, or a member of it. Taking a member out of the middle costs a few stores.
 *
 * <p><b>Threads.</b> Any thread that holds the monitor that guards the list.
 *
 * <p><b>Errors.</b> Each method only loads and stores fields of objects that are there. A thread without stack or memory
 * fails at the entry of the method, where nothing has changed, and nowhere else.
 */
public class Link {
    private Link before = this;
    private Link after = this;

    /** Creates an empty list, or a member of none. */
    public Link() {}

    /**
     * Moves this member to the end of a list, out of the list that it is in, if any.
     *
     * @param list the list
     */
    public final void moveToEndOf(Link list) {
        before.after = after;
        after.before = before;
        before = list.before;
        after = list;
        before.after = this;
        list.before = this;
    }

    /** Takes this member out of its list. */
    public final void leave() {
        before.after = after;
        after.before = before;
        before = this;
        after = this;
    }

    /** {@return what follows this in its list; after the last member that is the list itself} */
    public final Link next() {
        return after;
    }

    /** {@return whether this is a list without members, or a member of no list} */
    @SuppressWarnings("ReferenceEquality") // the very same object
    public final boolean isAlone() {
        return after == this;
    }
}
