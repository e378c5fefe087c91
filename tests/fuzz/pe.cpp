// SPDX-License-Identifier: BSD-2-Clause-Patent
// PE images: whatever parse() accepts, load() must build without leaving its memory.
#include <vector>

#include "lib/pe/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const base::u8* data, base::usize size) {
  const std::vector<base::u8> file(data, data + size);
  auto image = pe::parse(file);
  if (!image || (*image).memory_bytes() > base::u32{1} << 20) return 0;
  std::vector<base::u8> memory((*image).memory_bytes());
  (void)!pe::load(*image, memory, 0x7654'3000);
  return 0;
}
