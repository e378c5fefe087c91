// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "dxe/drivers/rng.hpp"

#include "dxe/core/handle.hpp"
#include "dxe/core/thunk.hpp"
#include "lib/arch/cpu.hpp"
#include "lib/cc/platform.hpp"
#include "lib/efi/rng.hpp"

namespace drivers {
namespace {

constexpr u32 cpuid_1_ecx_rdrand = 1 << 30;
constexpr int rdrand_retries = 10;  // [intel-drng §5.2.1]

constinit bool has_rdrand = false;
constinit RandomSource device_source = nullptr;

Result<> from_processor(std::span<u8> into) {
  while (!into.empty()) {
    u64 word = 0;
    int tries = rdrand_retries;
    while (!arch::read_random(word))
      if (--tries == 0) return Error::device_error;
    const u64 part = into.size() < sizeof word ? into.size() : sizeof word;
    __builtin_memcpy(into.data(), &word, part);
    into = into.subspan(part);
  }
  return {};
}

// The host may know what its device gave; XORed with the processor's, the worse source cannot hurt.
Result<> mix_in_device(std::span<u8> bytes) {
  while (!bytes.empty()) {
    u8 more[64];
    const u64 part = bytes.size() < sizeof more ? bytes.size() : sizeof more;
    TRY(device_source({more, part}));
    for (u64 i = 0; i < part; ++i) bytes[i] ^= more[i];
    bytes = bytes.subspan(part);
  }
  return {};
}

class RandomNumbers : public efi::Rng {
 public:
  using Protocol = efi::Rng;

  Result<> list(u64* bytes, Guid* algorithms) {
    if (!bytes) return Error::invalid_parameter;
    const u64 given = *bytes;
    *bytes = sizeof(Guid);
    if (given < sizeof(Guid)) return Error::buffer_too_small;
    if (!algorithms) return Error::invalid_parameter;
    *algorithms = efi::rng_algorithm::raw;
    return {};
  }

  Result<> numbers(const Guid* algorithm, u64 length, u8* value) {
    if (!value || length == 0) return Error::invalid_parameter;
    if (algorithm && !(*algorithm == efi::rng_algorithm::raw)) return Error::unsupported;
    const std::span<u8> out(value, length);
    if (has_rdrand)
      TRY(from_processor(out));
    else
      __builtin_memset(value, 0, length);
    return device_source ? mix_in_device(out) : Result<>();
  }
};

constinit RandomNumbers random_numbers{};

}  // namespace

void install_rng(RandomSource device) {
  has_rdrand = cc::cpuid(1, 0).ecx & cpuid_1_ecx_rdrand;
  device_source = device;
  if (!has_rdrand && !device) return;
  random_numbers.get_info = core::thunk<&RandomNumbers::list>;
  random_numbers.get_rng = core::thunk<&RandomNumbers::numbers>;
  efi::Handle handle = nullptr;
  core::install<efi::Rng>(handle, random_numbers);
}

}  // namespace drivers
