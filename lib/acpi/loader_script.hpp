// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <string_view>

#include "lib/base/types.hpp"

// The commands of etc/table-loader as they are on the wire [qemu hw/acpi/bios-linker-loader.c].
namespace acpi::script {

using namespace base;

struct FileName {
  char text[56];
  // Empty when it is not terminated.
  std::string_view view() const {
    for (usize i = 0; i < sizeof text; ++i)
      if (!text[i]) return {text, i};
    return {};
  }
};

enum class Command : u32 { allocate = 1, add_pointer = 2, add_checksum = 3, write_pointer = 4 };

struct [[gnu::packed]] Allocate {
  FileName file;
  u32 alignment;
  u8 zone;  // 1: anywhere, 2: F segment, for an RSDP that is searched for; UEFI publishes it, so both are the same here
};
struct [[gnu::packed]] AddPointer {
  FileName target;
  FileName pointee;
  u32 offset;
  u8 size;
};
struct [[gnu::packed]] AddChecksum {
  FileName file;
  u32 result_offset;
  u32 start;
  u32 length;
};
struct [[gnu::packed]] WritePointer {
  FileName target;
  FileName pointee;
  u32 target_offset;
  u32 pointee_offset;
  u8 size;
};

struct [[gnu::packed]] Entry {
  Command command;
  union {
    Allocate allocate;
    AddPointer add_pointer;
    AddChecksum add_checksum;
    WritePointer write_pointer;
    u8 padding[124];
  };
};
static_assert(sizeof(Entry) == 128);

}  // namespace acpi::script
