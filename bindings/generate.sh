#!/usr/bin/env bash
# Generates the bindings in src/main/java from the C headers of both targets, whichever of them this machine is.
#
#   ./generate.sh           writes them
#   ./generate.sh --check   writes nothing; fails with the difference if they are not what is checked in
#
# Needs jextract's 22 line, the last whose output compiles with --release 22, on the PATH or named by JEXTRACT.
set -euo pipefail
export LC_ALL=C

readonly package=dev.aiocontext.bindings.linux
readonly package_dir=${package//.//}
readonly targets=(x86_64 aarch64)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here sources=$here/src/main/jextract checked_in=$here/src/main/java
jextract=$(command -v "${JEXTRACT:-jextract}") || {
  echo "jextract is not on the PATH; set JEXTRACT to where it is" >&2
  exit 2
}
work=$(mktemp -d)
readonly jextract work
trap 'rm -rf "$work"' EXIT

fail() {
  echo "generate.sh: $1" >&2
  exit 1
}

# Where the headers of a target are on Debian and Ubuntu: its own on the machine itself, else those of the cross package.
clang_options() {
  local triplet=$1-linux-gnu dir debian_package
  if [[ $1 == "$(uname -m)" ]]; then
    dir=/usr/include debian_package=libc6-dev
    printf '%s\n' "--target=$triplet" -nostdlibinc -isystem "$dir/$triplet" -isystem "$dir"
  else
    dir=/usr/$triplet/include
    case $1 in
      x86_64) debian_package=libc6-dev-amd64-cross ;;
      aarch64) debian_package=libc6-dev-arm64-cross ;;
    esac
    printf '%s\n' "--target=$triplet" -nostdlibinc -isystem "$dir"
  fi
  [[ -e $dir/features.h && -e $dir/linux/io_uring.h ]] ||
    fail "no C headers for $1 in $dir: install $debian_package (Debian, Ubuntu)"
}

# Fails unless each symbol of a list is in the output: jextract skips what it does not know and says nothing.
require_emitted() {
  local list=$1 output=$2 kind name missing=0
  while read -r kind name; do
    if ! grep -rqE "^(class| *public) [^*]*\b$name\b" "$output"; then
      echo "  $kind $name" >&2
      missing=1
    fi
  done <"$list"
  [[ $missing == 0 ]] || fail "jextract did not emit the above, listed in $(basename "$list")"
}

# generate TARGET LIST PACKAGE HEADER_CLASS
generate() {
  local dir=$work/$1 kind name includes=()
  mkdir -p "$dir"
  clang_options "$1" >"$dir/compile_flags.txt"
  cp "$sources"/*.h "$dir"
  sed -e 's/#.*//' -e '/^ *$/d' "$sources/$2" >"$dir/$2"
  while read -r kind name; do
    includes+=("--include-$kind" "$name")
  done <"$dir/$2"
  # jextract takes clang's options from compile_flags.txt in its working directory.
  (cd "$dir" && "$jextract" --output out -t "$3" --header-class-name "$4" "${includes[@]}" bindings.h)
  require_emitted "$dir/$2" "$dir/out/${3//.//}"
}

for target in "${targets[@]}"; do
  generate "$target" common.txt "$package" linux_h
done
diff -ru "$work/x86_64/out" "$work/aarch64/out" >&2 ||
  fail "the targets differ in the above: move it from common.txt to per-target.txt, or leave it out"
for target in "${targets[@]}"; do
  generate "$target" per-target.txt "$package.$target" "${target}_h"
done

readonly result=$work/result
mkdir -p "$result"
for target in "${targets[@]}"; do
  cp -r "$work/$target/out/." "$result"
done

if [[ ${1:-} == --check ]]; then
  diff -ru "$checked_in/$package_dir" "$result/$package_dir" >&2 ||
    fail "what is checked in (-) is not what the headers give (+)"
else
  rm -rf "${checked_in:?}/$package_dir"
  cp -r "$result/." "$checked_in"
fi
