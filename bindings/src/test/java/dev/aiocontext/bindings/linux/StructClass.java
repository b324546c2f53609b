package dev.aiocontext.bindings.linux;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.UnionLayout;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;

/**
 * The generated class of a struct or union.
 *
 * @param spelling the type in C
 */
record StructClass(Class<?> type, String spelling) {
    List<Fact> facts() {
        GroupLayout layout = (GroupLayout) Reflection.call(type, "layout");
        List<Fact> facts = new ArrayList<>();
        facts.add(Fact.of("sizeof(" + spelling + ")", layout.byteSize()));
        facts.add(Fact.of("_Alignof(" + spelling + ")", layout.byteAlignment()));
        addMembers(facts, layout, "", 0);
        addAccessors(facts);
        return facts;
    }

    private void addMembers(List<Fact> facts, GroupLayout group, String path, long groupOffset) {
        long offset = groupOffset;
        for (MemoryLayout member : group.memberLayouts()) {
            if (!(member instanceof PaddingLayout)) {
                String name = member.name().orElseThrow();
                if (name.startsWith("$anon$")) {
                    addMembers(facts, (GroupLayout) member, path, offset);
                } else {
                    addMember(facts, member, path + name, offset);
                }
            }
            if (!(group instanceof UnionLayout)) {
                offset += member.byteSize();
            }
        }
    }

    private void addMember(List<Fact> facts, MemoryLayout member, String path, long offset) {
        if (isReserved(path)) {
            return;
        }
        facts.add(offsetFact(path, offset));
        addSize(facts, path, member);
        // Further inside, GCC tells the alignment in the inner type, whatever the outer one is packed to.
        if (!path.contains(".") && !isFlexible(member)) {
            facts.add(Fact.of("__alignof__(" + value(path) + ")", member.byteAlignment()));
        }
        if (member instanceof GroupLayout group) {
            addMembers(facts, group, path + ".", offset);
        }
    }

    /** What the accessors of a member use is worked out apart from the layout, so it is compared as well. */
    private void addAccessors(List<Fact> facts) {
        for (Method method : type.getMethods()) {
            String name = method.getName();
            if (name.endsWith("$offset") && !isReserved(name)) {
                facts.add(offsetFact(name.replace("$offset", ""), (long) Reflection.call(type, name)));
            } else if (name.endsWith("$layout") && !isReserved(name)) {
                addSize(facts, name.replace("$layout", ""), (MemoryLayout) Reflection.call(type, name));
            }
        }
    }

    private Fact offsetFact(String path, long offset) {
        return Fact.of("offsetof(" + spelling + ", " + path + ")", offset);
    }

    private void addSize(List<Fact> facts, String path, MemoryLayout member) {
        if (isFlexible(member)) {
            return;
        }
        facts.add(Fact.of("sizeof(" + value(path) + ")", member.byteSize()));
        if (member instanceof SequenceLayout array) {
            facts.add(Fact.of(
                    "sizeof(" + value(path) + "[0])", array.elementLayout().byteSize()));
        }
    }

    private String value(String path) {
        return "((" + spelling + " *)0)->" + path;
    }

    /** C has no size for {@code name[]} at the end of a struct. */
    private static boolean isFlexible(MemoryLayout member) {
        return member instanceof SequenceLayout array && array.elementCount() == 0;
    }

    /** The kernel's headers have another name there: see bindings.h. */
    private static boolean isReserved(String path) {
        return path.substring(path.lastIndexOf('.') + 1).startsWith("reserved");
    }
}
