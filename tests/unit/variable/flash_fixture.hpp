// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>

#include "lib/variable/non_volatile.hpp"
#include "tests/fakes/pflash.hpp"
#include "tests/unit/variable/variable_model.hpp"

// A machine with a variable flash, of any size.
namespace variable_test {

using namespace base;
using variable_model::empty_volume;

class FlashMachine {
 public:
  FlashMachine(std::vector<u8> contents, u64 end) : chip(std::move(contents)), base(end - chip.contents().size()) {
    fakes::attach(chip, base, chip.contents().size());
    memory_.resize(chip.contents().size() / 8);
    volatile_memory_.resize(0x100);
  }

  ~FlashMachine() { fakes::detach(chip); }
  FlashMachine(const FlashMachine&) = delete;
  FlashMachine& operator=(const FlashMachine&) = delete;

  // As at boot; false when the volume is refused.
  bool open() {
    variable::Volume volume(flash::Chip(base), chip.contents().size());
    const auto recovered = volume.recover();
    if (!recovered || !volume.has_volume_header()) return false;
    findings = {};
    const auto arena = variable::Arena::load(bytes(memory_), volume, !chip.write_protected, findings);
    if (!arena) return false;
    store = variable::Store(arena.value_or({}), *variable::Arena::format(bytes(volatile_memory_)));
    return true;
  }

  Result<> set(const char16_t* name, std::string_view data, u32 attributes = 7) {
    return store.set(name, &variable_model::vendors[0], attributes, data.size(), data.data());
  }
  std::string get(const char16_t* name) {
    static char data[0x8400];
    u64 size = sizeof data;
    if (!store.get(name, &variable_model::vendors[0], nullptr, &size, data)) return "<none>";
    return {data, size};
  }

  fakes::Pflash chip;
  const u64 base;
  variable::Store store;
  variable::Arena::Findings findings;

 private:
  static std::span<u8> bytes(std::vector<u64>& words) { return {reinterpret_cast<u8*>(words.data()), words.size() * 8}; }

  std::vector<u64> memory_, volatile_memory_;
};

}  // namespace variable_test
