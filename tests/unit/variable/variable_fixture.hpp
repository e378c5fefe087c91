// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "tests/unit/variable/variable_model.hpp"

namespace variable_test {

using namespace base;
using variable::Store;
using variable::Writer;
using variable_model::bs;
using variable_model::nv;
using variable_model::rt;
namespace attribute = efi::variable_attribute;

inline constexpr Guid vendor = "01234567-89ab-cdef-0123-456789abcdef"_guid;
inline constexpr u32 lasting = nv | bs | rt;

class VariableTest : public testing::Test {
 protected:
  VariableTest() {
    store = Store(*variable::Arena::format(span(non_volatile)), *variable::Arena::format(span(volatile_memory)));
  }
  template <class Memory>
  static std::span<u8> span(Memory& memory) {
    return {reinterpret_cast<u8*>(memory.data()), sizeof memory};
  }

  Result<> set(const char16_t* name, u32 attributes, std::string_view data, const Guid& owner = vendor) {
    return store.set(name, &owner, attributes, data.size(), data.data());
  }
  std::string get(const char16_t* name, const Guid& owner = vendor) {
    char buffer[40000];
    u64 size = sizeof buffer;
    return store.get(name, &owner, nullptr, &size, buffer) ? std::string(buffer, size) : "<none>";
  }
  // The names in order, joined.
  std::u16string names() {
    std::u16string all;
    char16_t name[64] = {};
    Guid owner{};
    for (u64 size = sizeof name; store.get_next_name(&size, name, &owner); size = sizeof name) all += std::u16string(name) + u" ";
    return all;
  }

  alignas(4) std::array<u8, 0x20000> non_volatile;
  alignas(4) std::array<u8, 0x10000> volatile_memory;
  Store store;
};

#define EXPECT_ERROR(result, code)        \
  do {                                    \
    const auto result_ = (result);        \
    ASSERT_FALSE(result_);                \
    EXPECT_EQ(result_.error(), code);     \
  } while (0)

}  // namespace variable_test
