// SPDX-License-Identifier: BSD-2-Clause-Patent
// FAT volumes on disks: payloads/files.cpp works on them, then fsck.vfat and mtools say what they find.
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace boot {
namespace {

struct Volume {
  const char* name;
  const char* machine;
  const char* format;  // mkfs.vfat's options
  unsigned mib;  // 0: an ISO 9660 volume, format is xorriso's options
  std::vector<std::string> devices;  // the drive is called d
};
void PrintTo(const Volume& v, std::ostream* out) { *out << v.name; }

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  for (int c; (c = fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  const int status = pclose(pipe);
  return status == 0 ? out : out + "status " + std::to_string(status);
}

// As in payloads/files.cpp.
std::string pattern(std::size_t bytes) {
  std::string out(bytes, 0);
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>(i * 7 + (i >> 8) * 3 + (i >> 16));
  return out;
}

class Files : public testing::TestWithParam<Volume> {};

TEST_P(Files, ReadAndWrite) {
  const Volume& v = GetParam();
  const std::string folder = std::string("build/boot-logs/files_") + v.name, image = folder + ".img";
  std::filesystem::remove_all(folder);
  std::filesystem::remove(image);
  std::filesystem::create_directories(folder + "/in");
  const auto put = [&](const char* name, const std::string& bytes) { std::ofstream(folder + "/in/" + name, std::ios::binary) << bytes; };
  put("large", pattern(5'000'000));
  put("shrinks", pattern(100'000));
  put("moves", "moved");
  put("goes", std::string(70'000, 'g'));
  std::filesystem::copy_file("build/payloads/child.efi", folder + "/in/child.efi");
  const bool iso = v.mib == 0;
  ASSERT_EQ(output_of(iso ? std::string("xorriso -as mkisofs -quiet ") + v.format + " -o " + image + " " + folder + " >/dev/null 2>&1"
                          : "truncate -s " + std::to_string(v.mib) + "M " + image + " && PATH=$PATH:/sbin mkfs.vfat " + v.format + " " + image + " >/dev/null && mcopy -s -i " +
                      image + " " + folder + "/in ::"),
            "");
  Machine machine;
  machine.type = v.machine;
  machine.kernel = "build/payloads/files.efi";
  machine.extra = {"-drive", "if=none,id=d,format=raw,file=" + image + (iso ? ",readonly=on" : "")};
  machine.extra.insert(machine.extra.end(), v.devices.begin(), v.devices.end());
  Qemu qemu(std::string("files_") + v.name, machine);
  const auto totals = qemu.expect_match("FILES [0-9]+: [0-9]+ passed, [0-9]+ failed", Seconds{120});
  ASSERT_TRUE(totals.has_value()) << qemu.tail();
  EXPECT_TRUE(totals->starts_with("FILES 1:") && totals->ends_with(" 0 failed")) << qemu.tail();
  EXPECT_TRUE(complaints(qemu.transcript()).empty()) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(Seconds{20}), 0) << qemu.tail();

  if (iso) return;
  const auto said = output_of("PATH=$PATH:/sbin fsck.vfat -n " + image);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;
  EXPECT_EQ(output_of("mlabel -s -i " + image + " ::").substr(0, 22), " Volume label is GUEST");
  const auto contents = [&](const std::string& name) { return output_of("mtype -i " + image + " '::" + name + "'"); };
  EXPECT_TRUE(contents("/out/A long name from the guest.txt") == pattern(300'000));
  EXPECT_TRUE(contents("/in/large") == pattern(5'000'000));
  EXPECT_TRUE(contents("/in/shrinks") == pattern(5'000));
  EXPECT_EQ(contents("/out/Moved and renamed"), "moved");
  EXPECT_TRUE(contents("/out/token") == pattern(5'000));
  const auto list = output_of("mdir -/ -b -i " + image + " ::");
  EXPECT_FALSE(list.contains("goes") || list.contains("/moves")) << list;
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 8) << list;
  std::filesystem::remove_all(folder);
  std::filesystem::remove(image);
}

const Volume volumes[] = {
    {"fat32", "q35", "-F 32 -s 1", 40, {"-device", "virtio-blk-pci,drive=d"}},
    {"fat16_4096", "q35", "-F 16 -S 4096", 64, {"-device", "virtio-blk-pci,drive=d,logical_block_size=4096,physical_block_size=4096"}},
    {"fat12_pc", "pc", "-F 12 -s 8", 12, {"-device", "virtio-blk-pci,drive=d"}},
    {"iso", "q35", "-R", 0, {"-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=d"}},
    {"iso_pc", "pc", "-J", 0, {"-device", "ide-cd,drive=d,bus=ide.1"}},
    {"fat16_ide", "pc", "-F 16", 30, {"-device", "ide-hd,drive=d,bus=ide.0"}},
};
INSTANTIATE_TEST_SUITE_P(Quick, Files, testing::ValuesIn(volumes), [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace boot
