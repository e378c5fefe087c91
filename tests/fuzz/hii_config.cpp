// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/config.hpp"

#include <string>
#include <vector>

// A configuration string over a small block, both ways; what the one makes, the other reads.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size > 512) return 0;
  const std::u16string text(data, data + size);
  const std::vector<base::u8> block(16, 0x5a);
  std::vector<base::u8> back(16, 0);
  base::u64 used = 0;
  base::usize progress = 0;
  (void)!hii::config_to_block(text, back, used, progress);
  if (progress > text.size()) __builtin_trap();
  device_path::TextSink measure;
  if (!hii::block_to_config(text, block, measure, progress)) return 0;
  std::u16string response(measure.length(), 0);
  device_path::TextSink sink(response);
  if (!hii::block_to_config(text, block, sink, progress) || sink.length() != measure.length()) __builtin_trap();
  std::u16string_view left = text;
  while (!left.empty()) {
    base::u8 path[32];
    (void)!hii::path_of(hii::next_request(left), path);
  }
  return 0;
}
