// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "linker/variable_store.hpp"

#include <cstring>

#include "lib/base/crc32.hpp"
#include "lib/base/guid.hpp"
#include "lib/handoff/layout.hpp"

namespace linker {
namespace {

using namespace base;

constexpr u64 block_bytes = 0x1000;

// EFI_FIRMWARE_VOLUME_HEADER with a one-entry block map [pi vol3 §3.2.1].
struct [[gnu::packed]] VolumeHeader {
  u8 zero_vector[16];
  Guid file_system;
  u64 length;
  char signature[4];
  u32 attributes;
  u16 header_length;
  u16 checksum;
  u16 ext_header_offset;
  u8 reserved;
  u8 revision;
  u32 blocks, block_length;
  u32 end[2];
};
static_assert(sizeof(VolumeHeader) == 0x48);

// VARIABLE_STORE_HEADER and the fault-tolerant write working block header of the same volume.
struct [[gnu::packed]] StoreHeader {
  Guid signature;
  u32 size;
  u8 format, state;
  u16 reserved;
  u32 reserved1;
};
static_assert(sizeof(StoreHeader) == 28);

struct [[gnu::packed]] WorkingHeader {
  Guid signature;
  u32 crc;
  u8 state;
  u8 reserved[3];
  u64 write_queue_size;
};
static_assert(sizeof(WorkingHeader) == 32);

}  // namespace

Bytes empty_variable_store() {
  Bytes out(layout::vars_bytes, 0xff);

  VolumeHeader volume{};
  volume.file_system = "fff12b8d-7696-4c8b-a985-2747075b4f50"_guid;
  volume.length = layout::vars_bytes;
  std::memcpy(volume.signature, "_FVH", 4);
  volume.attributes = 0x4feff;
  volume.header_length = sizeof volume;
  volume.revision = 2;
  volume.blocks = layout::vars_bytes / block_bytes;
  volume.block_length = block_bytes;
  u16 sum = 0, words[sizeof volume / 2];
  std::memcpy(words, &volume, sizeof volume);
  for (u16 word : words) sum = static_cast<u16>(sum + word);
  volume.checksum = static_cast<u16>(-sum);
  std::memcpy(out.data(), &volume, sizeof volume);

  StoreHeader store{};
  store.signature = "aaf32c78-947b-439a-a180-2e144ec37792"_guid;
  store.size = layout::vars_live_bytes - sizeof volume;
  store.format = 0x5a;
  store.state = 0xfe;
  std::memcpy(out.data() + sizeof volume, &store, sizeof store);

  // The checksum is taken with the checksum and state fields erased.
  WorkingHeader working;
  std::memset(&working, 0xff, sizeof working);
  working.signature = "9e58292b-7c68-497d-a0ce-6500fd9f1b95"_guid;
  working.write_queue_size = block_bytes - sizeof working;
  working.crc = crc32(&working, sizeof working);
  working.state = 0xfe;
  std::memcpy(out.data() + layout::vars_live_bytes + block_bytes, &working, sizeof working);
  return out;
}

}  // namespace linker
