// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/guid.hpp"

// The table of GUIDs at the end of an image and the launch metadata it points at: wire format only
// [QEMU hw/i386/pc_sysfw_ovmf.c, target/i386/sev.c].
namespace cc::sev {

using namespace base;

inline constexpr u64 footer_from_end = 48;  // of footer_guid; the u16 length of the table lies before it
inline constexpr Guid footer_guid = "96b582de-1fb2-45f7-baea-a366c55a082d"_guid;
inline constexpr Guid sev_metadata_guid = "dc886566-984a-4798-a75e-5585a7bf67cc"_guid;
inline constexpr Guid es_reset_block_guid = "00f771de-1a7e-4fcb-890e-68c77e2fb44e"_guid;
inline constexpr Guid hash_table_guid = "7255371f-3a3b-4b04-927b-1da6efa8d454"_guid;
inline constexpr Guid launch_secret_guid = "4c2eb361-7d9b-4cc3-8081-127c90d3d294"_guid;

// Follows an entry's data, and is found by reading backwards from the footer.
struct [[gnu::packed]] FooterEntry {
  u16 length;  // data, this field and the GUID
  Guid guid;
};
static_assert(sizeof(FooterEntry) == 18);

struct MetadataHeader {
  u32 signature;  // "ASEV"
  u32 length;
  u32 version;
  u32 count;
};
inline constexpr u32 metadata_signature = 0x56455341;
inline constexpr u32 metadata_version = 1;

enum class SectionType : u32 { sec_memory = 1, secrets = 2, cpuid = 3, svsm_caa = 4, kernel_hashes = 0x10 };

struct MetadataSection {
  u32 base, length;
  SectionType type;
};
static_assert(sizeof(MetadataHeader) == 16 && sizeof(MetadataSection) == 12);

}  // namespace cc::sev
