package dev.aiocontext.stress.specimens;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On which machines a run must see the bug: one that does not is broken, since it shows nothing about the repaired form
 * either. A machine is named here when the bug was seen on it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SeenOn {
    /**
     * The machines.
     *
     * @return values of the system property {@code os.arch}
     */
    String[] value();
}
