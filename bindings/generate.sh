#!/usr/bin/env bash
# Generates the bindings in src/main/java from the C headers of both targets, whichever of them this machine is.
#
#   ./generate.sh           writes them
#   ./generate.sh --check   writes nothing, fails with the difference if they are not what is checked in
#
# Needs jextract's 22 line, the last whose output compiles with --release 22, on the PATH or named by JEXTRACT.
set -euo pipefail
export LC_ALL=C

readonly package=dev.aiocontext.bindings.linux
readonly package_dir=dev/aiocontext/bindings/linux
readonly targets=(x86_64 aarch64)

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here lists=$here/src/main/jextract checked_in=$here/src/main/java

fail() {
  echo "generate.sh: $1" >&2
  exit 1
}

# The headers of a target, as clang's options: the system's own on a machine of that kind, else the cross package's.
header_options() {
  local triplet=$1-linux-gnu include debian_package
  if [[ $1 == "$(uname -m)" ]]; then
    include=/usr/include debian_package=libc6-dev
  else
    include=/usr/$triplet/include
    case $1 in
      x86_64) debian_package=libc6-dev-amd64-cross ;;
      aarch64) debian_package=libc6-dev-arm64-cross ;;
    esac
  fi
  [[ -e $include/features.h && -e $include/linux/io_uring.h ]] ||
    fail "the C headers of $1 are missing; Debian and Ubuntu have them in the package $debian_package"
  # -nostdlibinc keeps the headers of this machine out of those of the other.
  printf '%s\n' "--target=$triplet" -nostdlibinc -isystem "$include/$triplet" -isystem "$include"
}

# jextract says nothing of a listed symbol that it does not find or cannot translate.
require_all_emitted() {
  local list=$1 output=$2 kind name missing=()
  while read -r kind name; do
    grep -rqE "^ *public .*\b$name\b" "$output" || missing+=("$kind $name")
  done <"$list"
  [[ ${#missing[@]} == 0 ]] || fail "jextract emitted nothing for$(printf '\n  %s' "${missing[@]}")"
}

# generate TARGET LIST PACKAGE HEADER_CLASS
generate() {
  local dir=$work/$1 kind name includes=()
  mkdir -p "$dir"
  cp "$lists"/*.h "$dir"
  # jextract hands clang what compile_flags.txt in its working directory says.
  header_options "$1" >"$dir/compile_flags.txt"
  sed -e '/^#/d' -e '/^$/d' "$lists/$2" >"$dir/$2"
  while read -r kind name; do
    includes+=("--include-$kind" "$name")
  done <"$dir/$2"
  (cd "$dir" && "$jextract" --output out -t "$3" --header-class-name "$4" "${includes[@]}" bindings.h)
  require_all_emitted "$dir/$2" "$dir/out/${3//.//}"
}

[[ $# == 0 || $* == --check ]] || fail "usage: generate.sh [--check]"
jextract=$(command -v "${JEXTRACT:-jextract}") || fail "jextract is not on the PATH; JEXTRACT can say where it is"
jextract=$(realpath -s "$jextract")
[[ $("$jextract" --version 2>&1) == "jextract 22"* ]] || fail "$jextract is not of jextract's 22 line"
work=$(mktemp -d)
readonly jextract work
trap 'rm -rf "$work"' EXIT

for target in "${targets[@]}"; do
  generate "$target" common.txt "$package" linux_h
done
diff -ru "$work/x86_64/out" "$work/aarch64/out" >&2 ||
  fail "the targets differ, see above: what differs belongs in per-target.txt"

mkdir "$work/generated"
cp -r "$work/x86_64/out/." "$work/generated"
for target in "${targets[@]}"; do
  generate "$target" per-target.txt "$package.$target" "${target}_h"
  cp -r "$work/$target/out/$package_dir/$target" "$work/generated/$package_dir"
done

if [[ $* == --check ]]; then
  diff -ru "$checked_in/$package_dir" "$work/generated/$package_dir" >&2 ||
    fail "what is checked in (-) is not what the headers give (+), see above"
else
  rm -rf "${checked_in:?}/$package_dir"
  cp -r "$work/generated/." "$checked_in"
fi
