#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# make_test_initrd.sh BASE HELPER OUT: BASE plus the checks, with a pattern of known hash in OUT.sha256.
# The kernel unpacks concatenated archives one after the other.
set -euo pipefail

base=$1 helper=$2 out=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

mkdir -p "$stage/tree/bin"
install -m 755 "$here/checks.sh" "$stage/tree/checks.sh"
install -m 755 "$helper" "$stage/tree/bin/set_mutable"
# Incompressible enough that a lost or repeated page shows.
seq 1 150000 | gzip -9n >"$stage/tree/pattern.bin"
sha256sum <"$stage/tree/pattern.bin" | cut -d' ' -f1 >"$out.sha256"

(cd "$stage/tree" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
    cpio --quiet --null --create --format=newc --owner=0:0 --reproducible) | gzip -9n >"$stage/overlay"
cat "$base" "$stage/overlay" >"$out.new"
mv "$out.new" "$out"
