// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/guid.hpp"

// How each kind of node is written, once for both directions.
namespace device_path {

using namespace base;

enum class Form : u8 {
  none,
  hex,  // 0x1F
  decimal,
  or_default,  // decimal, DEFAULT for zero
  name,        // one of a list, or a hexadecimal number
  zero,        // not shown, must be zero
  eisa_id,     // PNP0A03, or a hexadecimal number
  guid,
  ipv4,
  ipv6,
  eui64,
  mac,        // as many bytes as the interface type has
  partition,  // two arguments: MBR,0x12345678 or GPT,guid
  // What follows the fixed part of the node:
  data,         // hexadecimal digits, not there when empty
  ascii,        // all that is left, commas included
  ascii_nul,    // up to a NUL that ends the node
  hid_cid_uid,  // three strings that end in NUL, in this order; in the node UID comes second
  only_uid,     // the same three, the first two empty
  numbers,      // further 32-bit hexadecimal numbers
};
constexpr bool follows_fixed_part(Form form) { return form >= Form::data; }

enum class Names : u8 { none, channel, drive, ip_protocol, ipv4_origin, ipv6_origin, parity, stop_bits, boot_device };
// Empty: no name for it.
std::string_view name_of(Names list, u64 value);

struct Field {
  Form form = Form::none;
  u8 offset = 0;
  u8 bytes = 0;
  Names names = Names::none;
  bool detail = false;  // not for display
};

enum class Condition : u8 { none, always, with_shortcuts };

struct Grammar {
  static constexpr unsigned max_fields = 7;
  char name[24];
  u8 type;
  u8 subtype;
  u8 fixed_bytes;  // with the header
  Field fields[max_fields];
  // This form is only for nodes with these bytes at this offset; they are not shown.
  Condition condition = Condition::none;
  u8 key_offset = 0;
  u8 key_bytes = 0;
  Guid key{};

  std::string_view text() const { return name; }
};

// Special forms come before the general form of the same node.
std::span<const Grammar> grammars();

// Nodes of a known type that have no form of their own: HardwarePath(subtype,data). Empty: not a known type.
std::string_view type_name(u8 type);
inline constexpr std::string_view any_type_name = "Path";

}  // namespace device_path
