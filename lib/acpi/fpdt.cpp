// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/acpi/fpdt.hpp"

namespace acpi {

Result<BootPerformance*> make_boot_performance(std::span<u8> memory) {
  if (memory.size() < sizeof(BootPerformance)) return Error::buffer_too_small;
  constexpr u8 record_bytes = sizeof(BootPerformance) - __builtin_offsetof(BootPerformance, record_type);
  const BootPerformance table{signature("FBPT"), sizeof(BootPerformance), 2, record_bytes, 2, 0, {}};
  static_assert(record_bytes == 48);
  __builtin_memcpy(memory.data(), &table, sizeof table);
  return reinterpret_cast<BootPerformance*>(memory.data());
}

Result<Gpa> make_fpdt(std::span<u8> memory, const BootPerformance& boot_performance) {
  if (memory.size() < sizeof(Fpdt)) return Error::buffer_too_small;
  const Fpdt table{{signature("FPDT"), sizeof(Fpdt), 1, 0, {'A', 'S', 'H', 'L', 'A', 'R'}, {'A', 'S', 'H', 'F', 'P', 'D', 'T', ' '}, 1, creator_id, 1},
                   0,
                   16,
                   1,
                   0,
                   reinterpret_cast<u64>(&boot_performance)};
  __builtin_memcpy(memory.data(), &table, sizeof table);
  seal(memory.first(sizeof table), memory[__builtin_offsetof(Header, checksum)]);
  return Gpa(reinterpret_cast<u64>(memory.data()));
}

}  // namespace acpi
