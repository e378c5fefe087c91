// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "guest_report.hpp"
#include "qemu.hpp"

#include <ostream>

namespace boot {

struct GuestShape {
  const char* machine;
  unsigned memory_mib;
  unsigned cpus;
  const char* cpu_model;
};

inline std::string name_of(const GuestShape& shape) {
  return std::string(shape.machine) + "_" + std::to_string(shape.memory_mib) + "MiB_" + std::to_string(shape.cpus) + "cpu" +
         (*shape.cpu_model ? "_" + std::string(shape.cpu_model) : "");
}

inline void PrintTo(const GuestShape& shape, std::ostream* out) { *out << name_of(shape); }

constexpr const char* generation_id = "324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87";

// Debian's kernel with the test initrd; `mode` is "full" or "brief" (guest/checks.sh).
Machine linux_machine(const GuestShape& shape, const std::string& mode);

// What follows judges a finished report, one noun each, as non-fatal gtest expectations.
void expect_firmware(const GuestReport& report);
void expect_machine(const GuestReport& report, const GuestShape& shape);
void expect_acpi(const GuestReport& report, const GuestShape& shape);
void expect_boot_data(const GuestReport& report, const Machine& machine);
void expect_variables(const GuestReport& report);
void expect_forgotten_variables(const GuestReport& report);
void expect_clock(const GuestReport& report);
void expect_boot_record(const GuestReport& report);
void expect_generation(const GuestReport& report);
void expect_no_complaints(const GuestReport& report);

}  // namespace boot
