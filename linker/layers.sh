#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# Checks that includes point one way: base <- arch <- {mem, cc, log} <- formats and devices <- phases, and that
# phases meet only in lib/handoff. Prints each offending line; silent when all is well.
set -euo pipefail
cd "$(dirname "$0")/.."

rank() {
  case $1 in
    lib/base) echo 0 ;;
    lib/efi) echo 1 ;;      # structs of the specifications, made of base only
    lib/arch) echo 1 ;;
    lib/cc | lib/log | lib/mem | lib/interrupt) echo 2 ;;
    lib/*) echo 3 ;;
    sec | pei | dxe | mp) echo 4 ;;
    reset | linker | tests) echo 5 ;;
    *) echo unknown ;;
  esac
}
folder() {
  case $1 in
    lib/*) cut -d/ -f1-2 <<<"$1" ;;
    *) cut -d/ -f1 <<<"$1" ;;
  esac
}

bad=0
while IFS=: read -r file line text; do
  target=$(sed -n 's/.*#include "\([^"]*\)".*/\1/p' <<<"$text")
  from=$(folder "$file") to=$(folder "$target")
  [[ $from == "$to" ]] && continue
  # The constants of the layout are everyone's, the assembler's included.
  [[ $target == lib/handoff/layout.hpp ]] && continue
  from_rank=$(rank "$from") to_rank=$(rank "$to")
  if [[ $to_rank == unknown || $to_rank -gt $from_rank || ($to_rank -eq 4 && $from_rank -eq 4) ]]; then
    echo "$file:$line: layer violation: $from must not include $target"
    bad=1
  fi
done < <(grep -rnE '#include "' lib sec pei dxe mp linker --include='*.hpp' --include='*.cpp' 2>/dev/null)
exit $bad
