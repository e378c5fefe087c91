// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/snp/kernel_hashes.hpp"

#include <bearssl.h>

#include "lib/arch/io.hpp"
#include "lib/base/endian.hpp"
#include "lib/base/guid.hpp"

namespace snp {

namespace {

constexpr u16 selector_port = 0x510, data_port = 0x511;
enum class Item : u16 { kernel_size = 0x08, initrd_size = 0x0b, kernel = 0x11, initrd = 0x12, cmdline_size = 0x14, cmdline = 0x15,
                        setup_size = 0x17, setup = 0x18 };

void select(Item item) { arch::out16(selector_port, static_cast<u16>(item)); }

u32 size_of(Item item) {
  select(item);
  u32 size = 0;
  for (unsigned i = 0; i < 4; ++i) size |= u32{arch::in8(data_port)} << 8 * i;
  return size;
}

void update(br_sha256_context& c, Item item, u32 bytes) {
  select(item);
  u8 block[512];
  while (bytes) {
    const u32 part = bytes < sizeof block ? bytes : sizeof block;
    for (u32 i = 0; i < part; ++i) block[i] = arch::in8(data_port);
    br_sha256_update(&c, block, part);
    bytes -= part;
  }
}

u8* put_header(u8* to, const Guid& guid, u16 length) {
  __builtin_memcpy(to, &guid, sizeof guid);
  store_le(to + sizeof guid, length);
  return to + sizeof guid + 2;
}

u8* put_hash(u8* to, const Guid& guid, br_sha256_context& c) {
  to = put_header(to, guid, 50);
  br_sha256_out(&c, to);
  return to + 32;
}

}  // namespace

void write_kernel_hashes(u8* to) {
  to = put_header(to, "9438d606-4f22-4cc9-b479-a793d411fd21"_guid, 168);
  br_sha256_context c;
  br_sha256_init(&c);
  update(c, Item::cmdline, size_of(Item::cmdline_size));
  to = put_hash(to, "97d02dd8-bd20-4c94-aa78-e7714d36ab2a"_guid, c);
  br_sha256_init(&c);
  update(c, Item::initrd, size_of(Item::initrd_size));
  to = put_hash(to, "44baf731-3a2f-4bd7-9af1-41e29169781d"_guid, c);
  br_sha256_init(&c);
  update(c, Item::setup, size_of(Item::setup_size));
  update(c, Item::kernel, size_of(Item::kernel_size));
  put_hash(to, "4de79437-abd2-427f-b835-d5b172d2045b"_guid, c);
}

}  // namespace snp
