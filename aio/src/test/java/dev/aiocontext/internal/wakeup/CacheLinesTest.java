package dev.aiocontext.internal.wakeup;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What one thread writes all the time, or reads with each piece of work, shares no cache line with another object. Where fields
 * lie is the JVM's business, so the JVM is asked.
 */
class CacheLinesTest {
    private static final String PADDING = "gap|p\\d+";
    private static final long TWO_LINES = 128;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dev.aiocontext.internal.loop.Counters$Apart",
                "dev.aiocontext.internal.loop.Current",
                "dev.aiocontext.internal.loop.LoadMeter",
                "dev.aiocontext.internal.wakeup.WorkQueue$Taken$Apart"
            })
    void fieldsLieTwoLinesFromBothEnds(String name) throws ReflectiveOperationException {
        for (Field field : fields(Class.forName(name))) {
            assertLiesApart(field, Class.forName(name));
        }
    }

    @Test
    void whatNotifiersReadLiesTwoLinesFromBothEnds() throws ReflectiveOperationException {
        assertLiesApart(WakeupState.class.getDeclaredField("state"), Wakeup.class);
    }

    private static void assertLiesApart(Field field, Class<?> whole) throws ReflectiveOperationException {
        long last = 0;
        for (Field padding : allFields(whole)) {
            if (padding.getName().matches(PADDING)) {
                last = Math.max(last, offset(padding) + Long.BYTES);
            }
        }
        assertThat(offset(field)).as("%s from the start", field).isGreaterThanOrEqualTo(TWO_LINES);
        assertThat(last - offset(field)).as("%s from the end", field).isGreaterThanOrEqualTo(TWO_LINES);
    }

    private static List<Field> fields(Class<?> whole) {
        return allFields(whole).stream()
                .filter(field -> !field.getName().matches(PADDING))
                .toList();
    }

    private static List<Field> allFields(Class<?> whole) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> part = whole; part != Object.class; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    /** Asks by reflection, because javac warns of the class. */
    private static long offset(Field field) throws ReflectiveOperationException {
        Class<?> unsafe = Class.forName("sun.misc.Unsafe");
        Field instance = unsafe.getDeclaredField("theUnsafe");
        instance.setAccessible(true);
        return (long) unsafe.getMethod("objectFieldOffset", Field.class).invoke(instance.get(null), field);
    }
}
