// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstdlib>
#include <vector>

#include "lib/boot/load_option.hpp"

// Any bytes as a Boot#### variable: the parts lie inside it, and what is built of them parses to the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  auto option = boot::parse_load_option({data, size});
  if (!option) return 0;
  std::vector<char16_t> text(option->description.size() / 2 + 1);
  if (!option->description.empty()) __builtin_memcpy(text.data(), option->description.data(), option->description.size());
  std::vector<base::u8> room(size + 16);
  device_path::ByteSink sink{std::span(room)};
  boot::build_load_option(option->attributes, {text.data(), text.size() - 1}, option->path, option->optional_data, sink);
  if (sink.length() > size) std::abort();
  auto again = boot::parse_load_option({room.data(), sink.length()});
  if (!again || again->path.size() != option->path.size() || again->optional_data.size() != option->optional_data.size() ||
      again->automatic() != option->automatic())
    std::abort();
  return 0;
}
