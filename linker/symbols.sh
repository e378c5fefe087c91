#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# symbols.sh LAYOUT.ld SEC.elf DXE.elf RUNTIME.elf: `IMAGE OFFSET NAME` for every function, in order, for symbolize.sh. SEC is linked at its address,
# the others at 0.
set -euo pipefail
[[ $# -eq 4 ]] || { echo "usage: symbols.sh LAYOUT.ld SEC.elf DXE.elf RUNTIME.elf" >&2; exit 2; }
sec_base=$(sed -n 's/^layout_sec_image = \(0x[0-9a-f]*\);$/\1/p' "$1")

for image in sec dxe runtime; do
    base=0
    [[ $image != sec ]] || base=$sec_base
    shift
    llvm-nm-19 -C -n "$1" | while read -r address kind name; do
        [[ $kind != [tTwW] ]] || printf '%s %x %s\n' "$image" $((0x$address - base)) "$name"
    done
done
