// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/graphics/edid.hpp"

#include <array>

#include "lib/graphics/mode_list.hpp"

// The monitor's data and the size of the display's memory: whatever they are, every mode fits and the first is one of them.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace graphics;
  if (size < edid_bytes + 4) return 0;
  std::array<base::u8, edid_bytes> block;
  __builtin_memcpy(block.data(), data, block.size());
  base::u8 sum = 0;
  const base::u8 header[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
  __builtin_memcpy(block.data(), header, sizeof header);
  for (unsigned i = 0; i < edid_bytes - 1; ++i) sum = static_cast<base::u8>(sum + block[i]);
  block.back() = static_cast<base::u8>(-sum);
  auto edid = parse_edid(block);
  if (!edid) __builtin_trap();
  base::u32 memory = 0;
  __builtin_memcpy(&memory, data + edid_bytes, sizeof memory);
  ModeList list;
  list.init(&*edid, memory);
  for (unsigned i = 0; i < list.count(); ++i)
    if (!usable(list[i]) || list[i].pixels() * pixel_bytes > memory) __builtin_trap();
  if (list.count() && list.preferred() >= list.count()) __builtin_trap();
  return 0;
}
