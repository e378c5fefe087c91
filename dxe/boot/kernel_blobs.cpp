// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/boot/kernel_blobs.hpp"

#include "lib/cc/platform.hpp"
#include "lib/crypto/kernel_hashes.hpp"
#include "lib/fw_cfg/fw_cfg.hpp"
#include "lib/log/log.hpp"

namespace boot {

using fw_cfg::Key;

namespace {

const crypto::KernelHashes* measured() {
  static constinit crypto::KernelHashes hashes{};
  static constinit bool looked = false, found = false;
  if (!looked && cc::launch_pages().kernel_hashes) {
    const auto parsed = crypto::parse_kernel_hashes({reinterpret_cast<const u8*>(layout::kernel_hashes), layout::kernel_hashes_bytes});
    if (!parsed && parsed.error() != Error::not_found) cc::terminate(cc::Reason::kernel_hash_table);
    found = static_cast<bool>(parsed);
    if (found) hashes = parsed.value_or({});
  }
  looked = true;
  return found ? &hashes : nullptr;
}

void verify(std::span<const u8> bytes, crypto::Sha256Digest crypto::KernelHashes::*which, const char* what) {
  const crypto::KernelHashes* hashes = measured();
  if (!hashes) return;
  if (crypto::sha256(bytes) == hashes->*which) return;
  log::error("the ", what, " is not the one that was measured");
  cc::terminate(cc::Reason::kernel_hash);
}

}  // namespace

bool blobs_are_verified() { return measured() != nullptr; }

KernelBlobs find_kernel_blobs() {
  KernelBlobs blobs;
  blobs.kernel_bytes = fw_cfg::read_u32(Key::kernel_size);
  blobs.setup_bytes = fw_cfg::read_u32(Key::setup_size);
  if (!blobs.present()) return blobs;
  blobs.initrd_bytes = fw_cfg::read_u32(Key::initrd_size);
  blobs.cmdline_bytes = fw_cfg::read_u32(Key::cmdline_size);
  return blobs;
}

void read_image(const KernelBlobs& blobs, std::span<u8> into) {
  fw_cfg::read(Key::setup_data, into.first(blobs.setup_bytes));
  fw_cfg::read(Key::kernel_data, into.subspan(blobs.setup_bytes));
  verify(into, &crypto::KernelHashes::kernel, "kernel");
}

void read_initrd(std::span<u8> into) {
  fw_cfg::read(Key::initrd_data, into);
  verify(into, &crypto::KernelHashes::initrd, "initrd");
}

void read_cmdline(std::span<u8> into) {
  fw_cfg::read(Key::cmdline_data, into);
  verify(into, &crypto::KernelHashes::command_line, "command line");
}

}  // namespace boot
