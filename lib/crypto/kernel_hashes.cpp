// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/crypto/kernel_hashes.hpp"

#include "lib/base/endian.hpp"

namespace crypto {
namespace {

constexpr Guid table_guid = "9438d606-4f22-4cc9-b479-a793d411fd21"_guid;
constexpr Guid command_line_guid = "97d02dd8-bd20-4c94-aa78-e7714d36ab2a"_guid;
constexpr Guid initrd_guid = "44baf731-3a2f-4bd7-9af1-41e29169781d"_guid;
constexpr Guid kernel_guid = "4de79437-abd2-427f-b835-d5b172d2045b"_guid;

struct [[gnu::packed]] EntryHeader {
  Guid guid;
  u16 length;  // with this header
};
static_assert(sizeof(EntryHeader) == 18);
struct [[gnu::packed]] Entry {
  EntryHeader header;
  Sha256Digest hash;
};
static_assert(sizeof(Entry) == 50);

}  // namespace

Result<KernelHashes> parse_kernel_hashes(std::span<const u8> area) {
  if (area.size() < sizeof(EntryHeader)) return Error::not_found;
  const auto table = load_le<EntryHeader>(area.data());
  if (!(Guid(table.guid) == table_guid)) return Error::not_found;
  if (table.length < sizeof table || table.length > area.size()) return Error::volume_corrupted;
  KernelHashes hashes{};
  unsigned seen = 0;
  for (u64 at = sizeof table; at + sizeof(Entry) <= table.length; at += sizeof(Entry)) {
    const auto entry = load_le<Entry>(area.data() + at);
    if (entry.header.length != sizeof(Entry)) return Error::volume_corrupted;
    const Guid guid = entry.header.guid;
    const unsigned bit = guid == command_line_guid ? 1 : guid == initrd_guid ? 2 : guid == kernel_guid ? 4 : 0;
    if (!bit || (seen & bit)) return Error::volume_corrupted;
    seen |= bit;
    (bit == 1 ? hashes.command_line : bit == 2 ? hashes.initrd : hashes.kernel) = entry.hash;
  }
  if (seen != 7) return Error::volume_corrupted;
  return hashes;
}

}  // namespace crypto
