#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# The one place that knows Debian's package names and fetches the guest's kernel.
#   tests/deps.sh SET...     install what is missing of the sets build, run, test, bench
#   tests/deps.sh guest      kernel, busybox and initrd into build/guest
#   tests/deps.sh trixie-ovmf  Debian 13's OVMF into build/ovmf-trixie/OVMF.fd
#   tests/deps.sh trixie-qemu  Debian 13's QEMU with all its libraries into build/qemu-trixie; `qemu` in there runs it
#   tests/deps.sh loaders    boot loaders and other EFI programs into build/loaders
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
guest=$root/build/guest
loaders=$root/build/loaders
trixie=$root/build/ovmf-trixie
# edk2 2025.02, the first in Debian that boots as a strict SNP guest.
trixie_ovmf_version=2025.02-8+deb13u1
trixie_qemu=$root/build/qemu-trixie
# QEMU 10.0: TCG with an x2APIC. The hash is that of the package named here; apt vouches for those that it needs.
trixie_qemu_version=1:10.0.13+ds-0+deb13u1
trixie_qemu_sha256=5e841d0723a657fd8bc2e9e1a085d24f47fcb3e4a0f94762e6c38b429f22fbb1
trixie_ovmf_sha256=78e0d54df11fc77406cb7a0bc9a39e5bca6d1cbe06556b91d9a73491c52decdf
trixie_shell_sha256=8c6d1a499722f8adef5009eebba97cc4d994ac56d5b56045219985c26e9a8129

packages_of() {
    case $1 in
        build) echo make clang-19 lld-19 llvm-19 nasm ;;
        run)   echo qemu-system-x86 cpio gzip ;;
        test)  echo binutils clang-19 lld-19 llvm-19 nasm libclang-rt-19-dev libgtest-dev qemu-system-x86 cpio gzip mtools swtpm dosfstools xorriso fdisk gdisk ovmf efibootmgr libvirt-clients libvirt-daemon libvirt-daemon-driver-qemu ;;
        bench) echo clang-19 lld-19 nasm qemu-system-x86 ovmf seabios mtools gdisk ;;
        tpm)   echo swtpm ;;
        debian) echo debootstrap dosfstools e2fsprogs fdisk qemu-system-x86 ovmf ;;
        machine) echo clang-19 lld-19 nasm libgtest-dev qemu-system-x86 cpio gzip mtools gdisk ovmf libbearssl-dev ;;
        *)     echo "deps.sh: unknown set '$1' (build, run, test, bench, tpm, debian, machine, guest)" >&2; return 2 ;;
    esac
}

installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints the prefix that makes apt-get run as root; fails when there is none.
elevation() {
    if [[ $(id -u) == 0 ]]; then
        echo env
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        echo sudo
    else
        return 1
    fi
}

as_root_apt() {
    local prefix
    prefix=$(elevation) || return 1
    "$prefix" DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null >&2
}

require() {
    local set name missing=() wanted
    for set in "$@"; do
        wanted=$(packages_of "$set") || exit 2
        for name in $wanted; do
            installed "$name" || [[ " ${missing[*]-} " == *" $name "* ]] || missing+=("$name")
        done
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0

    if ! elevation >/dev/null; then
        echo "Missing packages. Run:  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    echo "deps: installing ${missing[*]}" >&2
    as_root_apt update
    as_root_apt install --no-install-recommends "${missing[@]}"
}

# download DIRECTORY PACKAGE...
download() {
    # apt's sandbox user cannot write here; naming ourselves avoids its warning.
    (cd "$1" && shift && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$@" >&2)
}

kernel_package() {
    apt-cache depends --no-recommends --no-suggests linux-image-cloud-amd64 2>/dev/null |
        awk '/Depends: linux-image-/ { print $2; exit }'
}

fetch_packages() {
    local kernel
    kernel=$(kernel_package)
    if [[ -z $kernel ]] || ! download "$guest/packages" "$kernel" busybox-static; then
        # Lists that are absent or older than the archive: refresh once, then insist.
        as_root_apt update || { echo "Package lists are missing or stale. Run:  sudo apt-get update" >&2; exit 1; }
        kernel=$(kernel_package)
        [[ -n $kernel ]] || { echo "deps.sh: apt knows no linux-image-cloud-amd64" >&2; exit 1; }
        download "$guest/packages" "$kernel" busybox-static
    fi
}

fetch_guest() {
    [[ ! -e $guest/unpacked.stamp ]] || return 0
    rm -rf "$guest/packages" "$guest/unpacked"
    mkdir -p "$guest/packages" "$guest/unpacked"
    fetch_packages
    local package
    for package in "$guest"/packages/*.deb; do
        dpkg-deb -x "$package" "$guest/unpacked"
    done
    cp "$guest"/unpacked/boot/vmlinuz-* "$guest/vmlinuz"
    rm -rf "$guest/packages"
    touch "$guest/unpacked.stamp"
}

# Modules a firmware's guest needs, in load order; those built into the kernel are skipped.
guest_modules=(
    fs/efivarfs/efivarfs
    drivers/virtio/virtio_ring drivers/virtio/virtio
    drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci
    drivers/block/virtio_blk drivers/char/hw_random/virtio-rng
)

build_initrd() {
    local init=$root/tests/boot/guest/init stage=$guest/stage
    if [[ -e $guest/initrd && $guest/initrd -nt $init && $guest/initrd -nt $guest/unpacked.stamp &&
          $guest/initrd -nt ${BASH_SOURCE[0]} ]]; then
        return 0
    fi
    rm -rf "$stage"
    mkdir -p "$stage"/{bin,dev,proc,sys,tmp,etc,root,modules}
    cp "$guest/unpacked/bin/busybox" "$stage/bin/"
    install -m 755 "$init" "$stage/init"

    local module file index=0
    for module in "${guest_modules[@]}"; do
        for file in "$guest"/unpacked/lib/modules/*/kernel/"$module".ko; do
            [[ -e $file ]] || continue
            index=$((index + 1))
            cp "$file" "$stage/modules/$(printf '%02d' "$index")-${file##*/}"
        done
    done
    pack_cpio "$stage" | gzip -9n >"$guest/initrd.new"
    mv "$guest/initrd.new" "$guest/initrd"
    rm -rf "$stage"
}

pack_cpio() {
    (cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
        cpio --quiet --null --create --format=newc --owner=0:0 --reproducible)
}

# The mirrors of the machine's own Debian suite, by the URIs in its apt configuration.
debian_mirror() {
    { awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null
      awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) { print $i; exit } }' /etc/apt/sources.list 2>/dev/null; } | head -n 1 || true
}

# An apt of its own in a folder: the machine's packages stay Debian 12's, and it knows of none that is installed.
trixie_apt() {
    local at=$1
    "$2" -q -o "Dir::State=$at/state" -o "Dir::State::status=$at/state/status" -o "Dir::Cache=$at/cache" \
        -o "Dir::Etc::sourcelist=$at/trixie.sources" -o Dir::Etc::sourceparts=/dev/null -o "APT::Sandbox::User=$(id -un)" \
        -o Acquire::Languages=none "${@:3}" >&2
}

trixie_open() {
    local at=$1 mirror
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || { echo "deps.sh: no Debian mirror in the apt configuration" >&2; exit 1; }
    mkdir -p "$at"/{state/lists/partial,cache/archives/partial,package}
    : >"$at/state/status"
    printf 'Types: deb\nURIs: %s\nSuites: trixie\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
        "$mirror" >"$at/trixie.sources"
    trixie_apt "$at" apt-get update
}

fetch_trixie_qemu() {
    [[ ! -x $trixie_qemu/qemu ]] || return 0
    local at=$trixie_qemu package
    trixie_open "$at"
    trixie_apt "$at" apt-get install --download-only --no-install-recommends -y "qemu-system-x86=$trixie_qemu_version"
    echo "$trixie_qemu_sha256  $(echo "$at"/cache/archives/qemu-system-x86_*.deb)" | sha256sum --quiet -c >&2
    for package in "$at"/cache/archives/*.deb; do dpkg-deb -x "$package" "$at/root"; done
    rm -rf "$at/package" "$at/state" "$at/cache"
    cat >"$at/qemu" <<'END'
#!/bin/sh
# Debian 13's QEMU on Debian 13's C library.
root=$(dirname "$(readlink -f "$0")")/root
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$root/usr/bin/qemu-system-x86_64" -L "$root/usr/share/qemu" -L "$root/usr/share/seabios" "$@"
END
    chmod +x "$at/qemu"
}

# fetch_trixie_file PACKAGE SHA256 FILE TO: of edk2's packages, by name, version and hash.
fetch_trixie_file() {
    [[ ! -f $4 ]] || return 0
    local package=$trixie/package
    trixie_open "$trixie"
    (cd "$package" && trixie_apt "$trixie" apt-get download "$1=$trixie_ovmf_version")
    echo "$2  $(echo "$package/$1"_*.deb)" | sha256sum --quiet -c >&2
    dpkg-deb -x "$package/$1"_*.deb "$package/root"
    cp "$package/root/$3" "$4"
    rm -rf "$package" "$trixie/state" "$trixie/cache"
}

# What an EFI system partition carries in the field, unmodified.
loader_packages=(systemd-boot-efi grub-efi-amd64-bin grub-efi-amd64-signed shim-signed shim-helpers-amd64-signed refind ipxe memtest86+
    xen-hypervisor-4.17-amd64 efitools)

fetch_loaders() {
    fetch_trixie_file efi-shell-x64 "$trixie_shell_sha256" usr/share/efi-shell-x64/shellx64.efi "$trixie/shellx64.efi"
    [[ ! -e $loaders/unpacked.stamp ]] || return 0
    rm -rf "$loaders"
    mkdir -p "$loaders"/{packages,unpacked}
    download "$loaders/packages" "${loader_packages[@]}" || {
        as_root_apt update || { echo "Package lists are missing or stale. Run:  sudo apt-get update" >&2; exit 1; }
        download "$loaders/packages" "${loader_packages[@]}"
    }
    local package
    for package in "$loaders"/packages/*.deb; do
        dpkg-deb -x "$package" "$loaders/unpacked"
    done
    rm -rf "$loaders/packages"
    touch "$loaders/unpacked.stamp"
}

main() {
    [[ $# -gt 0 ]] || { sed -n '4,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2; }
    local sets=() want_guest="" want_trixie="" want_loaders="" want_trixie_qemu="" argument
    for argument in "$@"; do
        case $argument in
            guest)       want_guest=1 ;;
            trixie-ovmf) want_trixie=1 ;;
            loaders)     want_loaders=1 ;;
            trixie-qemu) want_trixie_qemu=1 ;;
            *)           sets+=("$argument") ;;
        esac
    done
    [[ -z $want_guest ]] || sets+=(run)
    require "${sets[@]}"
    [[ -z $want_guest ]] || { fetch_guest; build_initrd; }
    [[ -z $want_trixie ]] || fetch_trixie_file ovmf "$trixie_ovmf_sha256" usr/share/ovmf/OVMF.fd "$trixie/OVMF.fd"
    [[ -z $want_loaders ]] || fetch_loaders
    [[ -z $want_trixie_qemu ]] || fetch_trixie_qemu
}

main "$@"
