// SPDX-License-Identifier: BSD-2-Clause-Patent
// ACPI tables of our own making: a machine without ACPI leaves the names of QEMU's table files free. A script that
// reaches outside its files costs one line and the tables, never the boot.
#include "guest_report.hpp"
#include "linux_guest.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace boot {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr const char* script_file = "etc/table-loader";
constexpr const char* tables_file = "etc/acpi/tables";
constexpr const char* rsdp_file = "etc/acpi/rsdp";
constexpr const char* writable_file = "etc/other_addr";  // as vmgenid has; this one QEMU does not let the guest write

template <class T>
void put(Bytes& bytes, std::size_t at, T value) {
  if (bytes.size() < at + sizeof value) bytes.resize(at + sizeof value);
  std::memcpy(&bytes[at], &value, sizeof value);
}
void put_text(Bytes& bytes, std::size_t at, const std::string& text) {
  if (bytes.size() < at + text.size()) bytes.resize(at + text.size());
  std::memcpy(&bytes[at], text.data(), text.size());
}

// The commands of QEMU's hw/acpi/bios-linker-loader.c: 128 bytes each, names of 56.
class Script {
 public:
  Script& allocate(const char* file, std::uint32_t alignment = 64) {
    begin(1);
    name(4, file), number(60, alignment), byte(64, 1);
    return *this;
  }
  Script& point(const char* target, std::uint32_t offset, std::uint8_t size, const char* pointee) {
    begin(2);
    name(4, target), name(60, pointee), number(116, offset), byte(120, size);
    return *this;
  }
  Script& checksum(const char* file, std::uint32_t result, std::uint32_t start, std::uint32_t length) {
    begin(3);
    name(4, file), number(60, result), number(64, start), number(68, length);
    return *this;
  }
  Script& write(const char* target, std::uint32_t target_offset, const char* pointee, std::uint32_t pointee_offset, std::uint8_t size) {
    begin(4);
    name(4, target), name(60, pointee), number(116, target_offset), number(120, pointee_offset), byte(124, size);
    return *this;
  }
  Script& unknown(std::uint32_t command) {
    begin(command);
    return *this;
  }
  Script& cut(std::size_t bytes) {
    bytes_.resize(bytes_.size() - bytes);
    return *this;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  void begin(std::uint32_t command) {
    base_ = bytes_.size();
    bytes_.resize(base_ + 128);
    number(0, command);
  }
  void name(std::size_t at, const char* text) { put_text(bytes_, base_ + at, text); }
  void number(std::size_t at, std::uint32_t value) { put(bytes_, base_ + at, value); }
  void byte(std::size_t at, std::uint8_t value) { put(bytes_, base_ + at, value); }

  Bytes bytes_;
  std::size_t base_ = 0;
};

constexpr std::uint32_t file_bytes = 1024, facp = 64, facp_bytes = 244, dsdt = 384, apic = 512, apic_bytes = 74, rsdt = 768;

void put_table(Bytes& file, std::uint32_t at, const char* signature, std::uint32_t size, std::uint8_t revision) {
  put_text(file, at, signature);
  put(file, at + 4, size);
  put(file, at + 8, revision);
  put_text(file, at + 10, "TESTERTESTTABL");
}

// One processor, one I/O APIC, the timer's interrupt on its pin 2 [acpi §5.2.12].
void put_interrupts(Bytes& file) {
  put_table(file, apic, "APIC", apic_bytes, 1);
  put(file, apic + 36, 0xfee0'0000u), put(file, apic + 40, 1u);
  put(file, apic + 44, std::uint64_t{0x1'0000'0800});
  put(file, apic + 52, std::uint64_t{0xfec0'0000'0000'0c01}), put(file, apic + 60, 0u);
  put(file, apic + 64, std::uint64_t{0x0002'0000'0a02});
}

// An RSDT with a FADT, which has a DSDT without code, and an MADT.
Bytes sound_tables() {
  Bytes file(file_bytes);
  put_table(file, facp, "FACP", facp_bytes, 3);
  put(file, facp + 40, dsdt);
  put_table(file, dsdt, "DSDT", 36, 1);
  put_interrupts(file);
  put_table(file, rsdt, "RSDT", 44, 1);
  put(file, rsdt + 36, facp);
  put(file, rsdt + 40, apic);
  return file;
}

Bytes sound_rsdp() {
  Bytes file(20);
  put_text(file, 0, "RSD PTR ");
  put_text(file, 9, "TESTER");
  put(file, 16, rsdt);
  return file;
}

Script sound_script() {
  Script script;
  script.allocate(rsdp_file, 16).allocate(tables_file);
  script.point(tables_file, facp + 40, 4, tables_file).checksum(tables_file, facp + 9, facp, facp_bytes);
  script.checksum(tables_file, dsdt + 9, dsdt, 36).checksum(tables_file, apic + 9, apic, apic_bytes);
  script.point(tables_file, rsdt + 36, 4, tables_file).point(tables_file, rsdt + 40, 4, tables_file);
  script.checksum(tables_file, rsdt + 9, rsdt, 44).point(rsdp_file, 16, 4, tables_file).checksum(rsdp_file, 8, 0, 20);
  return script;
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

// The four files beside the logs, and the machine that gets them.
void supply(Machine& machine, const std::string& name, const Script& script) {
  std::filesystem::create_directories("build/boot-logs");
  const std::string folder = "build/boot-logs/" + name + ".";
  const auto file = [&](const char* guest_name, const char* suffix, const Bytes& bytes) {
    write_file(folder + suffix, bytes);
    machine.extra.insert(machine.extra.end(), {"-fw_cfg", std::string("name=") + guest_name + ",file=" + folder + suffix});
  };
  machine.type += ",acpi=off";
  file(script_file, "script", script.bytes());
  file(tables_file, "tables", sound_tables());
  file(rsdp_file, "rsdp", sound_rsdp());
  file(writable_file, "other", Bytes(8));
}

struct BadScript {
  const char* name;
  Script (*make)();
  const char* why;
};

void PrintTo(const BadScript& bad, std::ostream* out) { *out << bad.name; }

const BadScript bad_scripts[] = {
    {"pointer_outside", [] { return sound_script().point(tables_file, file_bytes - 3, 4, tables_file); },
     "command 12 of 12: pointer outside its file"},
    {"pointer_far_outside", [] { return sound_script().point(tables_file, 0xffff'fff0, 8, tables_file); }, "pointer outside its file"},
    {"pointer_leads_outside", [] { return sound_script().point(tables_file, rsdt + 36, 4, tables_file); },
     "pointer leads out of the file it points into"},
    {"pointer_to_unallocated", [] { return sound_script().point(tables_file, 0, 4, writable_file); }, "file was not allocated"},
    {"pointer_of_three_bytes", [] { return sound_script().point(tables_file, 0, 3, tables_file); }, "pointer outside its file"},
    {"checksum_outside", [] { return sound_script().checksum(tables_file, file_bytes, 0, 8); }, "checksum outside its file"},
    {"checksum_of_outside", [] { return sound_script().checksum(tables_file, 0, 16, file_bytes); }, "checksum outside its file"},
    {"checksum_wraps", [] { return sound_script().checksum(tables_file, 0, 0xffff'fff0, 0x20); }, "checksum outside its file"},
    {"unknown_file", [] { return sound_script().allocate("etc/nothing"); }, "no such file"},
    {"file_twice", [] { return sound_script().allocate(tables_file); }, "file allocated twice"},
    {"wild_alignment", [] { return sound_script().allocate(writable_file, 0x8000'0000); }, "unsupported alignment"},
    {"write_outside", [] { return sound_script().write(writable_file, 1, tables_file, 0, 8); }, "pointer outside its file"},
    {"write_of_outside", [] { return sound_script().write(writable_file, 0, tables_file, file_bytes, 8); },
     "pointer leads out of the file it points into"},
    {"write_refused_by_the_host", [] { return sound_script().write(writable_file, 0, tables_file, 0, 8); },
     "the host does not take the pointer"},
    {"half_a_command", [] { return sound_script().cut(64); }, "the table loader script has 1344 bytes"},
    {"no_rsdp", [] { return Script().allocate(tables_file); }, "no etc/acpi/rsdp was allocated"},
    {"damaged_root", [] { return sound_script().checksum(tables_file, rsdt + 20, facp, 1); }, "no ACPI tables: "},
    {"empty", [] { return Script(); }, "the table loader script has 0 bytes"},
};

class HostileAcpi : public testing::TestWithParam<BadScript> {};

TEST_P(HostileAcpi, CostsOneLineAndTheTables) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  const std::string name = std::string("acpi_") + GetParam().name;
  Machine machine;
  machine.kernel = "build/payloads/machine.efi";
  supply(machine, name, GetParam().make());
  Qemu qemu(name, machine);
  ASSERT_TRUE(qemu.expect("MACHINE ends", Seconds{20})) << qemu.tail();
  const auto lines = complaints(qemu.transcript());
  ASSERT_EQ(lines.size(), 1u) << qemu.tail();
  EXPECT_TRUE(lines[0].starts_with("ashlar: error: ") && lines[0].contains("no ACPI tables") && lines[0].contains(GetParam().why))
      << lines[0];
  EXPECT_TRUE(qemu.transcript().contains("MACHINE rsdp=0")) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, HostileAcpi, testing::ValuesIn(bad_scripts), [](const auto& info) { return std::string(info.param.name); });

class SuppliedAcpi : public testing::TestWithParam<const char*> {};

TEST_P(SuppliedAcpi, IsPublished) {
  const std::string name = std::string("acpi_sound_") + GetParam();
  Machine machine;
  machine.type = GetParam();
  machine.kernel = "build/payloads/machine.efi";
  supply(machine, name, sound_script());
  Qemu qemu(name, machine);
  ASSERT_TRUE(qemu.expect("MACHINE ends", Seconds{60})) << qemu.tail();
  for (const char* line : {"rsdp=1", "rsdp_sound=1", "table=XSDT sound", "table=FACP sound", "table=APIC sound"})
    EXPECT_TRUE(qemu.transcript().contains(std::string("MACHINE ") + line + "\r")) << line << qemu.tail();
  if (firmware_is_ashlar()) EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, SuppliedAcpi, testing::Values("q35", "pc"), [](const auto& info) { return std::string(info.param); });

// A newer QEMU may know more commands; what they would do is not ours to guess.
TEST(HostileAcpiScript, UnknownCommandsAreSkippedWithOneLine) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  Machine machine;
  machine.kernel = "build/payloads/machine.efi";
  supply(machine, "acpi_unknown", sound_script().unknown(0).unknown(5).unknown(0xffff'ffff));
  Qemu qemu("acpi_unknown", machine);
  ASSERT_TRUE(qemu.expect("MACHINE ends", Seconds{20})) << qemu.tail();
  EXPECT_EQ(complaints(qemu.transcript()), std::vector<std::string>{"ashlar: acpi: table loader command 13 is unknown, skipped"});
  EXPECT_TRUE(qemu.transcript().contains("MACHINE rsdp_sound=1")) << qemu.tail();
}

// Linux itself, with the tables and without.
void boot_linux(const std::string& name, const Script& script, const char* wanted) {
  Machine machine = linux_machine({"q35", 512, 1, ""}, "brief");
  machine.extra.clear();  // vmgenid wants QEMU's own tables
  supply(machine, name, script);
  Qemu qemu(name, machine);
  EXPECT_TRUE(qemu.expect_match(wanted, Seconds{60})) << qemu.tail();
  EXPECT_TRUE(qemu.expect_match("ASHLAR finished|Kernel panic", Seconds{120}) == "ASHLAR finished") << qemu.tail();
}

TEST(HostileAcpiScript, LinuxSeesSoundTables) {
  boot_linux("acpi_linux_sound", sound_script(), "ACPI: FACP 0x[0-9A-F]+ 0000F4 \\(v03 TESTER TESTTABL");
}

TEST(HostileAcpiScript, LinuxBootsAfterADamagedScript) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  boot_linux("acpi_linux_damaged", sound_script().point(tables_file, file_bytes, 4, tables_file),
             "pointer outside its file; no ACPI tables");
}

}  // namespace
}  // namespace boot
