// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstddef>
#include <cstdint>

namespace base {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i64 = std::int64_t;
using usize = std::size_t;

inline constexpr u64 operator""_KiB(unsigned long long n) { return n << 10; }
inline constexpr u64 operator""_MiB(unsigned long long n) { return n << 20; }
inline constexpr u64 operator""_GiB(unsigned long long n) { return n << 30; }

}  // namespace base
