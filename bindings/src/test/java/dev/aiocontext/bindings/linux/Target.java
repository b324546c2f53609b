package dev.aiocontext.bindings.linux;

import java.util.List;

/** A machine that the bindings are for: what is generated for it, and who can tell what its C is like. */
enum Target {
    X86_64("amd64", "gcc-x86-64-linux-gnu and libc6-dev-amd64-cross"),
    AARCH64("aarch64", "gcc-aarch64-linux-gnu and libc6-dev-arm64-cross");

    private final String osArch;
    private final String crossPackages;

    Target(String osArch, String crossPackages) {
        this.osArch = osArch;
        this.crossPackages = crossPackages;
    }

    /** As the kernel, GCC and the generated packages spell it. */
    String machine() {
        return this == X86_64 ? "x86_64" : "aarch64";
    }

    String compiler() {
        return isHost() ? "gcc" : machine() + "-linux-gnu-gcc";
    }

    /** The packages of Debian and Ubuntu that {@link #compiler} and the headers come in. */
    String compilerPackages() {
        return isHost() ? "gcc and libc6-dev" : crossPackages;
    }

    List<GeneratedPackage> generated() {
        String common = "dev.aiocontext.bindings.linux";
        return List.of(
                new GeneratedPackage(common, "linux_h", SymbolList.read("common.txt")),
                new GeneratedPackage(common + "." + machine(), machine() + "_h", SymbolList.read("per-target.txt")));
    }

    private boolean isHost() {
        return System.getProperty("os.arch").equals(osArch);
    }
}
