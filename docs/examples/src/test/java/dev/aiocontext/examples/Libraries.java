package dev.aiocontext.examples;

import dev.aiocontext.examples.ffm.NativeLibrary;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Skips tests whose libraries and servers are not there, and fails them where everything has to be tested. */
final class Libraries {
    private static final boolean EVERYTHING_IS_TESTED = "true".equals(System.getenv("CI"));

    private Libraries() {}

    /** Requires a shared library. */
    static void require(String soname, String debianPackage) {
        boolean there;
        try {
            there = new NativeLibrary(soname) != null;
        } catch (IllegalArgumentException missing) {
            there = false;
        }
        require(there, soname, debianPackage);
    }

    /** Requires that something is there. */
    static void require(boolean there, String what, String debianPackage) {
        String message = what + " is missing: install " + debianPackage;
        if (!there && EVERYTHING_IS_TESTED) {
            Assertions.fail(message);
        }
        Assumptions.assumeTrue(there, message);
    }
}
