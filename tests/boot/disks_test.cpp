// SPDX-License-Identifier: BSD-2-Clause-Patent
// Disks behind every kind of controller: payloads/disks.cpp reads, writes and reads again; the images say whether it was
// right.
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <random>

namespace boot {
namespace {

// As in payloads/disks.cpp.
constexpr unsigned portion = 4 << 20, written_first = 16, written_blocks = 333;

struct Disk {
  const char* name;
  const char* machine;
  std::vector<std::string> devices;  // the drive is called d
  std::string path;                  // its device path's text
  unsigned block = 512;
  unsigned mib = 6;
  bool read_only = false;
  bool removable = false;
};
void PrintTo(const Disk& d, std::ostream* out) { *out << d.name; }

using Bytes = std::vector<std::uint8_t>;

std::uint32_t crc32(const std::uint8_t* data, std::size_t size) {
  std::uint32_t c = ~0u;
  for (std::size_t i = 0; i < size; ++i) {
    c ^= data[i];
    for (int k = 0; k < 8; ++k) c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
  }
  return ~c;
}

std::uint32_t sum_of(const Bytes& image) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at < image.size(); at += portion) sum = sum * 3 + crc32(&image[at], std::min<std::size_t>(portion, image.size() - at));
  return sum;
}

Bytes random_bytes(std::size_t size) {
  Bytes bytes(size);
  std::minstd_rand random(4711);
  for (auto& b : bytes) b = static_cast<std::uint8_t>(random() >> 8);
  return bytes;
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}
Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

class Disks : public testing::TestWithParam<Disk> {};

TEST_P(Disks, ReadAndWrite) {
  const Disk& d = GetParam();
  const std::string image = std::string("build/boot-logs/disk_") + d.name + ".img";
  Bytes bytes = random_bytes(std::size_t{d.mib} << 20);
  // Nothing on it may look like a partition table.
  bytes[510] = 0;
  write_file(image, bytes);
  Machine machine;
  machine.type = d.machine;
  machine.kernel = "build/payloads/disks.efi";
  machine.extra = {"-drive", "if=none,id=d,format=raw,file=" + image + (d.read_only ? ",readonly=on" : "")};
  machine.extra.insert(machine.extra.end(), d.devices.begin(), d.devices.end());
  Qemu qemu(std::string("disk_") + d.name, machine);
  const std::string line = "disk " + d.path + " block=" + std::to_string(d.block) + " blocks=" + std::to_string(bytes.size() / d.block) +
                           (d.read_only ? " ro" : " rw") + (d.removable ? " removable" : " fixed") + " crc=" + std::to_string(sum_of(bytes));
  const auto totals = qemu.expect_match("DISKS [0-9]+: [0-9]+ passed, [0-9]+ failed", Seconds{120});
  ASSERT_TRUE(totals.has_value()) << qemu.tail();
  EXPECT_TRUE(totals->starts_with("DISKS 1:") && totals->ends_with(" 0 failed")) << qemu.tail();
  EXPECT_TRUE(qemu.transcript().contains(line)) << line << '\n' << qemu.tail();
  EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();
  if (!d.read_only)
    for (unsigned i = 0; i < written_blocks; ++i)
      for (unsigned j = 0; j < d.block; ++j)
        bytes[(written_first + i) * d.block + j] = static_cast<std::uint8_t>((written_first + i) * 31 + j * 7 + (j >> 8) + 1);
  EXPECT_TRUE(read_file(image) == bytes) << "the image differs from what was written";
  std::remove(image.c_str());
}

const Disk disks[] = {
    {"nvme_q35", "q35", {"-device", "nvme,drive=d,serial=s,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)"},
    {"nvme_pc", "pc", {"-device", "nvme,drive=d,serial=s,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)"},
    {"nvme_4096", "q35", {"-device", "nvme,serial=s,addr=4,id=n", "-device", "nvme-ns,drive=d,bus=n,nsid=5,logical_block_size=4096,physical_block_size=4096,eui64=0x1122334455667788"},
     "PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x5,88-77-66-55-44-33-22-11)", 4096},
    {"nvme_small_transfers", "q35", {"-device", "nvme,drive=d,serial=s,addr=4,mdts=1"},
     "PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)"},
    {"nvme_root_port", "q35", {"-device", "pcie-root-port,id=r,addr=5", "-device", "nvme,drive=d,serial=s,bus=r"},
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)"},
    {"ahci", "q35", {"-device", "ide-hd,drive=d,bus=ide.2"}, "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x2,0xFFFF,0x0)"},
    {"ahci_pc", "pc", {"-device", "ahci,id=a,addr=6", "-device", "ide-hd,drive=d,bus=a.5"}, "PciRoot(0x0)/Pci(0x6,0x0)/Sata(0x5,0xFFFF,0x0)"},
    {"ahci_large", "q35", {"-device", "ide-hd,drive=d,bus=ide.0"}, "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)", 512, 40},
    {"piix_master", "pc", {"-device", "ide-hd,drive=d,bus=ide.0"}, "PciRoot(0x0)/Pci(0x1,0x1)/Ata(Primary,Master,0x0)"},
    {"piix_slave", "pc", {"-device", "ide-hd,drive=d,bus=ide.1,unit=1"}, "PciRoot(0x0)/Pci(0x1,0x1)/Ata(Secondary,Slave,0x0)"},
    {"ahci_cd", "q35", {"-device", "ide-cd,drive=d,bus=ide.3"}, "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x3,0xFFFF,0x0)", 2048, 6, true, true},
    {"piix_cd", "pc", {"-device", "ide-cd,drive=d,bus=ide.1"}, "PciRoot(0x0)/Pci(0x1,0x1)/Ata(Secondary,Master,0x0)", 2048, 6, true, true},
    {"usb_xhci", "q35", {"-device", "qemu-xhci,addr=4", "-device", "usb-storage,drive=d,port=1"}, "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x0,0x0)"},
    {"usb_xhci_removable", "pc", {"-device", "qemu-xhci,addr=4", "-device", "usb-storage,drive=d,port=2,removable=on"},
     "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x1,0x0)", 512, 6, false, true},
    {"usb_ehci", "q35", {"-device", "usb-ehci,addr=4", "-device", "usb-storage,drive=d,port=2"}, "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x1,0x0)"},
    {"usb_ich9_ehci", "pc", {"-device", "ich9-usb-ehci1,addr=4", "-device", "usb-storage,drive=d,port=1"}, "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x0,0x0)"},
    {"usb_nec_xhci", "q35", {"-device", "nec-usb-xhci,addr=4", "-device", "usb-storage,drive=d,port=3"}, "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x2,0x0)"},
    {"usb_behind_hubs", "q35",
     {"-device", "qemu-xhci,addr=4", "-device", "usb-hub,port=2", "-device", "usb-hub,port=2.3", "-device", "usb-storage,drive=d,port=2.3.8"},
     "PciRoot(0x0)/Pci(0x4,0x0)/USB(0x5,0x0)/USB(0x2,0x0)/USB(0x7,0x0)"},  // not of super speed: the second half of the ports
};
INSTANTIATE_TEST_SUITE_P(Quick, Disks, testing::ValuesIn(disks), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
