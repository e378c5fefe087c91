// SPDX-License-Identifier: BSD-2-Clause-Patent
// The paths are those of QEMU 7.2's own bootorder files.
#include "lib/boot/open_firmware.hpp"

#include <gtest/gtest.h>

#include "tests/unit/device_path/node_maker.hpp"

namespace {

using namespace base;

// As text; the name of the error where there is none.
std::u16string translated(std::string_view path, std::vector<u8> root_buses = {0}) {
  u8 room[256];
  device_path::ByteSink sink{std::span(room)};
  if (auto done = boot::device_path_of(path, root_buses, sink); !done) {
    const std::string_view why = name(done.error());
    return {why.begin(), why.end()};
  }
  EXPECT_TRUE(sink.fits());
  return device_path_test::text_of_path({room, room + sink.length()});
}

TEST(OpenFirmware, Disks) {
  EXPECT_EQ(translated("/pci@i0cf8/scsi@1/disk@0,0"), u"PciRoot(0x0)/Pci(0x1,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/scsi@2/channel@0/disk@3,2"), u"PciRoot(0x0)/Pci(0x2,0x0)/Scsi(0x3,0x2)");
  EXPECT_EQ(translated("/pci@i0cf8/pci8086,2922@1f,2/drive@1/disk@0"), u"PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x1,0xFFFF,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/ide@1,1/drive@1/disk@0"), u"PciRoot(0x0)/Pci(0x1,0x1)/Ata(Secondary,Master,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/ide@1,1/drive@0/disk@1"), u"PciRoot(0x0)/Pci(0x1,0x1)/Ata(Primary,Slave,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/pci1b36,0010@3/namespace@1,0"),
            u"PciRoot(0x0)/Pci(0x3,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)");
  EXPECT_EQ(translated("/pci@i0cf8/pci8086,5845@6,1/namespace@2,1122334455667788"),
            u"PciRoot(0x0)/Pci(0x6,0x1)/NVMe(0x2,11-22-33-44-55-66-77-88)");
  EXPECT_EQ(translated("/pci@i0cf8/pci1b36,0010@2/nvme-nseui64"), u"PciRoot(0x0)/Pci(0x2,0x0)");
}

TEST(OpenFirmware, UsbAndNetwork) {
  EXPECT_EQ(translated("/pci@i0cf8/usb@4/storage@2/channel@0/disk@0,0"), u"PciRoot(0x0)/Pci(0x4,0x0)/USB(0x1,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/usb@1/hub@1/storage@3/channel@0/disk@0,0"), u"PciRoot(0x0)/Pci(0x1,0x0)/USB(0x0,0x0)/USB(0x2,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/ethernet@5/ethernet-phy@0"), u"PciRoot(0x0)/Pci(0x5,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/ethernet@3,2"), u"PciRoot(0x0)/Pci(0x3,0x2)");
}

TEST(OpenFirmware, BridgesAndRoots) {
  EXPECT_EQ(translated("/pci@i0cf8/pci-bridge@1/pci-bridge@4/scsi@5/channel@0/disk@0,0"),
            u"PciRoot(0x0)/Pci(0x1,0x0)/Pci(0x4,0x0)/Pci(0x5,0x0)/Scsi(0x0,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8/pci-bridge@2,1/scsi@0/disk@0,0"), u"PciRoot(0x0)/Pci(0x2,0x1)/Pci(0x0,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8,1/pci-bridge@0/scsi@0/disk@0,0", {0, 64}), u"PciRoot(0x40)/Pci(0x0,0x0)/Pci(0x0,0x0)");
  EXPECT_EQ(translated("/pci@i0cf8,2/scsi@1/disk@0,0", {0, 64}), u"invalid parameter");
}

TEST(OpenFirmware, NoPciDevice) {
  EXPECT_EQ(translated("/rom@genroms/linuxboot_dma.bin"), u"not found");
  EXPECT_EQ(translated("/pci@i0cf8/isa@1/fdc@03f0/floppy@0"), u"not found");
  EXPECT_EQ(translated("/virtio-mmio@000000000a003c00/disk@0,0"), u"not found");
}

TEST(OpenFirmware, Nonsense) {
  for (const char* path : {"/pci@i0cf8", "/pci@i0cf8/", "/pci@i0cf8/scsi", "/pci@i0cf8/scsi@", "/pci@i0cf8/scsi@20/disk@0,0", "/pci@i0cf8/scsi@1,8",
                           "/pci@i0cf8/scsi@1x", "/pci@i0cf8/scsi@11111111111111111", "/pci@i0cf8/pci-bridge@1", "/pci@i0cf8,/scsi@1",
                           "/pci@i0cf8/usb@4/storage@0", "/pci@i0cf8/ide@1,1/drive@2/disk@0", "/pci@i0cf8/scsi@2/channel@0/disk@10000,0",
                           "/pci@i0cf8/pci1b36,0010@3/namespace@0,0"})
    EXPECT_EQ(translated(path), u"invalid parameter") << path;
  for (const char* path : {"", "/", "x", "pci@i0cf8/scsi@1", "//"}) EXPECT_EQ(translated(path), u"not found") << path;
}

std::vector<std::string> lines_of(std::string_view text, bool* halts = nullptr) {
  boot::BootOrderLines lines(text);
  std::vector<std::string> all;
  for (std::string_view line; lines.next(line);) all.emplace_back(line);
  if (halts) *halts = lines.halts();
  return all;
}

TEST(BootOrderLines, AsQemuWritesThem) {
  bool halts = true;
  EXPECT_EQ(lines_of(std::string_view("/a@1/b@2\n/c@3\0", 14), &halts), (std::vector<std::string>{"/a@1/b@2", "/c@3"}));
  EXPECT_FALSE(halts);
  EXPECT_EQ(lines_of(std::string_view("/a@1\nHALT\0", 10), &halts), (std::vector<std::string>{"/a@1"}));
  EXPECT_TRUE(halts);
  EXPECT_EQ(lines_of("HALT\n/a@1", &halts), (std::vector<std::string>{}));
  EXPECT_TRUE(halts);
}

TEST(BootOrderLines, Nonsense) {
  EXPECT_TRUE(lines_of("").empty());
  EXPECT_TRUE(lines_of("\n\n\n").empty());
  EXPECT_EQ(lines_of("x"), (std::vector<std::string>{"x"}));
  EXPECT_EQ(lines_of(std::string_view("x\0y\n", 4)), (std::vector<std::string>{"x"}));
}

}  // namespace
