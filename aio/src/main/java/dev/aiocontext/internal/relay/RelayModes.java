package dev.aiocontext.internal.relay;

import dev.aiocontext.RelayMode;
import dev.aiocontext.internal.posix.Platform;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides the relay's mode: the builder's word, else the system property, else the environment, else AUTO. */
public final class RelayModes {
    /** The system property. */
    public static final String PROPERTY = "dev.aiocontext.relay";
    /** The environment variable. */
    public static final String VARIABLE = "AIOCONTEXT_RELAY";

    private RelayModes() {}

    /**
     * A mode other than AUTO, and why it is that one.
     *
     * @param mode the mode
     * @param reason why, in words
     */
    public record Choice(RelayMode mode, String reason) {}

    /**
     * Decides.
     *
     * @param fromBuilder what the builder was told, or null
     * @return the mode, never {@link RelayMode#AUTO}
     * @throws IllegalArgumentException if the property or the variable is no mode; the message lists those there are
     */
    public static Choice resolve(@Nullable RelayMode fromBuilder) {
        String property = fromBuilder == null ? System.getProperty(PROPERTY) : null;
        String variable = fromBuilder == null && property == null ? System.getenv(VARIABLE) : null;
        return resolve(fromBuilder, property, variable, Platform.current());
    }

    static Choice resolve(
            @Nullable RelayMode fromBuilder, @Nullable String property, @Nullable String variable, Platform platform) {
        if (fromBuilder != null) {
            return auto(fromBuilder, "set by the builder", platform);
        }
        if (property != null) {
            String source = "system property " + PROPERTY;
            return auto(parse(property, source), "set by " + source, platform);
        }
        if (variable != null) {
            String source = "environment variable " + VARIABLE;
            return auto(parse(variable, source), "set by " + source, platform);
        }
        return auto(RelayMode.AUTO, "the default", platform);
    }

    private static Choice auto(RelayMode mode, String reason, Platform platform) {
        if (mode != RelayMode.AUTO) {
            return new Choice(mode, reason);
        }
        return platform == Platform.AARCH64
                ? new Choice(RelayMode.THREAD, "AUTO on aarch64, " + reason)
                : new Choice(RelayMode.OFF, "AUTO elsewhere than on aarch64, " + reason);
    }

    private static RelayMode parse(String value, String source) {
        for (RelayMode mode : RelayMode.values()) {
            if (mode.name().equals(value.trim().toUpperCase(Locale.ROOT))) {
                return mode;
            }
        }
        throw new IllegalArgumentException(
                source + " is \"" + value + "\", which is none of " + Arrays.toString(RelayMode.values()));
    }
}
