// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <cstring>

#include "tests/unit/variable/variable_model.hpp"

namespace {

// A store whose bytes came from a hostile disk: opened, walked, written to, emptied.
void use_forged_store(std::span<const unsigned char> data) {
  using namespace variable;
  std::vector<u32> memory(1024);
  const std::span<u8> bytes(reinterpret_cast<u8*>(memory.data()), memory.size() * 4);
  if (!Arena::format(bytes)) __builtin_trap();
  memcpy(bytes.data() + sizeof(StoreHeader), data.data(), std::min(data.size(), bytes.size() - sizeof(StoreHeader)));
  const auto opened = Arena::open(bytes);
  if (!opened) return;
  std::vector<u32> other(256);
  Store store(opened.value_or({}), *Arena::format({reinterpret_cast<u8*>(other.data()), other.size() * 4}));
  std::vector<char16_t> name(4096);
  Guid vendor{};
  for (int i = 0; i < 64; ++i) {
    u64 size = name.size() * 2;
    if (!store.get_next_name(&size, name.data(), &vendor)) break;
    u8 value[4096];
    u64 value_size = sizeof value;
    u32 attributes = 0;
    if (!store.get(name.data(), &vendor, &attributes, &value_size, value)) __builtin_trap();
    (void)store.set(name.data(), &vendor, attributes | efi::variable_attribute::append_write, 700, value);
  }
  for (u8 i = 0; i < 8; ++i) (void)store.set(u"filler", &variable_model::vendors[i % 2], 3, 300u + i, name.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
  if (size && data[0] == 0xaa) {
    use_forged_store({data, size});
    return 0;
  }
  fakes::Choices choices(std::span(data, size));
  variable_model::Model model(1024, 512);
  while (!choices.exhausted()) model.step(choices);
  model.enumerate();
  return 0;
}
