// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstring>

#include "tests/unit/variable/flash_fixture.hpp"

namespace {

// A flash of a hostile or failing host: recovered, opened, walked, written to, opened again.
void use_forged_volume(std::span<const unsigned char> data) {
  using namespace variable_test;
  constexpr u64 total = 0x6000, end = 0x4000'0000;
  std::vector<u8> image = empty_volume(total);
  // The store's log first, then the list of rewrites, then the headers.
  const variable::Geometry geometry{total};
  constexpr u64 log = variable::store_offset + sizeof(variable::StoreHeader);
  const auto put = [&](u64 offset, u64 room) {
    const u64 bytes = std::min<u64>(room, data.size());
    memcpy(image.data() + offset, data.data(), bytes);
    data = data.subspan(bytes);
  };
  const bool headers_too = data.size() % 2;
  put(log, geometry.live() - log);
  put(geometry.working() + (headers_too ? 0 : sizeof(variable::WorkingHeader)), 200);
  if (headers_too) put(0, log);
  FlashMachine machine(image, end);
  if (!machine.open()) return;
  std::vector<char16_t> name(4096);
  Guid vendor{};
  bool written = false;
  for (int i = 0; i < 64; ++i) {
    u64 size = name.size() * 2;
    if (!machine.store.get_next_name(&size, name.data(), &vendor)) break;
    u8 value[4096];
    u64 value_size = sizeof value;
    u32 attributes = 0;
    if (!machine.store.get(name.data(), &vendor, &attributes, &value_size, value)) __builtin_trap();
    if (machine.store.set(name.data(), &vendor, attributes | efi::variable_attribute::append_write, 700, value)) written = true;
  }
  for (u8 i = 0; i < 8; ++i)
    if (machine.store.set(u"filler", &variable_model::vendors[i % 2], 3, 300u + i, name.data())) written = true;
  if (!machine.open() || (written && machine.findings.skipped_at)) __builtin_trap();
  if (!machine.chip.error().empty()) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size && data[0] == 0xaa) {
    use_forged_volume({data, size});
    return 0;
  }
  fakes::Choices choices(std::span(data, size));
  variable_model::Model model(0x6000, 512);
  while (!choices.exhausted()) model.step(choices);
  model.enumerate();
  return 0;
}
