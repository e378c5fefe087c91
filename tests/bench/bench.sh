#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# Guest instructions from reset to the payload's first instruction, as a table; also into README.md
# between its bench markers. Ashlar's image is $ASHLAR_FIRMWARE or build/ashlar.fd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

ashlar=${ASHLAR_FIRMWARE:-build/ashlar.fd}
ovmf=/usr/share/OVMF/OVMF_CODE_4M.fd
ovmf_vars=/usr/share/OVMF/OVMF_VARS_4M.fd
ovmf_2m=/usr/share/ovmf/OVMF.fd
seabios=/usr/share/seabios/bios-256k.bin
qboot=/usr/share/qemu/qboot.rom
plugin=build/bench/icount.so
timeout_seconds=300  # OVMF looks for a network before it looks at a disk

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows=$work/rows
: >"$rows"
phase_names=([1]="sec entry" [2]="pei entry" [3]="dxe entry" [4]="dxe core ready" [5]="platform ready" [6]="before StartImage")

# A disk whose EFI System Partition has the marker where removable media have their loader.
esp_disk=(-drive "if=none,id=disk,format=raw,snapshot=on,file=$work/esp.img" -device virtio-blk-pci,drive=disk)
make_esp() {
    local first=2048 esp=$work/esp.img@@1M
    truncate -s 64M "$work/esp.img"
    sgdisk -n "1:$first:131038" -t 1:ef00 "$work/esp.img"
    mformat -i "$esp" -T $((131038 - first + 1)) -h 16 -s 63 -F
    mmd -i "$esp" ::/EFI ::/EFI/BOOT
    mcopy -i "$esp" build/payloads/marker.efi ::/EFI/BOOT/BOOTX64.EFI
}

# measure FIRMWARE MACHINE MIB CPUS MODEL: leaves the markers in $work/count.
measure() {
    local firmware=$1 machine=$2 mib=$3 cpus=$4 model=$5
    local words=(-nodefaults -no-user-config -display none -serial null -accel tcg -smp "$cpus" -m "$mib"
        # Unreserved, so that a large guest needs no large host.
        -object "memory-backend-ram,id=ram,size=${mib}M,reserve=off" -machine "$machine,memory-backend=ram"
        -plugin "$plugin,out=$work/count")
    [[ -z $model ]] || words+=(-cpu "$model")
    case $firmware in
        ashlar)   words+=(-bios "$ashlar" -kernel build/payloads/marker.efi) ;;
        ashlar-cc) words+=(-bios build/ashlar-cc.fd -kernel build/payloads/marker.efi) ;;
        ashlar-esp) words+=(-bios "$ashlar" "${esp_disk[@]}") ;;
        ovmf-4m-esp) cp "$ovmf_vars" "$work/vars.fd"
                  words+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf"
                          -drive "if=pflash,unit=1,format=raw,file=$work/vars.fd" "${esp_disk[@]}") ;;
        ovmf-4m)  cp "$ovmf_vars" "$work/vars.fd"
                  words+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$ovmf"
                          -drive "if=pflash,unit=1,format=raw,file=$work/vars.fd" -kernel build/payloads/marker.efi) ;;
        ovmf-2m)  words+=(-bios "$ovmf_2m" -kernel build/payloads/marker.efi) ;;
        seabios)  words+=(-bios "$seabios" -kernel build/bench/marker.bzimage) ;;
        qboot)    words+=(-bios "$qboot" -kernel build/bench/marker.bzimage) ;;
    esac
    rm -f "$work/count"
    timeout -s KILL "$timeout_seconds" qemu-system-x86_64 "${words[@]}" </dev/null >"$work/output" 2>&1 || true
    grep -q '^phase 255 ' "$work/count" 2>/dev/null
}

count_of() { awk -v phase="$1" '$1 == "phase" && $2 == phase { print $4; exit }' "$work/count"; }
total_of() { awk '$2 == 255 { print $6; exit }' "$work/count"; }

# row FIRMWARE MACHINE MIB CPUS MODEL: one line of fields for the table.
row() {
    if measure "$@"; then
        echo "$1|$2|$3|$4|${5:-default}|$(count_of 255)|$(total_of)" >>"$rows"
    else
        echo "$1|$2|$3|$4|${5:-default}|none|$(tail -n 1 "$work/output" | tr '|' ' ' | cut -c1-60)" >>"$rows"
    fi
    echo "bench: $(tail -n 1 "$rows")" >&2
}

image_size() {
    case $1 in
        ashlar-cc) stat -c %s build/ashlar-cc.fd ;;
        ashlar*) stat -c %s "$ashlar" ;;
        ovmf-4m*) echo $(($(stat -c %s "$ovmf") + $(stat -c %s "$ovmf_vars"))) ;;
        ovmf-2m) stat -c %s "$ovmf_2m" ;;
        seabios) stat -c %s "$seabios" ;;
        qboot)   stat -c %s "$qboot" ;;
    esac
}

measure_ashlar() {
    for _ in 1 2 3; do
        measure ashlar q35 512 1 "" || { echo "bench: $ashlar does not reach the payload:" >&2; tail -n 5 "$work/output" >&2; return 1; }
        count_of 255 >>"$work/base-runs"
    done
    cp "$work/count" "$work/phases"
    row ashlar q35 512 1 ""
    row ashlar q35 512 1 max
    row ashlar pc 512 1 ""
    for mib in 4096 16384 65536; do row ashlar q35 "$mib" 1 ""; done
    for cpus in 4 16; do row ashlar q35 512 "$cpus" ""; done
    row ashlar-esp q35 512 1 ""
    row ashlar-esp pc 512 1 ""
    row ashlar-cc q35 512 1 ""
}

measure_others() {
    local firmware machine
    for firmware in ovmf-4m ovmf-2m seabios qboot; do
        for machine in q35 pc; do row "$firmware" "$machine" 512 1 ""; done
    done
    row ovmf-4m-esp q35 512 1 ""
}

grouped() { awk '{ n = $1; s = ""; while (length(n) > 3) { s = "," substr(n, length(n) - 2) s; n = substr(n, 1, length(n) - 3) } print n s }'; }

print_rows() {
    local firmware machine mib cpus model count total base ratio
    echo "| firmware | machine | RAM MiB | CPUs | CPU model | instructions (BSP) | all CPUs | × Ashlar | image KiB |"
    echo "|---|---|---|---|---|---|---|---|---|"
    while IFS='|' read -r firmware machine mib cpus model count total; do
        if [[ $count == none ]]; then
            echo "| $firmware | $machine | $mib | $cpus | $model | not measured: $total | | | |"
            continue
        fi
        base=$(awk -F'|' -v machine="$machine" '$1 == "ashlar" && $2 == machine && $6 != "none" { print $6; exit }' "$rows")
        ratio=$(awk -v count="$count" -v base="${base:-0}" 'BEGIN { if (base > 0) printf "%.2f", count / base; else print "-" }')
        echo "| $firmware | $machine | $mib | $cpus | $model | $(grouped <<<"$count") | $(grouped <<<"$total") | $ratio |" \
             "$(($(image_size "$firmware") / 1024)) |"
    done <"$rows"
}

print_phases() {
    [[ -e $work/phases ]] || return 0
    local phase count previous=0
    echo
    echo "| Ashlar's phases (q35, 512 MiB, 1 CPU) | instructions so far | since the last |"
    echo "|---|---|---|"
    # Only a phase's first marker counts: a retry would run it again.
    while read -r phase count; do
        echo "| ${phase_names[phase]:-$([[ $phase == 255 ]] && echo payload || echo "phase $phase")} |" \
             "$(grouped <<<"$count") | $(grouped <<<"$((count - previous))") |"
        previous=$count
    done < <(awk '$1 == "phase" && !seen[$2]++ { print $2, $4 }' "$work/phases")
    echo
    echo "Three runs of the first row differ by at most $(sort -n "$work/base-runs" | awk 'NR == 1 { low = $1 } { high = $1 } END { print high - low }' | grouped) instructions."
}

update_readme() {
    [[ -e README.md ]] && grep -q '<!-- bench:begin -->' README.md && grep -q '<!-- bench:end -->' README.md || return 0
    awk -v table="$1" '
        /<!-- bench:begin -->/ { print; while ((getline line < table) > 0) print line; skip = 1 }
        /<!-- bench:end -->/   { skip = 0 }
        !skip' README.md >"$work/readme"
    cat "$work/readme" >README.md
}

status=0
PATH=$PATH:/usr/sbin
make_esp >/dev/null
if [[ -e $ashlar ]]; then
    measure_ashlar || status=1
else
    echo "bench: no $ashlar; measuring the others only" >&2
fi
[[ ${1:-} == --ashlar-only ]] || measure_others
{ print_rows; print_phases; } >"$work/table"
mkdir -p build/bench
cp "$work/table" build/bench/table.md
cat "$work/table"
[[ $status != 0 || ${1:-} == --ashlar-only || ! -e $ashlar ]] || update_readme "$work/table"
exit "$status"
