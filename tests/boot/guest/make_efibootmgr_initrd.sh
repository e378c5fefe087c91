#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
# make_efibootmgr_initrd.sh BASE OUT: BASE and this machine's efibootmgr with the libraries that it needs.
set -euo pipefail
base=$1 out=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
program=$(command -v efibootmgr)
install -D "$program" "$stage/tree/bin/efibootmgr"
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    install -D "$(readlink -f "$library")" "$stage/tree$library"
done
(cd "$stage/tree" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
    cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -1n >"$stage/overlay"
cat "$base" "$stage/overlay" >"$out.new"
mv "$out.new" "$out"
