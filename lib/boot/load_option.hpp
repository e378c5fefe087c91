// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/device_path/sink.hpp"
#include "lib/efi/device_path.hpp"

// What Boot####, Driver#### and SysPrep#### hold [uefi §3.1.3].
namespace boot {

using namespace base;

using Bytes = std::span<const u8>;

namespace load_attribute {
inline constexpr u32 active = 0x01;
inline constexpr u32 force_reconnect = 0x02;
inline constexpr u32 hidden = 0x08;
inline constexpr u32 category = 0x1f00;
inline constexpr u32 category_app = 0x0100;
}  // namespace load_attribute

// edk2 marks the entries that it makes itself with this as their optional data, and takes only those away again. So do
// we: an OVMF that is given our variables knows ours for its own.
inline constexpr Guid automatic_option_guid = "8108ac4e-9f11-4d59-850e-e21a522c59b2"_guid;

// Parts of the variable's bytes; none of them is aligned.
struct LoadOption {
  u32 attributes = 0;
  Bytes description;  // UTF-16 without its NUL
  Bytes path;         // the first of its paths, with the end node: what is to be loaded
  Bytes optional_data;

  bool active() const { return attributes & load_attribute::active; }
  bool hidden() const { return attributes & load_attribute::hidden; }
  // Applications are for the menu; only BootNext starts one without being asked.
  bool application() const { return (attributes & load_attribute::category) == load_attribute::category_app; }
  bool automatic() const;
};

// Anyone may have written the variable. volume_corrupted: the description does not end, or a path leaves the list, or
// the list leaves the variable.
Result<LoadOption> parse_load_option(Bytes variable);

void build_load_option(u32 attributes, std::u16string_view description, Bytes path, Bytes optional_data, device_path::ByteSink& to);

// "Boot" and 0x1a: Boot001A. `prefix` has at most 16 characters.
struct OptionName {
  char16_t text[21];
  OptionName(std::u16string_view prefix, u16 number);
};

}  // namespace boot
