// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/device_path/sink.hpp"

// The pieces of a node's text.
namespace device_path {

bool equal(std::u16string_view text, std::string_view ascii);

// Where the first of these characters stands outside parentheses, or the length.
usize top_level_end(std::u16string_view text, std::u16string_view stops);

class Arguments {
 public:
  explicit Arguments(std::u16string_view text) : text_(text), done_(text.empty()) {}
  // Empty when none is left.
  std::u16string_view next();
  // All that are left, with the commas between them.
  std::u16string_view rest();
  bool done() const { return done_; }

 private:
  std::u16string_view text_;
  bool done_;
};

// Decimal, or hexadecimal behind 0x. Nothing is zero. invalid_parameter: not a number, or more than so many bytes hold.
Result<u64> read_number(std::u16string_view text, unsigned bytes);
Result<u64> read_eisa_id(std::u16string_view text);
Result<Guid> read_guid(std::u16string_view text);
Result<> read_data(std::u16string_view text, ByteSink& to);
Result<> read_ipv4(std::u16string_view text, std::span<u8> address);
Result<> read_ipv6(std::u16string_view text, std::span<u8> address);
Result<> read_eui64(std::u16string_view text, std::span<u8> id);

}  // namespace device_path
