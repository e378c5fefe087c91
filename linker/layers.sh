#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# Checks that includes point one way: base <- arch <- {mem, cc, log} <- formats and devices <- phases, and that
# phases meet only in lib/handoff. Prints each offending line; silent when all is well.
set -euo pipefail
cd "$(dirname "$0")/.."

grep -rnE '#include "' lib sec pei dxe mp linker --include='*.hpp' --include='*.cpp' | awk '
  function folder(path,  part) {
    split(path, part, "/")
    return part[1] == "lib" ? part[1] "/" part[2] : part[1]
  }
  function rank(f) {
    if (f == "lib/base") return 0
    if (f == "lib/efi" || f == "lib/arch") return 1  # efi: structs of the specifications, made of base only
    if (f == "lib/cc" || f == "lib/log" || f == "lib/mem" || f == "lib/interrupt") return 2
    if (f ~ /^lib\//) return 3
    if (f == "sec" || f == "pei" || f == "dxe" || f == "mp") return 4
    if (f == "reset" || f == "linker" || f == "tests") return 5
    return -1
  }
  {
    split($0, part, ":")
    file = part[1]; line = part[2]
    target = $0; sub(/.*#include "/, "", target); sub(/".*/, "", target)
    from = folder(file); to = folder(target)
    # The constants of the layout are for all, the assembler included.
    if (from == to || target == "lib/handoff/layout.hpp") next
    a = rank(from); b = rank(to)
    if (b < 0 || b > a || (a == 4 && b == 4)) {
      print file ":" line ": layer violation: " from " must not include " target
      bad = 1
    }
  }
  END { exit bad }'
