#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# Asks libvirt, by a daemon of its own without privileges, which firmware a guest gets: libvirt.sh FOLDER
# FOLDER/config/qemu/firmware has the descriptors. Prints what virsh says; the guest is run and undone.
set -euo pipefail
folder=$1
export HOME=$folder XDG_CONFIG_HOME=$folder/config XDG_RUNTIME_DIR=$folder/run XDG_CACHE_HOME=$folder/cache XDG_DATA_HOME=$folder/data
mkdir -p "$XDG_RUNTIME_DIR" "$XDG_CACHE_HOME" "$XDG_DATA_HOME"
cat >"$folder/guest.xml" <<'END'
<domain type='qemu'>
  <name>ashlar</name><memory unit='MiB'>256</memory><vcpu>1</vcpu>
  <os firmware='efi'><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <controller type='usb' model='none'/><memballoon model='none'/>
  </devices>
</domain>
END
as=()
if [[ $(id -u) == 0 ]]; then  # root has no session daemon
    chown -R nobody "$folder"
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
fi
"${as[@]}" virsh -c qemu:///session domcapabilities --machine q35 --virttype qemu
"${as[@]}" virsh -c qemu:///session "define $folder/guest.xml; start ashlar; dumpxml ashlar; destroy ashlar; undefine ashlar --nvram"
# The daemon goes with its last connection and its timeout, or now.
pid=$folder/run/libvirt/libvirtd.pid
[[ ! -r $pid ]] || kill "$(cat "$pid")"
