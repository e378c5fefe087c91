// SPDX-License-Identifier: BSD-2-Clause-Patent
// Disks of every kind: what the guest reads and writes through BlockIo and DiskIo is what lies in the image.
#include "block_io_guest.hpp"

#include <gtest/gtest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace boot {
namespace {

struct DiskCase {
  const char* name;
  const char* machine;
  std::vector<std::string> devices;  // the last one gets the drive
  const char* path;
  unsigned block = 512;
  bool read_only = false;
};

void PrintTo(const DiskCase& disk, std::ostream* out) { *out << disk.name; }

const std::vector<std::string> root_port{"-device", "pcie-root-port,id=rp,bus=pcie.0,chassis=1,slot=1,addr=5"};
const std::vector<std::string> pci_bridge{"-device", "pci-bridge,id=bridge,chassis_nr=2,bus=pci.0,addr=5"};

std::vector<std::string> behind(std::vector<std::string> bus, const std::string& device) {
  bus.insert(bus.end(), {"-device", device});
  return bus;
}
std::vector<std::string> scsi(const std::string& options, const std::string& unit) {
  return {"-device", "virtio-scsi-pci,addr=4" + options, "-device", unit};
}

const DiskCase disk_cases[] = {
    {"blk", "q35", {"-device", "virtio-blk-pci,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_pc", "pc", {"-device", "virtio-blk-pci,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_legacy", "q35", {"-device", "virtio-blk-pci,addr=4,disable-modern=on"}, "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_legacy_pc", "pc", {"-device", "virtio-blk-pci,addr=4,disable-modern=on"}, "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_modern_4096", "q35",
     {"-device", "virtio-blk-pci,addr=4,disable-legacy=on,logical_block_size=4096,physical_block_size=4096"},
     "PciRoot(0x0)/Pci(0x4,0x0)", 4096},
    {"blk_root_port", "q35", behind(root_port, "virtio-blk-pci,bus=rp"), "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)"},
    {"blk_root_port_legacy", "q35", behind(root_port, "virtio-blk-pci,bus=rp,disable-legacy=off,disable-modern=on"),
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)"},
    {"blk_bridge", "pc", behind(pci_bridge, "virtio-blk-pci,bus=bridge,addr=3"), "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x3,0x0)"},
    {"blk_bridge_legacy", "pc", behind(pci_bridge, "virtio-blk-pci,bus=bridge,addr=3,disable-modern=on"),
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x3,0x0)"},
    {"blk_small_queue", "q35", {"-device", "virtio-blk-pci,addr=4,queue-size=4"}, "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_long_queue_legacy", "pc", {"-device", "virtio-blk-pci,addr=4,disable-modern=on,queue-size=1024"},
     "PciRoot(0x0)/Pci(0x4,0x0)"},
    {"blk_read_only", "q35", {"-device", "virtio-blk-pci,addr=4"}, "PciRoot(0x0)/Pci(0x4,0x0)", 512, true},
    {"scsi", "q35", scsi("", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"},
    {"scsi_pc", "pc", scsi("", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"},
    {"scsi_legacy", "q35", scsi(",disable-modern=on", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"},
    {"scsi_legacy_pc", "pc", scsi(",disable-modern=on", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"},
    {"scsi_far_unit", "q35", scsi("", "scsi-hd,scsi-id=255,lun=0x1234"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0xFF,0x1234)"},
    {"scsi_4096", "pc", scsi("", "scsi-hd,logical_block_size=4096,physical_block_size=4096"),
     "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)", 4096},
    {"scsi_small_commands", "q35", scsi(",max_sectors=64", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"},
    {"scsi_read_only", "q35", scsi("", "scsi-hd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)", 512, true},
    {"scsi_cd", "q35", scsi("", "scsi-cd"), "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)", 2048, true},
    {"scsi_root_port", "q35", {"-device", "pcie-root-port,id=rp,bus=pcie.0,chassis=1,slot=1,addr=5", "-device", "virtio-scsi-pci,bus=rp",
                               "-device", "scsi-hd,scsi-id=3"},
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x0,0x0)/Scsi(0x3,0x0)"},
    {"scsi_bridge", "pc", {"-device", "pci-bridge,id=bridge,chassis_nr=2,bus=pci.0,addr=5", "-device", "virtio-scsi-pci,bus=bridge,addr=2",
                           "-device", "scsi-hd,lun=7"},
     "PciRoot(0x0)/Pci(0x5,0x0)/Pci(0x2,0x0)/Scsi(0x0,0x7)"},
};

class BlockIoGuest : public testing::TestWithParam<DiskCase> {};

TEST_P(BlockIoGuest, ReadsAndWritesTheImage) {
  const DiskCase& disk = GetParam();
  const std::string name = std::string("block_io_") + disk.name, path = "build/boot-logs/" + name + ".img";
  // Neither a whole number of MiB nor of the payload's requests.
  Bytes image = noise((9 << 20) + 4096 * 3, 1);
  std::filesystem::create_directories("build/boot-logs");
  write_whole_file(path, image);
  auto devices = disk.devices;
  devices.back() += ",drive=d";
  // The drive has to stand before what uses it.
  std::vector<std::string> words{"-drive", "if=none,id=d,format=raw,file=" + path + (disk.read_only ? ",readonly=on" : "")};
  words.insert(words.end(), devices.begin(), devices.end());
  const auto seen = run_disks(name, disk.machine, words);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].path, disk.path);
  EXPECT_EQ(seen[0].at("block"), disk.block);
  EXPECT_EQ(seen[0].at("blocks"), image.size() / disk.block);
  EXPECT_EQ(seen[0].at("read_only"), disk.read_only);
  EXPECT_EQ(seen[0].at("logical"), 0u);
  EXPECT_EQ(seen[0].at("complete"), 1u);
  EXPECT_EQ(seen[0].at("sum"), disk_sum(image));
  if (!disk.read_only) apply_writes(image);
  EXPECT_TRUE(read_whole_file(path) == image);
  std::filesystem::remove(path);
}

// Reads that go over a bad spot fail, the others do not, and nobody waits for ever.
struct BadDisk {
  const char* name;
  const char* words;
};
void PrintTo(const BadDisk& disk, std::ostream* out) { *out << disk.name; }
class BadSpot : public testing::TestWithParam<BadDisk> {};

TEST_P(BadSpot, FailsItsReadsOnly) {
  const std::string name = std::string("bad_spot_") + GetParam().name;
  const std::string path = "build/boot-logs/" + name + ".img", rules = path + ".rules";
  std::filesystem::create_directories("build/boot-logs");
  write_whole_file(path, noise(9 << 20, 3));
  std::ofstream(rules) << "[inject-error]\nevent = \"read_aio\"\nerrno = \"5\"\nsector = \"10000\"\nimmediately = \"off\"\n";
  std::vector<std::string> words{"-drive", "if=none,id=d,format=raw,rerror=report,file=blkdebug:" + rules + ":" + path};
  std::istringstream device(GetParam().words);
  for (std::string word; device >> word;) words.push_back(word);
  words.back() += ",drive=d";
  const auto seen = run_disks(name, "q35", words);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].at("complete"), 0u);
  std::filesystem::remove(path);
  std::filesystem::remove(rules);
}

const BadDisk bad_disks[] = {
    {"blk", "-device virtio-blk-pci"},
    {"scsi", "-device virtio-scsi-pci -device scsi-hd"},
    {"nvme", "-device nvme,serial=s"},
    {"ahci", "-device ide-hd,bus=ide.0"},
    {"cd", "-device ide-cd,bus=ide.0"},
    {"ide", "-device piix3-ide,id=p -device ide-hd,bus=p.0"},
    {"usb_xhci", "-device qemu-xhci -device usb-storage"},
    {"usb_ehci", "-device usb-ehci -device usb-storage"},
};
INSTANTIATE_TEST_SUITE_P(Quick, BadSpot, testing::ValuesIn(bad_disks), [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Quick, BlockIoGuest, testing::ValuesIn(disk_cases), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
