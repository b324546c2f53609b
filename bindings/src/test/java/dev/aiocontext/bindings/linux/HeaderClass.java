package dev.aiocontext.bindings.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The generated class that holds the constants and functions of a package. */
record HeaderClass(Class<?> type, String packageName) {
    private static final Map<String, String> PRIMITIVES = Map.of(
            "C_BOOL", "_Bool",
            "C_CHAR", "char",
            "C_SHORT", "short",
            "C_INT", "int",
            "C_LONG", "long",
            "C_LONG_LONG", "long long",
            "C_FLOAT", "float",
            "C_DOUBLE", "double",
            "C_POINTER", "void *");

    /** The functions, by name. */
    Map<String, FunctionDescriptor> functions() {
        Map<String, FunctionDescriptor> functions = new TreeMap<>();
        for (Method method : staticMethods()) {
            String name = method.getName();
            if (name.endsWith("$descriptor")) {
                functions.put(name.replace("$descriptor", ""), (FunctionDescriptor) Reflection.call(type, name));
            }
        }
        for (Class<?> variadic : type.getClasses()) {
            functions.put(variadic.getSimpleName(), Reflection.fixedArguments(variadic));
        }
        return functions;
    }

    /** The methods that are neither a function nor about one. */
    List<Method> constants() {
        Set<String> functions = functions().keySet();
        List<Method> constants = new ArrayList<>();
        for (Method method : staticMethods()) {
            String function = method.getName().replaceFirst("\\$(descriptor|handle|address)$", "");
            if (!functions.contains(function)) {
                constants.add(method);
            }
        }
        return constants;
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>(functions().keySet());
        constants().forEach(constant -> names.add(constant.getName()));
        return names;
    }

    List<Fact> facts() {
        List<Fact> facts = new ArrayList<>();
        for (Field field : type.getFields()) {
            ValueLayout layout = (ValueLayout) Reflection.get(field);
            String primitive = PRIMITIVES.get(field.getName());
            facts.add(Fact.of("sizeof(" + primitive + ")", layout.byteSize()));
            facts.add(Fact.of("_Alignof(" + primitive + ")", layout.byteAlignment()));
        }
        for (Method constant : constants()) {
            addConstant(facts, constant.getName(), Reflection.call(type, constant.getName()));
        }
        Map<String, Declaration> declarations = declarations();
        functions().forEach((name, descriptor) -> addSignature(facts, declarations.get(name), descriptor));
        return facts;
    }

    /** The functions as jextract understood their declarations; C refuses those that contradict its own. */
    Map<String, Declaration> declarations() {
        return Declaration.in(packageName, type.getSimpleName());
    }

    private static void addConstant(List<Fact> facts, String name, Object value) {
        // Java has no unsigned types: what counts is that the bits are the same, and how many they are.
        switch (value) {
            case Integer i -> {
                facts.add(new Fact(name, "(int)(" + name + ")", i));
                facts.add(Fact.of("sizeof(" + name + ")", Integer.BYTES));
            }
            case Long l -> {
                facts.add(new Fact(name, "(long)(" + name + ")", l));
                facts.add(Fact.of("sizeof(" + name + ")", Long.BYTES));
            }
            case MemorySegment pointer -> {
                facts.add(new Fact(name, "(long)(" + name + ")", pointer.address()));
                facts.add(Fact.of("sizeof(" + name + ")", ValueLayout.ADDRESS.byteSize()));
            }
            default -> throw new IllegalArgumentException("no comparison for " + name + ", a " + value.getClass());
        }
    }

    private static void addSignature(List<Fact> facts, Declaration declaration, FunctionDescriptor descriptor) {
        List<MemoryLayout> layouts = new ArrayList<>(descriptor.argumentLayouts());
        List<String> types = new ArrayList<>(declaration.parameterTypes());
        descriptor.returnLayout().ifPresent(layouts::addFirst);
        if (!declaration.returnType().equals("void")) {
            types.addFirst(declaration.returnType());
        }
        if (layouts.size() != types.size()) {
            throw new AssertionError(declaration.text() + " does not fit " + descriptor);
        }
        for (int i = 0; i < layouts.size(); i++) {
            String size = "sizeof(" + types.get(i) + ")";
            facts.add(new Fact(
                    size + " in " + declaration.text(), size, layouts.get(i).byteSize()));
        }
    }

    private List<Method> staticMethods() {
        List<Method> methods = new ArrayList<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) {
                methods.add(method);
            }
        }
        return methods;
    }
}
