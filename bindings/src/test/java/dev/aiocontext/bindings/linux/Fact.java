package dev.aiocontext.bindings.linux;

/**
 * Something that the generated code says of C.
 *
 * @param name what it is about, for people
 * @param expression a constant expression whose value the C compiler knows
 * @param value its value according to the generated code
 */
record Fact(String name, String expression, long value) {
    static Fact of(String expression, long value) {
        return new Fact(expression, expression, value);
    }

    Fact withValue(long wrong) {
        return new Fact(name, expression, wrong);
    }
}
