#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# Filter: replaces IMAGE+0xOFFSET of a crash report by the function and its offset, from build/symbols.txt.
set -euo pipefail
[[ $# -eq 1 && -r $1 ]] || { echo "usage: symbolize.sh SYMBOLS < report" >&2; exit 2; }
awk -v symbols="$1" '
  function hex(text,   i, value) {
    value = 0
    for (i = 1; i <= length(text); ++i) value = value * 16 + index("0123456789abcdef", tolower(substr(text, i, 1))) - 1
    return value
  }
  BEGIN {
    while ((getline line < symbols) > 0) {
      split(line, f, " ")
      n = ++count[f[1]]
      address[f[1], n] = hex(f[2])
      name = line; sub(/^[^ ]+ [^ ]+ /, "", name)
      names[f[1], n] = name
    }
  }
  {
    # A return address belongs to the call before it, which may have been the last instruction of its function.
    returns = /  (called from|at) /
    while (match($0, /(sec|dxe|runtime)\+0x[0-9a-f]+/)) {
      split(substr($0, RSTART, RLENGTH), part, /\+0x/)
      at = hex(part[2])
      found = "?"
      for (i = 1; i <= count[part[1]] && address[part[1], i] <= at - returns; ++i) found = names[part[1], i] sprintf("+0x%x", at - address[part[1], i])
      printf "%s%s[%s]", substr($0, 1, RSTART - 1), part[1], found
      $0 = substr($0, RSTART + RLENGTH)
    }
    print
  }'
