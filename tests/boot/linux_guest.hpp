// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "guest_report.hpp"
#include "qemu.hpp"

#include <ostream>

namespace boot {

struct GuestShape
{
    char const* machine;
    unsigned memory_mib;
    unsigned cpus;
    char const* cpu_model;
};

inline std::string name_of(GuestShape const& shape)
{
    return std::string(shape.machine) + "_" + std::to_string(shape.memory_mib) + "MiB_" + std::to_string(shape.cpus) +
           "cpu" + (*shape.cpu_model ? "_" + std::string(shape.cpu_model) : "");
}

inline void PrintTo(GuestShape const& shape, std::ostream* out) { *out << name_of(shape); }

constexpr char const* generation_id = "324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87";

// Debian's kernel with the test initrd; `mode` is "full" or "brief" (guest/checks.sh).
Machine linux_machine(GuestShape const& shape, std::string const& mode);

// What follows judges a finished report, one noun each, as non-fatal gtest expectations.
void expect_firmware(GuestReport const& report);
void expect_machine(GuestReport const& report, GuestShape const& shape);
void expect_acpi(GuestReport const& report, GuestShape const& shape);
void expect_boot_data(GuestReport const& report, Machine const& machine);
void expect_variables(GuestReport const& report);
void expect_clock(GuestReport const& report);
void expect_boot_record(GuestReport const& report);
void expect_generation(GuestReport const& report);
void expect_no_complaints(GuestReport const& report);

}
