#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# make_debian_disk.sh OUT: OUT.img, a disk with Debian 12 as debootstrap installs it: an empty EFI system partition and a root
# file system that logs root in on the serial port. OUT.vmlinuz and OUT.initrd are its own, to start the machine that
# installs the boot loader (tests/boot/debian_disk_test.cpp). Needs root for debootstrap's chroot, and no loop device. Made once.
set -euo pipefail
out=$1
[[ ! $out.img -nt $0 ]] || exit 0
PATH=$PATH:/usr/sbin:/sbin
packages=systemd-sysv,linux-image-cloud-amd64,initramfs-tools,grub-efi-amd64,grub-efi-amd64-signed,shim-signed,efibootmgr
esp_mib=64 root_mib=1200

say() { echo "make_debian_disk.sh: $*" >&2; exit 1; }
[[ $(id -u) == 0 ]] || say "debootstrap needs root"
for tool in debootstrap mke2fs sfdisk mkfs.vfat; do
    command -v "$tool" >/dev/null || say "no $tool: run tests/deps.sh debian"
done

stage=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf --one-file-system "$stage"' EXIT
tree=$stage/tree
# In a mount namespace of its own: what debootstrap mounts goes with it.
unshare --mount debootstrap --variant=minbase --include="$packages" bookworm "$tree" >"$out.log" 2>&1 ||
    say "debootstrap failed: $(tail -n 1 "$out.log"); all of it is in $out.log"

chroot "$tree" passwd -q -d root
echo ashlar-debian >"$tree/etc/hostname"
printf 'LABEL=root / ext4 defaults 0 0\nLABEL=ESP /boot/efi vfat umask=0077 0 0\n' >"$tree/etc/fstab"
mkdir -p "$tree/boot/efi" "$tree/etc/systemd/system/serial-getty@ttyS0.service.d"
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noclear ttyS0 vt220\n' \
    >"$tree/etc/systemd/system/serial-getty@ttyS0.service.d/autologin.conf"
printf 'GRUB_DEFAULT=0\nGRUB_TIMEOUT=0\nGRUB_DISTRIBUTOR=debian\nGRUB_CMDLINE_LINUX="console=ttyS0"\nGRUB_TERMINAL=console\n' >"$tree/etc/default/grub"
for timer in apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer; do
    ln -sf /dev/null "$tree/etc/systemd/system/$timer"
done
rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*

truncate -s $((esp_mib + root_mib + 2))M "$stage/img"
printf 'label: gpt\nstart=1MiB, size=%dMiB, type=U\nsize=%dMiB, type=L\n' "$esp_mib" "$root_mib" | sfdisk -q "$stage/img"
mkfs.vfat -F 32 -s 1 -n ESP --offset 2048 "$stage/img" $((esp_mib << 10)) >"$out.log" 2>&1
mke2fs -q -F -t ext4 -L root -d "$tree" -E offset=$(((esp_mib + 1) << 20)) "$stage/img" ${root_mib}M
cp "$tree"/boot/vmlinuz-* "$out.vmlinuz"
cp "$tree"/boot/initrd.img-* "$out.initrd"
mv "$stage/img" "$out.img"
