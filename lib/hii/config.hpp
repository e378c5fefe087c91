// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>
#include <string_view>

#include "lib/base/result.hpp"
#include "lib/device_path/sink.hpp"

// Configuration strings: names and values joined by '&' [uefi §35.2.1].
namespace hii {

using namespace base;

// The elements of such a string.
class ConfigElements {
 public:
  explicit ConfigElements(std::u16string_view text) : text_(text) {}
  // False: that was the last. `at`: where the element begins.
  bool next(std::u16string_view& name, std::u16string_view& value, usize& at);

 private:
  std::u16string_view text_;
  usize at_ = 0;
};

// What one driver is asked: from a GUID element to the next. `left` is moved behind it.
std::u16string_view next_request(std::u16string_view& left);
// The bytes of the PATH element, a device path, as many as `out` holds; how many there are. not_found: there is none.
// invalid_parameter: no bytes.
Result<usize> path_of(std::u16string_view request, std::span<u8> out);

// [uefi §35.4 BlockToConfig, ConfigToBlock]. `progress`: the element where it failed, or the end. invalid_parameter: an
// element is damaged. buffer_too_small: it leaves the block. For the second, `used` is the end of what was written.
Result<> block_to_config(std::u16string_view request, std::span<const u8> block, device_path::TextSink& out, usize& progress);
Result<> config_to_block(std::u16string_view response, std::span<u8> block, u64& used, usize& progress);

}  // namespace hii
