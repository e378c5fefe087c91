#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# shellcheck disable=SC2054  # QEMU values carry commas
set -euo pipefail

usage() {
    cat <<'END'
usage: ./qemu-run.sh [options] [-- QEMU arguments]

Without options: builds the firmware, fetches a Debian kernel, boots it to a shell on the
serial console. Ctrl-a x ends QEMU, Ctrl-a c is its monitor.

  --kernel FILE        Linux kernel or any EFI application
  --initrd FILE        its initial RAM disk
  --append TEXT        its command line (default: console=ttyS0)
  --disk FILE          virtio disk, raw or qcow2 by its contents; boots from it without --kernel
  --iso FILE           optical disk
  --memory SIZE        512, 4G, ... (default 512, in MiB)
  --cpus N             (default 1)
  --machine q35|pc     (default q35)
  --tpm                TPM 2.0, emulated by swtpm; forgotten afterwards
  --display gtk|sdl    a screen in a window
  --gdb                wait for a debugger at localhost:1234
  --debug              firmware's debug console (port 0x402) to build/debug.log
  --firmware FILE      (default build/ashlar.fd; with --vars build/ASHLAR_CODE.fd, with --snp or --tdx build/ashlar-cc.fd)
  --vars FILE          variable store: boots from a flash pair and keeps the variables in FILE
  --snp, --tdx         confidential guest, on a host that can
  --model snp|es|sev|plain
                       the same without such a host: in the model (tests/machine/README.md), whose
                       report goes to build/machine/report.json; exit status 0 when the guest powers off,
                       else as that report ends
  --image FILE         another firmware for --model, such as an OVMF.fd
  --lie NAME           what the model's host answers falsely (tests/machine/LIES.md)
  --lenient            the model reports violations and goes on
  --print              print the QEMU command line instead of running it
  --help
END
}

die() { echo "qemu-run: $*" >&2; exit 2; }
say() { echo "qemu-run: $*" >&2; }
need_file() { [[ -f $2 && -r $2 ]] || die "$1: no such file: $2"; }

caller=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
qemu=${ASHLAR_QEMU:-qemu-system-x86_64}

kernel="" initrd="" append="" disk="" iso="" memory=512 cpus=1 machine=q35 display="" firmware="" vars="" confidential=""
model="" lie="" lenient=0
append_given="" tpm="" gdb="" debug="" print=""
extra=()

# Paths are the caller's; everything else happens in the repository.
absolute() { if [[ $1 == /* ]]; then echo "$1"; else echo "$caller/$1"; fi; }

parse_options() {
    local option
    while [[ $# -gt 0 ]]; do
        option=$1
        shift
        case $option in
            --kernel|--initrd|--append|--disk|--iso|--memory|--cpus|--machine|--display|--firmware|--vars|--model|--image|--lie)
                [[ $# -gt 0 ]] || die "$option needs a value (see --help)" ;;&
            --kernel)   kernel=$(absolute "$1"); need_file "$option" "$kernel"; shift ;;
            --initrd)   initrd=$(absolute "$1"); need_file "$option" "$initrd"; shift ;;
            --append)   append=$1 append_given=1; shift ;;
            --disk)     disk=$(absolute "$1"); need_file "$option" "$disk"; shift ;;
            --iso)      iso=$(absolute "$1"); need_file "$option" "$iso"; shift ;;
            --memory)   [[ $1 =~ ^[1-9][0-9]*[MG]?$ ]] || die "--memory: not a size: $1"; memory=$1; shift ;;
            --cpus)     [[ $1 =~ ^[1-9][0-9]*$ ]] || die "--cpus: not a number: $1"; cpus=$1; shift ;;
            --machine)  [[ $1 == q35 || $1 == pc ]] || die "--machine: q35 or pc, not $1"; machine=$1; shift ;;
            --display)  [[ $1 =~ ^(gtk|sdl|none)$ ]] || die "--display: gtk, sdl or none, not $1"; display=$1; shift ;;
            --firmware) firmware=$(absolute "$1"); need_file "$option" "$firmware"; shift ;;
            --vars)     vars=$(absolute "$1"); need_file "$option" "$vars"; shift ;;
            --tpm)      tpm=1 ;;
            --gdb)      gdb=1 ;;
            --debug)    debug=1 ;;
            --snp|--tdx)
                [[ -z $confidential || $confidential == "${option#--}" ]] || die "--snp and --tdx exclude each other"
                confidential=${option#--} ;;
            --model)    [[ $1 =~ ^(snp|es|sev|plain)$ ]] || die "--model: snp, es, sev or plain, not $1"; model=$1; shift ;;
            --image)    firmware=$(absolute "$1"); need_file "$option" "$firmware"; shift ;;
            --lie)      lie=$1; shift ;;
            --lenient)  lenient=1 ;;
            --print)    print=1 ;;
            --help|-h)  usage; exit 0 ;;
            --)         extra=("$@"); return 0 ;;
            *)          die "unknown option: $option (see --help)" ;;
        esac
    done
}

check_options() {
    [[ -z $initrd || -n $kernel ]] || die "--initrd needs --kernel"
    [[ -z $append_given || -n $kernel || -z $disk$iso ]] || die "--append needs --kernel"
    [[ -z $confidential || -z $vars ]] || die "--$confidential takes no --vars: such guests have no flash"
    [[ -z $model || -z $confidential$vars$tpm$display ]] || die "--model excludes --snp, --tdx, --vars, --tpm and --display"
    [[ -n $model || -z $lie && $lenient == 0 ]] || die "--lie and --lenient need --model"
    [[ -z $confidential || $machine == q35 ]] || die "--$confidential needs --machine q35"
}

prepare() {
    local sets=(build run)
    [[ -z $tpm ]] || sets+=(tpm)
    [[ -z $model ]] || sets+=(machine)
    tests/deps.sh "${sets[@]}"
    if [[ -z $firmware ]]; then
        make -s firmware
    fi
    if [[ -z $kernel$disk$iso ]]; then
        tests/deps.sh guest
    fi
}

# A few instructions from the reset vector, with the CPU model a real run would use; FNINIT is
# there because software that poses as KVM may not emulate it. Exit status 85 is 0x2a through
# isa-debug-exit.
kvm_works() {
    [[ -r /dev/kvm && -w /dev/kvm ]] || return 1
    local rom status=0
    rom=$(mktemp)
    {
        head -c 65520 /dev/zero
        printf '\xdb\xe3\xb0\x2a\xe6\xf4\xf4'
        head -c 9 /dev/zero
    } >"$rom"
    (ulimit -c 0; exec timeout -s KILL 5 "$qemu" -nodefaults -no-user-config -display none -machine q35 -m 16 -accel kvm \
        -cpu host -bios "$rom" -device isa-debug-exit,iobase=0xf4,iosize=1) </dev/null >/dev/null 2>&1 || status=$?
    rm -f "$rom"
    [[ $status == 85 ]]
}

# Prints kvm or tcg. The answer holds until the host boots again or changes its QEMU.
accelerator() {
    local cache=build/accelerator key answer=tcg
    command -v "$qemu" >/dev/null || { echo tcg; return; }
    key="$(cat /proc/sys/kernel/random/boot_id) $(id -u) $("$qemu" --version | head -n 1)"
    if [[ -r $cache && $(head -n 1 "$cache") == "$key" ]]; then
        tail -n 1 "$cache"
        return
    fi
    ! kvm_works || answer=kvm
    mkdir -p build
    printf '%s\n%s\n' "$key" "$answer" >"$cache"
    echo "$answer"
}

# Prints why this host cannot run the confidential guest asked for; nothing when it can.
confidential_obstacle() {
    local object parameter
    case $confidential in
        snp) object=sev-snp-guest parameter=/sys/module/kvm_amd/parameters/sev_snp ;;
        tdx) object=tdx-guest parameter=/sys/module/kvm_intel/parameters/tdx ;;
    esac
    if [[ ! -r /dev/kvm || ! -w /dev/kvm ]]; then
        echo "/dev/kvm cannot be opened"
    elif [[ ! -r $parameter ]]; then
        echo "the host's KVM has no $parameter"
    elif [[ $(cat "$parameter") != [Y1]* ]]; then
        echo "$parameter is off: the CPU, its BIOS or the kernel does not offer it"
    elif ! "$qemu" -object help 2>/dev/null | grep -qw "$object"; then
        echo "this $("$qemu" --version | awk 'NR == 1 { print "QEMU " $4 }') has no $object (needs $([[ $confidential == snp ]] && echo 9.1 || echo 10.1))"
    fi
}

# CPUID 0x8000001F EBX: where the encryption bit is, and how many address bits it costs.
sev_address_bits() {
    local ebx=""
    if [[ -r /dev/cpu/0/cpuid ]]; then
        ebx=$(dd if=/dev/cpu/0/cpuid bs=16 count=1 iflag=skip_bytes skip=$((0x8000001f)) 2>/dev/null |
            od -An -tu4 -j4 -N4 | tr -d ' ')
    fi
    # Every SNP host so far.
    [[ ${ebx:-0} != 0 ]] || ebx=$((51 | 1 << 6))
    echo "cbitpos=$((ebx & 63)),reduced-phys-bits=$((ebx >> 6 & 63))"
}

disk_format() {
    case $(head -c 4 "$1" | od -An -tx1 | tr -d ' ') in
        514649fb) echo qcow2 ;;
        *)        echo raw ;;
    esac
}

# QEMU doubles commas inside a value.
escaped() { echo "${1//,/,,}"; }

words=()

add_machine() {
    local size=$memory
    [[ $size == *[MG] ]] || size+=M
    words=("$qemu" -nodefaults -no-user-config -m "$size" -smp "$cpus" -serial mon:stdio)
    case $confidential in
        snp) words+=(-accel kvm -cpu EPYC-v4 -machine q35,memory-backend=ram,confidential-guest-support=cc
                 -object "memory-backend-memfd,id=ram,size=$size,share=true,prealloc=false"
                 -object "sev-snp-guest,id=cc,policy=0x30000,$(sev_address_bits),kernel-hashes=on") ;;
        tdx) words+=(-accel kvm -cpu host -machine q35,kernel-irqchip=split,memory-backend=ram,confidential-guest-support=cc
                 -object "memory-backend-memfd,id=ram,size=$size,share=true,prealloc=false"
                 -object tdx-guest,id=cc) ;;
        *)   words+=(-machine "$machine" -accel "$accel")
             [[ $accel == tcg ]] || words+=(-cpu host) ;;
    esac
    words+=(-device virtio-rng-pci -nic user,model=virtio-net-pci)
}

add_firmware() {
    if [[ -n $vars ]]; then
        words+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=$(escaped "${firmware:-build/ASHLAR_CODE.fd}")"
                -drive "if=pflash,unit=1,format=raw,file=$(escaped "$vars")")
    else
        words+=(-bios "${firmware:-build/ashlar${confidential:+-cc}.fd}")
    fi
}

add_payload() {
    if [[ -n $kernel ]]; then
        words+=(-kernel "$kernel")
        [[ -z $initrd ]] || words+=(-initrd "$initrd")
        words+=(-append "$([[ -n $append_given ]] && echo "$append" || echo console=ttyS0)")
    elif [[ -z $disk$iso ]]; then
        words+=(-kernel build/guest/vmlinuz -initrd build/guest/initrd)
        words+=(-append "$([[ -n $append_given ]] && echo "$append" || echo "console=ttyS0 quiet")")
    fi
    [[ -z $disk ]] || words+=(-drive "if=none,id=disk,format=$(disk_format "$disk"),file=$(escaped "$disk")"
                              -device virtio-blk-pci,drive=disk,bootindex=1)
    [[ -z $iso ]] || words+=(-drive "if=none,id=iso,media=cdrom,readonly=on,format=raw,file=$(escaped "$iso")"
                             -device virtio-scsi-pci -device scsi-cd,drive=iso,bootindex=2)
}

add_extras() {
    if [[ ${display:-none} == none ]]; then
        words+=(-display none)
    else
        "$qemu" -display help 2>/dev/null | grep -qx "$display" ||
            die "--display $display: this QEMU lacks it (Debian: apt-get install qemu-system-gui)"
        words+=(-display "$display" -vga std)
    fi
    [[ -z $debug ]] || words+=(-debugcon file:build/debug.log -global isa-debugcon.iobase=0x402)
    [[ -z $gdb ]] || words+=(-s -S)
    [[ -z $tpm ]] || words+=(-chardev "socket,id=tpm,path=$scratch/tpm.sock" -tpmdev emulator,id=tpm0,chardev=tpm
                             -device tpm-crb,tpmdev=tpm0)
    words+=("${extra[@]}")
}

# The model's host runs under TCG and starts the firmware itself; QEMU's words for it come from the model's own tool.
add_model() {
    local size=${memory%M} command
    [[ $size != *G ]] || size=$((${size%G} * 1024))
    [[ -n $print ]] || make -s model
    command=$(build/machine/model-command "$model" "$cpus" "$size" "${firmware:-build/ashlar.fd}" "$lenient" "$lie" \
        build/machine/parameters build/machine/report.json) || die "the model is not built: make model"
    mapfile -t words <<<"$command"
    words+=(-serial mon:stdio -global virtio-blk-pci.iommu_platform=on
            -global virtio-blk-pci.disable-legacy=on
            -global virtio-scsi-pci.iommu_platform=on
            -global virtio-scsi-pci.disable-legacy=on)
}

# 33 is power-off through isa-debug-exit; see host::End for the others.
run_model() {
    local status=0
    "${words[@]}" || status=$?
    awk '/"report"/, 0' build/machine/report.json | grep -E '"end"|"violations"' >&2 || true
    [[ $status != 33 ]] || status=0
    return "$status"
}

scratch="" swtpm_pid=""
clean_up() {
    [[ -z $swtpm_pid ]] || kill "$swtpm_pid" 2>/dev/null || true
    [[ -z $scratch ]] || rm -rf "$scratch"
}

start_tpm() {
    swtpm socket --tpm2 --tpmstate "dir=$scratch" --ctrl "type=unixio,path=$scratch/tpm.sock" --terminate \
        >"$scratch/swtpm.log" 2>&1 </dev/null &
    swtpm_pid=$!
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        [[ ! -S $scratch/tpm.sock ]] || return 0
        sleep 0.1
    done
    die "swtpm does not start: $(tail -n 1 "$scratch/swtpm.log")"
}

main() {
    parse_options "$@"
    check_options
    cd "$root"
    [[ -n $print ]] || prepare

    local obstacle=""
    [[ -z $confidential ]] || obstacle=$(confidential_obstacle)
    if [[ -n $obstacle ]]; then
        say "this host cannot run --$confidential: $obstacle"
        [[ -n $print ]] || exit 2
    fi
    accel=tcg
    [[ -n $confidential$model ]] || accel=$(accelerator)
    trap clean_up EXIT
    [[ -z $tpm ]] || scratch=$(mktemp -d)

    if [[ -n $model ]]; then
        add_model
    else
        add_machine
        add_firmware
    fi
    add_payload
    add_extras
    if [[ -n $print ]]; then
        printf '%q ' "${words[@]}"
        echo
        return
    fi
    [[ -n $confidential ]] || say "accelerator $accel$([[ $accel == kvm ]] || echo ' (no working KVM here)'); Ctrl-a x ends QEMU"
    [[ -z $gdb ]] || say "waiting for gdb: target remote localhost:1234"
    if [[ -n $model ]]; then
        run_model
        return
    fi
    [[ -n $tpm ]] || exec "${words[@]}"
    start_tpm
    "${words[@]}"
}

main "$@"
