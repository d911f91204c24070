#!/usr/bin/env bash
# Builds the engine, the readers and the writers as one WebAssembly module without imports, for the page of
# 'oomsim playground'. Nothing but the Swift toolchain (swiftc, clang, wasm-ld) and xz.
#
#     Sources/WebAssembly/build.sh [DIRECTORY]
#
# leaves oomsim.wasm and oomsim.packed there, .build/wasm by default, where 'oomsim playground' looks for it. The same source
# and toolchain give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=${1:-.build/wasm}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$(dirname "$(readlink -f "$(command -v swiftc)")")
unicode=$bin/../lib/swift/embedded/wasm32-unknown-none-wasm/libswiftUnicodeDataTables.a

# The compiler of 6.3.1 stops with "Found ownership error" in one of its passes; without it the code is the same, a bit slower.
flags=(
  -target wasm32-unknown-none-wasm -enable-experimental-feature Embedded -wmo -parse-as-library -Osize
  -swift-version 6 -strict-memory-safety -warnings-as-errors
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
  -enable-upcoming-feature MemberImportVisibility -package-name oomsim -I "$work"
  -Xllvm -sil-disable-pass=copy-propagation
)

# What reads hosts and other programs' output stays out, pods apart, and so does what a page has a way of its own for. What
# nothing calls is not linked.
files() {
  case $1 in
    OOMFormats)
      find Sources/OOMFormats -name '*.swift' ! -path '*/Batch/*' ! -path '*/Host/*' ! -path '*/Import/*'
      # What pods need of it.
      printf 'Sources/OOMFormats/%s.swift\n' Import/{ExactDecimal,ImportDraft,ImportFields,ImportFile,ImportKind,Refusals} \
        Import/Workloads Host/HostText
      ;;
    OOMReports) find Sources/OOMReports/{Autopsy,Explain,Text} -name '*.swift' ;;
    *) find "Sources/$1" -name '*.swift' ;;
  esac | LC_ALL=C sort
}

for module in VictimSelection OOMSimulator OOMFormats KernelLog OOMReports WebAssembly; do
  # shellcheck disable=SC2046
  swiftc "${flags[@]}" -module-name "$module" -emit-module-path "$work/$module.swiftmodule" \
    -emit-object -o "$work/$module.o" $(files "$module")
done
"$bin/clang" --target=wasm32-unknown-none-wasm -Oz -mbulk-memory -ffreestanding -fno-builtin -Wall -Werror \
  -c Sources/WebAssembly/Runtime.c -o "$work/Runtime.o"
"$bin/wasm-ld" --no-entry --gc-sections --strip-all -O2 -z stack-size=1048576 \
  "$work"/{VictimSelection,OOMSimulator,OOMFormats,KernelLog,OOMReports,WebAssembly,Runtime}.o "$unicode" \
  -o "$out/oomsim.wasm"

# What a page holds: a module that unpacks, how large it is and the other one unpacked, and the other one packed.
"$bin/clang" --target=wasm32-unknown-none-wasm -Oz -mbulk-memory -ffreestanding -fno-builtin -Wall -Wextra -Werror \
  -c Sources/WebAssembly/Unpack.c -o "$work/Unpack.o"
"$bin/wasm-ld" --no-entry --gc-sections --strip-all -z stack-size=16384 "$work/Unpack.o" -o "$work/unpack.wasm"
xz --format=lzma --lzma1=preset=9e,lc=4,pb=0 --stdout "$out/oomsim.wasm" > "$work/oomsim.lzma"
number() {
  # shellcheck disable=SC2059
  printf "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"
}
{
  printf 'oomsim\0\1'
  number "$(stat -c %s "$work/unpack.wasm")"
  number "$(stat -c %s "$out/oomsim.wasm")"
  cat "$work/unpack.wasm" "$work/oomsim.lzma"
} > "$out/oomsim.packed"
echo "$out/oomsim.wasm: $(stat -c %s "$out/oomsim.wasm") bytes, $(stat -c %s "$out/oomsim.packed") packed"
