// SPDX-License-Identifier: BSD-2-Clause-Patent
// Partitions that sfdisk, sgdisk and xorriso make: the guest has a handle for each, with the right path and bytes.
#include "block_io_guest.hpp"

#include <gtest/gtest.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace boot {
namespace {

struct Slice {
  const char* path;  // behind the disk's
  std::uint64_t first, blocks;
  bool system;
};

class PartitionGuest : public testing::Test {
 protected:
  void make(std::size_t bytes) {
    std::filesystem::create_directories("build/boot-logs");
    path_ = std::string("build/boot-logs/partition_") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".img";
    // What tools leave of it shows that a slice is the right one.
    write_whole_file(path_, noise(bytes, 7));
    std::fstream(path_, std::ios::in | std::ios::out | std::ios::binary).write(std::string(4096, 0).data(), 4096);
  }
  ~PartitionGuest() override { std::filesystem::remove(path_); }
  void run_tool(const std::string& command) { ASSERT_EQ(std::system((command + " >build/boot-logs/partition_tool.log 2>&1").c_str()), 0) << command; }

  std::vector<ReportedDisk> boot(const std::vector<std::string>& devices, const std::string& drive_options = "") {
    std::vector<std::string> words{"-drive", "if=none,id=d,format=raw,file=" + path_ + drive_options};
    words.insert(words.end(), devices.begin(), devices.end());
    image_ = read_whole_file(path_);
    return run_disks(std::string("partition_") + testing::UnitTest::GetInstance()->current_test_info()->name(), "q35", words);
  }
  Bytes slice(std::uint64_t first, std::uint64_t blocks, unsigned block) const {
    return {image_.begin() + static_cast<long>(first * block), image_.begin() + static_cast<long>((first + blocks) * block)};
  }
  void expect_slices(const std::vector<ReportedDisk>& seen, const std::string& disk, unsigned block, const std::vector<Slice>& slices) {
    EXPECT_EQ(seen.size(), slices.size() + 1);
    for (const Slice& s : slices) {
      const auto found = std::ranges::find(seen, disk + "/" + s.path, &ReportedDisk::path);
      ASSERT_NE(found, seen.end()) << s.path;
      EXPECT_EQ(found->at("block"), block) << s.path;
      EXPECT_EQ(found->at("blocks"), s.blocks) << s.path;
      EXPECT_EQ(found->at("logical"), 1u) << s.path;
      EXPECT_EQ(found->at("esp"), s.system) << s.path;
      EXPECT_EQ(found->at("system"), s.system) << s.path;
      EXPECT_EQ(found->at("sum"), disk_sum(slice(s.first, s.blocks, block))) << s.path;
    }
  }

  std::string path_;
  Bytes image_;
};

const std::vector<std::string> blk{"-device", "virtio-blk-pci,addr=4,drive=d"};
const std::string blk_path = "PciRoot(0x0)/Pci(0x4,0x0)";

const std::vector<Slice> gpt_slices{
    {"HD(1,GPT,11111111-2222-3333-4444-555555555555,0x800,0x1000)", 0x800, 0x1000, true},
    {"HD(7,GPT,AAAAAAAA-2222-3333-4444-555555555555,0x1800,0x1234)", 0x1800, 0x1234, false},
};
constexpr const char* sgdisk_two =
    "sgdisk -o -a 1 -n 1:2048:6143 -t 1:ef00 -u 1:11111111-2222-3333-4444-555555555555 -n 7:6144:10803 -u "
    "7:aaaaaaaa-2222-3333-4444-555555555555 ";

TEST_F(PartitionGuest, Gpt) {
  make(8 << 20);
  run_tool(sgdisk_two + path_);
  expect_slices(boot(blk), blk_path, 512, gpt_slices);
}

TEST_F(PartitionGuest, GptWithoutItsPrimaryHeader) {
  make(8 << 20);
  run_tool(sgdisk_two + path_);
  run_tool("dd conv=notrunc bs=512 seek=1 count=1 if=/dev/zero of=" + path_);
  expect_slices(boot(blk), blk_path, 512, gpt_slices);
  const Bytes log = read_whole_file("build/boot-logs/partition_GptWithoutItsPrimaryHeader.log");
  EXPECT_TRUE(std::string(log.begin(), log.end()).contains("gpt: the backup is used"));
}

TEST_F(PartitionGuest, GptOfLargeBlocks) {
  make(8 << 20);
  run_tool("printf 'g\\nn\\n1\\n512\\n911\\nt\\n1\\nx\\nu\\n11111111-2222-3333-4444-555555555555\\nr\\nw\\n' | fdisk -b 4096 " + path_);
  expect_slices(boot({"-device", "virtio-scsi-pci,addr=4", "-device", "scsi-hd,drive=d,logical_block_size=4096,physical_block_size=4096"}),
                blk_path + "/Scsi(0x0,0x0)", 4096, {{"HD(1,GPT,11111111-2222-3333-4444-555555555555,0x200,0x190)", 512, 400, true}});
}

TEST_F(PartitionGuest, MbrWithLogicalPartitions) {
  make(8 << 20);
  run_tool("printf 'label: dos\\nlabel-id: 0x12345678\\n1 : start=2048, size=2048, type=ef\\n2 : start=4096, size=12288, type=5\\n"
           "5 : start=6144, size=1024, type=83\\n6 : start=9216, size=2048, type=83\\n' | sfdisk " + path_);
  expect_slices(boot(blk), blk_path, 512,
                {{"HD(1,MBR,0x12345678,0x800,0x800)", 0x800, 0x800, true},
                 {"HD(5,MBR,0x12345678,0x1800,0x400)", 0x1800, 0x400, false},
                 {"HD(6,MBR,0x12345678,0x2400,0x800)", 0x2400, 0x800, false}});
}

// A CD with boot images for BIOS and EFI.
TEST_F(PartitionGuest, ElTorito) {
  make(4096);
  const std::string tree = path_ + ".tree";
  std::filesystem::create_directories(tree);
  write_whole_file(tree + "/bios.img", noise(2048, 1));
  write_whole_file(tree + "/efi.img", noise(300 * 1024, 2));
  write_whole_file(tree + "/filler", noise(5000, 3));
  run_tool("xorriso -as mkisofs -o " + path_ + " -b bios.img -no-emul-boot -boot-load-size 4 -eltorito-alt-boot -e efi.img -no-emul-boot " + tree);
  const auto seen = boot({"-device", "virtio-scsi-pci,addr=4", "-device", "scsi-cd,drive=d"}, ",media=cdrom,readonly=on");
  std::filesystem::remove_all(tree);
  ASSERT_EQ(seen.size(), 3u);
  const Bytes efi = noise(300 * 1024, 2), bios = noise(2048, 1);
  for (unsigned i = 0; i < 2; ++i) {
    unsigned entry = 9, first = 0, blocks = 0;
    const std::string node = seen[i + 1].path.substr(seen[i + 1].path.rfind('/') + 1);
    ASSERT_EQ(std::sscanf(node.c_str(), "CDROM(0x%x,0x%x,0x%x)", &entry, &first, &blocks), 3) << node;
    EXPECT_EQ(entry, i);
    EXPECT_EQ(seen[i + 1].at("block"), 2048u);
    EXPECT_EQ(seen[i + 1].at("blocks"), blocks);
    const Bytes& image = i ? efi : bios;
    ASSERT_GE(blocks * 2048, image.size());
    EXPECT_TRUE(std::equal(image.begin(), image.end(), image_.begin() + first * 2048l));
    EXPECT_EQ(seen[i + 1].at("sum"), disk_sum(slice(first, blocks, 2048)));
  }
}

TEST_F(PartitionGuest, NoneInNoise) {
  make(4 << 20);
  EXPECT_EQ(boot(blk).size(), 1u);
}

}  // namespace
}  // namespace boot
