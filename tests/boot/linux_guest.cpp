// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "linux_guest.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>

namespace boot {

namespace {

std::uint64_t little_endian(const std::vector<std::uint8_t>& bytes, std::size_t at, unsigned size) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < size && at + i < bytes.size(); i++) value |= std::uint64_t{bytes[at + i]} << (8 * i);
  return value;
}

std::string ascii_in_hex(std::uint32_t attributes, const std::string& text) {
  std::string result;
  char digits[3];
  for (unsigned i = 0; i < 4; i++) {
    std::snprintf(digits, sizeof digits, "%02x", attributes >> (8 * i) & 0xff);
    result += digits;
  }
  for (unsigned char c : text) {
    std::snprintf(digits, sizeof digits, "%02x", c);
    result += digits;
  }
  return result;
}

// The order QEMU stores it in: the first three groups little-endian.
std::string generation_in_memory() {
  std::string digits(generation_id);
  std::erase(digits, '-');
  std::string result;
  for (unsigned at : {3u, 2u, 1u, 0u, 5u, 4u, 7u, 6u, 8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u}) result += digits.substr(at * 2, 2);
  return result;
}

constexpr unsigned mib = 1024;  // in KiB

}  // namespace

Machine linux_machine(const GuestShape& shape, const std::string& mode) {
  Machine machine;
  machine.type = shape.machine;
  machine.memory_mib = shape.memory_mib;
  machine.cpus = shape.cpus;
  machine.cpu_model = shape.cpu_model;
  machine.kernel = "build/guest/vmlinuz";
  machine.initrd = "build/guest/initrd-test";
  // A space at the end, quotes and a long word: the firmware must hand the line on byte for byte.
  // iomem=relaxed lets the checks read ACPI memory.
  machine.append =
      "console=ttyS0 iomem=relaxed ashlar.test=" + mode + " ashlar.text=\"two words\" ashlar.long=" + std::string(300, 'x');
  machine.extra = {"-device", std::string("vmgenid,guid=") + generation_id};
  return machine;
}

void expect_firmware(const GuestReport& report) {
  EXPECT_EQ(report.text("efi"), "1");
  EXPECT_EQ(report.text("efi_bits"), "64");
  EXPECT_GT(report.number("runtime_map"), 0u);
  EXPECT_TRUE(report.lists("config_tables", "ACPI20")) << report.text("config_tables");
  EXPECT_TRUE(report.text("config_tables").contains("SMBIOS")) << report.text("config_tables");
  EXPECT_FALSE(report.text("dmi_bios_vendor").empty());
  EXPECT_FALSE(report.text("dmi_bios_version").empty());
  EXPECT_FALSE(report.text("dmi_bios_date").empty());
  EXPECT_EQ(report.text("dmi_sys_vendor"), "QEMU");
  EXPECT_EQ(report.text("dmi_chassis_vendor"), "QEMU");
}

void expect_machine(const GuestReport& report, const GuestShape& shape) {
  const std::uint64_t configured = std::uint64_t{shape.memory_mib} * mib;
  // What the firmware keeps for itself.
  EXPECT_GE(report.number("usable_kib") + 16 * mib, configured);
  EXPECT_LE(report.number("usable_kib"), configured);
  // What the kernel also keeps: its image and a page structure for each page.
  EXPECT_GE(report.number("memtotal_kib") + configured / 20 + 48 * mib, configured);
  EXPECT_LE(report.number("memtotal_kib"), configured);
  EXPECT_EQ(report.number("nproc"), shape.cpus);
  EXPECT_EQ(report.text("cpus_online"), shape.cpus == 1 ? "0" : "0-" + std::to_string(shape.cpus - 1));
  EXPECT_GE(report.number("pci_devices"), 2u);
  EXPECT_TRUE(report.lists("clocksource", "acpi_pm")) << report.text("clocksource");
  EXPECT_TRUE(report.lists("clocksource", "hpet")) << report.text("clocksource");
}

void expect_acpi(const GuestReport& report, const GuestShape& shape) {
  for (const char* table : {"FACP", "FACS", "APIC", "DSDT", "HPET", "WAET"})
    EXPECT_TRUE(report.lists("acpi_tables", table)) << table << " is not in " << report.text("acpi_tables");
  if (std::strcmp(shape.machine, "q35") == 0) EXPECT_TRUE(report.lists("acpi_tables", "MCFG")) << report.text("acpi_tables");
}

void expect_boot_data(const GuestReport& report, const Machine& machine) {
  // OVMF adds the word a kernel older than LoadFile2 looks for.
  EXPECT_EQ(report.text("cmdline"), machine.append + (firmware_is_ashlar() ? "" : " initrd=initrd"));
  std::ifstream file("build/guest/initrd-test.sha256");
  std::string expected;
  file >> expected;
  EXPECT_EQ(report.text("initrd_sha256"), expected);
}

// Without flash they are there to be read.
void expect_forgotten_variables(const GuestReport& report) {
  EXPECT_GT(report.number("efivars_listed"), 0u);
  EXPECT_EQ(report.text("efivars_mode"), "ro");
}

void expect_variables(const GuestReport& report) {
  EXPECT_GT(report.number("efivars_listed"), 0u);
  EXPECT_EQ(report.text("efivars_mode"), "rw");
  EXPECT_EQ(report.text("var_create"), ascii_in_hex(7, "first"));
  EXPECT_EQ(report.text("var_overwrite"), ascii_in_hex(7, "second value"));
  EXPECT_EQ(report.text("var_append"), ascii_in_hex(7, "second value, appended"));
  EXPECT_EQ(report.text("var_remount"), ascii_in_hex(7, "second value, appended"));
  EXPECT_EQ(report.text("var_delete"), "ok");
  EXPECT_EQ(report.text("var_gone"), "1");
  EXPECT_EQ(report.text("var_big"), "ok");
}

void expect_clock(const GuestReport& report) {
  const auto now = static_cast<std::uint64_t>(std::time(nullptr));
  EXPECT_NEAR(static_cast<double>(report.number("rtc_epoch")), static_cast<double>(now), 180);
  const std::uint64_t set = report.number("rtc_set_to");
  EXPECT_GE(report.number("rtc_after_set"), set);
  EXPECT_LE(report.number("rtc_after_set"), set + 30);
}

// [acpi §5.2.24]: pointer record type 0 in the table; "FBPT" with a type 2 record of 48 bytes in memory.
void expect_boot_record(const GuestReport& report) {
  if (!firmware_is_ashlar()) return;
  const std::vector<std::uint8_t> table = report.bytes("fpdt"), record = report.bytes("fpdt_record");
  ASSERT_GE(table.size(), 52u) << "no FPDT";
  ASSERT_GE(record.size(), 56u) << "the boot performance record cannot be read";
  EXPECT_EQ(little_endian(table, 36, 2), 0u);
  EXPECT_EQ(little_endian(table, 38, 1), 16u);
  EXPECT_EQ(std::string(record.begin(), record.begin() + 4), "FBPT");
  EXPECT_EQ(little_endian(record, 8, 2), 2u);
  EXPECT_EQ(little_endian(record, 10, 1), 48u);
  // The kernel keeps readers away from every other type, systemd-analyze included.
  EXPECT_EQ(report.text("fpdt_region"), "Reserved");
  // Nanoseconds since reset: loader's load and start, ExitBootServices' entry and exit.
  std::uint64_t previous = little_endian(record, 16, 8);
  for (std::size_t at = 24; at < 56; at += 8) {
    const std::uint64_t stamp = little_endian(record, at, 8);
    EXPECT_GT(stamp, 0u) << "at " << at;
    EXPECT_GE(stamp, previous) << "at " << at;
    EXPECT_LT(stamp, 600'000'000'000u) << "at " << at;
    previous = stamp;
  }
}

void expect_generation(const GuestReport& report) {
  EXPECT_EQ(report.number("vmgenid_device"), 1u);
  EXPECT_EQ(report.text("vmgenid"), generation_in_memory());
  EXPECT_EQ(report.number("vmgenid_address") % 4096, 0u);
}

void expect_no_complaints(const GuestReport& report) {
  for (const std::string& line : report.all("complaint")) ADD_FAILURE() << "the kernel says: " << line;
}

}  // namespace boot
