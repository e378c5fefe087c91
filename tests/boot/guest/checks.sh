#!/bin/busybox sh
# SPDX-License-Identifier: BSD-2-Clause-Patent
# What the guest sees of its firmware, as `ASHLAR key=value` lines for the host to judge.

say() { echo "ASHLAR $*"; }
hex() { hexdump -v -e '1/1 "%02x"'; }
# Like `dd skip=`, in bytes, for addresses anywhere in memory.
memory() { dd if=/dev/mem iflag=skip_bytes,count_bytes skip="$1" count="$2" 2>/dev/null; }
# The name of the outermost range of /proc/iomem that holds an address.
region_of() {
    local range name
    grep "^[0-9a-f]" /proc/iomem | while read -r range name; do
        [ "$1" -lt $((0x${range%-*})) ] || [ "$1" -gt $((0x${range#*-})) ] || echo "${name#: }"
    done
}
# Little-endian integer from hexadecimal text.
integer() { echo "$(( 0x$(echo "$1" | sed 's/\(..\)/\1\n/g' | tac | tr -d '\n') ))"; }

say_firmware() {
    if [ -d /sys/firmware/efi ]; then say efi=1; else say efi=0; fi
    say "efi_bits=$(cat /sys/firmware/efi/fw_platform_size)"
    say "runtime_map=$(ls /sys/firmware/efi/runtime-map 2>/dev/null | wc -l)"
    say "config_tables=$(cut -d= -f1 /sys/firmware/efi/systab | tr '\n' ' ')"
    for field in bios_vendor bios_version bios_date sys_vendor product_name chassis_vendor; do
        say "dmi_$field=$(cat /sys/class/dmi/id/$field 2>/dev/null)"
    done
}

say_machine() {
    say "memtotal_kib=$(awk '/MemTotal/ { print $2 }' /proc/meminfo)"
    say "cpus_online=$(cat /sys/devices/system/cpu/online)"
    say "usable_kib=$(dmesg | sed -n "s!.*Memory: [0-9]*K/\([0-9]*\)K available.*!\1!p")"
    say "nproc=$(nproc)"
    say "pci_devices=$(ls /sys/bus/pci/devices | wc -l)"
    say "acpi_tables=$(ls /sys/firmware/acpi/tables | tr '\n' ' ')"
    say "clocksource=$(cat /sys/devices/system/clocksource/clocksource0/available_clocksource)"
}

say_boot() {
    say "cmdline=$(cat /proc/cmdline)"
    say "initrd_sha256=$(sha256sum </pattern.bin | cut -d' ' -f1)"
}

say_variables() {
    local guid=9e1f3c5a-6f0d-4b1e-8c77-3f2b1d0a4c55
    local dir=/sys/firmware/efi/efivars
    local file=$dir/AshlarBootTest-$guid
    say "efivars_listed=$(ls $dir | wc -l)"
    say "efivars_mode=$(sed -n "s!^[^ ]* $dir [^ ]* \(r.\).*!\1!p" /proc/mounts)"
    grep -q "$dir .* rw" /proc/mounts || return

    printf '\007\000\000\000first' >$file && say "var_create=$(hex <$file)"
    # efivarfs marks variables it does not know immutable.
    set_mutable $file
    printf '\007\000\000\000second value' >$file && say "var_overwrite=$(hex <$file)"
    set_mutable $file
    printf '\107\000\000\000, appended' >>$file
    say "var_append=$(hex <$file)"

    # A fresh mount enumerates with GetNextVariableName instead of remembering.
    umount $dir && mount -t efivarfs efivarfs $dir
    say "var_remount=$(hex <$file)"
    set_mutable $file
    rm $file && say var_delete=ok
    umount $dir && mount -t efivarfs efivarfs $dir
    if [ -e $file ]; then say var_gone=0; else say var_gone=1; fi

    local big=$dir/AshlarBootBig-$guid
    { printf '\007\000\000\000'; head -c 1000 /dev/zero | tr '\0' 'x'; } >/tmp/big
    dd if=/tmp/big of=$big bs=2000 2>/dev/null
    if cmp -s /tmp/big $big; then say var_big=ok; else say var_big=differs; fi
    set_mutable $big
    rm $big
}

# Enough writes for the store to be rewritten more than once; and what the next boot finds.
write_many_variables() {
    local guid=9e1f3c5a-6f0d-4b1e-8c77-3f2b1d0a4c55 round=0 file
    while [ $round -lt 400 ]; do
        file=/sys/firmware/efi/efivars/AshlarMany$((round % 20))-$guid
        [ ! -e $file ] || set_mutable $file
        { printf '\007\000\000\000'; head -c 1400 /dev/zero | tr '\0' "\\$(printf %o $((round % 90 + 33)))"; } >/tmp/many
        dd if=/tmp/many of=$file bs=4000 2>/dev/null || say "many_failed=$round"
        round=$((round + 1))
    done
    say "many_written=$round"
}

say_many_variables() {
    say "many_sum=$(cat /sys/firmware/efi/efivars/AshlarMany*-* | sha256sum | cut -c1-32)"
    say "many_count=$(ls /sys/firmware/efi/efivars/AshlarMany*-* | wc -l)"
}

say_clock() {
    say "rtc_epoch=$(cat /sys/class/rtc/rtc0/since_epoch)"
    date -u -s '2031-02-03 04:05:06' >/dev/null
    hwclock -w -u && sleep 1
    say "rtc_set_to=$(date -u -d '2031-02-03 04:05:06' +%s)"
    say "rtc_after_set=$(cat /sys/class/rtc/rtc0/since_epoch)"
}

# The way systemd-analyze goes: the table's pointer record, then physical memory.
say_boot_record() {
    local table record
    table=$(hex </sys/firmware/acpi/tables/FPDT 2>/dev/null)
    say "fpdt=$table"
    [ ${#table} -ge 104 ] || return
    record=$(integer "$(echo "$table" | cut -c89-104)")
    say "fpdt_record=$(memory "$record" 56 | hex)"
    say "fpdt_region=$(region_of "$record")"
}

# QEMU's device puts the address of its page into an SSDT; the identifier lies 40 bytes in.
say_generation() {
    local table text address
    for table in /sys/firmware/acpi/tables/SSDT*; do
        text=$(hex <"$table" 2>/dev/null)
        case $text in *56474941*) ;; *) continue ;; esac
        # 0c: the AML prefix of the DWORD that follows the name VGIA.
        address=$(echo "$text" | sed 's/.*56474941\(0c\)\(........\).*/\2/')
        address=$(integer "$address")
        say "vmgenid_address=$address"
        say "vmgenid=$(memory $((address + 40)) 16 | hex)"
    done
    say "vmgenid_device=$(ls -d /sys/bus/acpi/devices/QEMUVGID:* 2>/dev/null | wc -l)"
}

# One line per function and per region it was given, and what Linux had to say or repair.
say_pci() {
    local device name index start end flags
    for device in /sys/bus/pci/devices/*; do
        name=${device##*/}
        say "pci=$name $(cat "$device/vendor"):$(cat "$device/device") $(readlink "$device/driver" | sed 's!.*/!!')"
        index=0
        while read -r start end flags; do
            [ $((flags & 0x300)) = 0 ] || say "pci_region=$name $index $((start)) $((end)) $((flags))"
            index=$((index + 1))
        done <"$device/resource"
    done
    dmesg | grep -E "can't claim|no compatible bridge window|can't assign|failed to assign|: assigned|conflict" |
        while read -r line; do say "pci_complaint=$line"; done
}

# Each device at work: interrupts and DMA through the bridges, registers, the far end of a large region.
say_devices() {
    local rng=/sys/class/misc/hw_random name file
    for name in $(cat $rng/rng_available); do
        case $name in virtio_rng*) ;; *) continue ;; esac
        echo "$name" >$rng/rng_current
        say "rng=$name $(dd if=/dev/hwrng bs=32 count=1 2>/dev/null | wc -c)"
    done
    for file in /sys/bus/pci/devices/*; do
        case $(cat "$file/vendor"):$(cat "$file/device") in
            0x1234:0x11e8) echo 1 >"$file/enable" && say "edu=$(devmem "$(sed -n '1s/ .*//p' "$file/resource")")" ;;
            0x1af4:0x1110) echo 1 >"$file/enable"
                name=$(($(sed -n '3s/^[^ ]* \([^ ]*\) .*/\1/p' "$file/resource") - 7))
                devmem "$name" 32 0x41534852 && say "shared_memory_end=$(devmem "$name")" ;;
        esac
    done
}

say_complaints() {
    dmesg | grep -E 'Firmware (Bug|Warn)|memattr: (Entry|!)|WARNING:|BUG:|Call Trace|unable to handle|Oops:' |
        while read -r line; do say "complaint=$line"; done
    dmesg | grep -E ' efi: |ACPI: (RSDP|FPDT)|RAMDISK|smp: Brought' | while read -r line; do say "note=$line"; done
}

dmesg -n 1
case " $(cat /proc/cmdline) " in
    *' ashlar.test=full '*)
        say_firmware
        say_machine
        say_boot
        say_variables
        say_boot_record
        say_generation
        say_complaints
        say_clock ;;
    *' ashlar.test=write-variables '*)
        write_many_variables
        say_many_variables ;;
    *' ashlar.test=read-variables '*)
        say_many_variables ;;
    *' ashlar.test=pci '*)
        say_pci
        say_devices
        say_generation
        say_complaints ;;
    *)  say brief=1 ;;
esac
say finished

while read -r order; do
    case $order in
        poweroff) poweroff -f ;;
        reboot)   reboot -f ;;
        efibootmgr*) $order && say "efibootmgr=ok" ;;
        *)        say "unknown=$order" ;;
    esac
done
