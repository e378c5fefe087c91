// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstring>
#include <string>

#include "lib/acpi/loader_script.hpp"
#include "lib/acpi/wire.hpp"
#include "tests/fakes/fw_cfg_device.hpp"

// Writes table-loader scripts and minimal tables, as QEMU would.
namespace acpi_test {

using namespace base;
using fakes::Bytes;

class Script {
 public:
  Script& allocate(const std::string& file, u32 alignment = 64, u8 zone = 1) {
    acpi::script::Entry e = make(acpi::script::Command::allocate);
    set(e.allocate.file, file);
    e.allocate.alignment = alignment;
    e.allocate.zone = zone;
    return push(e);
  }
  Script& point(const std::string& target, u32 offset, u8 size, const std::string& pointee) {
    acpi::script::Entry e = make(acpi::script::Command::add_pointer);
    set(e.add_pointer.target, target);
    set(e.add_pointer.pointee, pointee);
    e.add_pointer.offset = offset;
    e.add_pointer.size = size;
    return push(e);
  }
  Script& checksum(const std::string& file, u32 result, u32 start, u32 length) {
    acpi::script::Entry e = make(acpi::script::Command::add_checksum);
    set(e.add_checksum.file, file);
    e.add_checksum.result_offset = result;
    e.add_checksum.start = start;
    e.add_checksum.length = length;
    return push(e);
  }
  Script& write(const std::string& target, u32 target_offset, u8 size, const std::string& pointee, u32 pointee_offset) {
    acpi::script::Entry e = make(acpi::script::Command::write_pointer);
    set(e.write_pointer.target, target);
    set(e.write_pointer.pointee, pointee);
    e.write_pointer.target_offset = target_offset;
    e.write_pointer.pointee_offset = pointee_offset;
    e.write_pointer.size = size;
    return push(e);
  }
  Script& raw(u32 command) { return push(make(static_cast<acpi::script::Command>(command))); }
  const Bytes& bytes() const { return bytes_; }
  static void set(acpi::script::FileName& name, const std::string& text) { std::memcpy(name.text, text.data(), std::min<usize>(text.size(), 56)); }
  Script& push(const acpi::script::Entry& e) {
    const auto* p = reinterpret_cast<const u8*>(&e);
    bytes_.insert(bytes_.end(), p, p + sizeof e);
    return *this;
  }
  static acpi::script::Entry make(acpi::script::Command command) {
    acpi::script::Entry e;
    std::memset(&e, 0, sizeof e);
    e.command = command;
    return e;
  }

 private:
  Bytes bytes_;
};

// A table of `size` bytes whose payload starts after the header.
inline void put_table(Bytes& file, u32 offset, const char (&signature)[5], u32 size) {
  if (file.size() < offset + size) file.resize(offset + size);
  std::memcpy(&file[offset], signature, 4);
  std::memcpy(&file[offset + 4], &size, 4);
  std::memcpy(&file[offset + 10], "BOCHS BXPC    ", 14);
}
template <class T>
void put(Bytes& file, u32 offset, T value) {
  std::memcpy(&file[offset], &value, sizeof value);
}

inline const std::string tables = "etc/acpi/tables", rsdp = "etc/acpi/rsdp";

// FACP at 64, APIC at 256, RSDT at 512; RSDP of revision 0.
inline Script small_machine(fakes::FwCfgDevice& device) {
  Bytes t(1024), r(20);
  put_table(t, 64, "FACP", 116);
  put<u32>(t, 64 + 36, 0);
  put<u32>(t, 64 + 64, 0x604);
  put_table(t, 256, "APIC", 60);
  put_table(t, 512, "RSDT", 36 + 8);
  put<u32>(t, 512 + 36, 64);
  put<u32>(t, 512 + 40, 256);
  std::memcpy(r.data(), "RSD PTR ", 8);
  put<u32>(r, 16, 512);
  device.add_file(tables, t);
  device.add_file(rsdp, r);
  Script s;
  s.allocate(rsdp, 16, 2).allocate(tables);
  s.point(tables, 64 + 36, 4, tables).checksum(tables, 64 + 9, 64, 116);
  s.checksum(tables, 256 + 9, 256, 60);
  s.point(tables, 512 + 36, 4, tables).point(tables, 512 + 40, 4, tables).checksum(tables, 512 + 9, 512, 44);
  s.point(rsdp, 16, 4, tables).checksum(rsdp, 8, 0, 20);
  return s;
}

}  // namespace acpi_test
