// SPDX-License-Identifier: BSD-2-Clause-Patent
// Debian's kernel, unmodified, judged from inside.
#include "linux_guest.hpp"

#include <gtest/gtest.h>

namespace boot {
namespace {

// Emulation on a busy two-core host: generous, and never waited for when all is well.
constexpr Seconds boot_time{120};

// False as soon as the kernel gives up.
bool reaches_checks(Qemu& qemu) {
  const auto end = qemu.expect_match("ASHLAR finished|Kernel panic", boot_time);
  return end == "ASHLAR finished";
}

class LinuxGuest : public testing::TestWithParam<GuestShape> {};

TEST_P(LinuxGuest, SeesItsMachine) {
  const GuestShape shape = GetParam();
  if (shape.memory_mib < 256 && !firmware_is_ashlar()) GTEST_SKIP() << "OVMF itself does not boot this in 128 MiB";
  Machine machine = linux_machine(shape, "full");
  // Ashlar as a flash pair on one machine, as one image without variable flash on the other.
  const bool keeps_variables = !firmware_is_ashlar() || machine.type == "q35";
  if (firmware_is_ashlar() && keeps_variables) use_flash_pair(machine);
  Qemu qemu("linux_" + name_of(shape), machine);
  ASSERT_TRUE(reaches_checks(qemu)) << qemu.tail();

  const GuestReport report(qemu.transcript());
  expect_firmware(report);
  expect_machine(report, shape);
  expect_acpi(report, shape);
  expect_boot_data(report, machine);
  keeps_variables ? expect_variables(report) : expect_forgotten_variables(report);
  expect_clock(report);
  expect_boot_record(report);
  expect_generation(report);
  expect_no_complaints(report);

  qemu.send("poweroff\n");
  EXPECT_EQ(qemu.wait_exit(Seconds{60}), 0) << qemu.tail();
  if (HasFailure()) std::printf("transcript: %s\n", qemu.log_path().c_str());
}

TEST(ConfidentialImage, LinuxSeesItsMachine) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own";
  const GuestShape shape{"q35", 512, 2, "max"};
  Machine machine = linux_machine(shape, "full");
  machine.firmware = "build/ashlar-cc.fd";
  Qemu qemu("linux_cc", machine);
  ASSERT_TRUE(reaches_checks(qemu)) << qemu.tail();
  const GuestReport report(qemu.transcript());
  expect_firmware(report);
  expect_machine(report, shape);
  expect_acpi(report, shape);
  expect_boot_data(report, machine);
  expect_forgotten_variables(report);
  expect_clock(report);
  expect_no_complaints(report);
}

std::string shape_name(const testing::TestParamInfo<GuestShape>& info) { return name_of(info.param); }

// Each memory size and CPU count on each machine, both CPU models with each of them.
INSTANTIATE_TEST_SUITE_P(Quick, LinuxGuest,
                         testing::Values(GuestShape{"q35", 128, 1, ""}, GuestShape{"pc", 128, 4, "max"},
                                         GuestShape{"q35", 512, 2, "max"}, GuestShape{"pc", 512, 1, "max"},
                                         GuestShape{"q35", 4096, 16, ""}, GuestShape{"pc", 4096, 2, ""},
                                         GuestShape{"q35", 16384, 4, "max"}, GuestShape{"pc", 16384, 16, ""}),
                         shape_name);

std::vector<GuestShape> every_shape() {
  std::vector<GuestShape> all;
  for (const char* machine : {"q35", "pc"})
    for (unsigned memory : {128u, 512u, 2048u, 3072u, 4096u, 16384u})
      for (unsigned cpus : {1u, 2u, 4u, 16u})
        for (const char* model : {"", "max"}) all.push_back({machine, memory, cpus, model});
  // The host needs some two GiB for these.
  for (const char* machine : {"q35", "pc"}) all.push_back({machine, 65536, 4, "max"});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Full, LinuxGuest, testing::ValuesIn(every_shape()), shape_name);

struct Restart {
  const char* machine;
  const char* method;  // the kernel's reboot= word; empty for its own choice
};

void PrintTo(const Restart& restart, std::ostream* out) { *out << restart.machine << ' ' << restart.method; }

class LinuxRestart : public testing::TestWithParam<Restart> {};

TEST_P(LinuxRestart, BootsAgain) {
  const auto [type, method] = GetParam();
  Machine machine = linux_machine({type, 512, 2, ""}, "brief");
  if (*method) machine.append += std::string(" reboot=") + method;
  Qemu qemu(std::string("restart_") + type + "_" + (*method ? method : "default"), machine);
  ASSERT_TRUE(reaches_checks(qemu)) << qemu.tail();
  qemu.send("reboot\n");
  ASSERT_TRUE(reaches_checks(qemu)) << qemu.tail();
  qemu.send("poweroff\n");
  EXPECT_EQ(qemu.wait_exit(Seconds{60}), 0) << qemu.tail();
}

std::string restart_name(const testing::TestParamInfo<Restart>& info) {
  return std::string(info.param.machine) + "_" + (*info.param.method ? info.param.method : "default");
}

INSTANTIATE_TEST_SUITE_P(Quick, LinuxRestart, testing::Values(Restart{"q35", "efi"}, Restart{"pc", ""}), restart_name);
INSTANTIATE_TEST_SUITE_P(Full, LinuxRestart,
                         testing::Values(Restart{"q35", ""}, Restart{"pc", "efi"}, Restart{"q35", "pci"}, Restart{"q35", "kbd"},
                                         Restart{"q35", "triple"}),
                         restart_name);

}  // namespace
}  // namespace boot
