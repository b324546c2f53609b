package dev.aiocontext.examples.sdbus;

/**
 * A method of an object on a message bus.
 *
 * @param destination the name of the connection that has the object
 * @param path the object
 * @param type the interface
 * @param member the method
 */
public record Call(String destination, String path, String type, String member) {
    /** {@return a method of the bus itself} */
    public static Call ofBus(String member) {
        return new Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member);
    }
}
