// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstring>
#include <vector>

#include "lib/mem/ram.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/machine.hpp"

// What was called reserved is never RAM, and what is RAM was called that.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  using namespace base;
  fakes::take_log();
  constexpr mem::Tag ram{1, 0};
  std::vector<mem::E820Entry> entries;
  if (size && data[0] & 1) {
    entries.resize(size / sizeof(mem::E820Entry));
    if (!entries.empty()) std::memcpy(entries.data(), data, entries.size() * sizeof(mem::E820Entry));
  } else {
    fakes::Choices c(std::span(data, size));
    while (!c.exhausted() && entries.size() < 64)
      entries.push_back({c.next() << c.below(48), c.next() << c.below(48), static_cast<u32>(c.below(4))});
  }
  mem::RegionMap map;
  map.init([](Gpa) -> void* { return nullptr; }, ram, {2, 0});
  if (!mem::add_e820_ram(map, entries, ram)) return 0;
  const auto in = [](const mem::E820Entry& e, Gpa page) {
    return e.address < page.raw() + page_bytes && e.bytes != 0 && (page.raw() < e.address || page.raw() - e.address < e.bytes);
  };
  for (const mem::Region* r = map.first(); r; r = map.next(*r)) {
    if (r->range.overlaps(mem::legacy_hole)) __builtin_trap();
    for (const Gpa page : {r->range.start(), r->range.end() - page_bytes}) {
      bool known = false;
      for (const auto& e : entries) {
        known |= e.type == mem::e820_ram && in(e, page);
        const bool sane = e.address < 1ull << 46 && e.bytes <= (1ull << 46) - e.address;
        if (e.type != mem::e820_ram && sane && in(e, page)) __builtin_trap();
      }
      if (!known) __builtin_trap();
    }
  }
  return 0;
}
