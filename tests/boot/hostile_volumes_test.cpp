// SPDX-License-Identifier: BSD-2-Clause-Patent
// Damaged and malicious disks before a sound one: each costs one line and no more than its time, the sound one boots, and the
// menu's search for loaders ends.
#include "esp.hpp"
#include "fat_image.hpp"
#include "qemu.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace boot {
namespace {

constexpr Seconds patience{120};
constexpr const char* loader_name = "BOOTX64 EFI";
constexpr const char* folder_name = "BOOT       ";

struct Volume {
  FatImage image;
  std::uint32_t efi, boot;
  std::uint8_t* loader;
  explicit Volume(const std::string& disk)
      : image(disk),
        efi(FatImage::first_cluster(image.entry(0, "EFI        "))),
        boot(FatImage::first_cluster(image.entry(efi, folder_name))),
        loader(image.entry(boot, loader_name)) {}
};

void loop_file(const std::string& disk) {
  Volume v(disk);
  const std::uint32_t first = FatImage::first_cluster(v.loader);
  v.image.link(first + 1, first);
  FatImage::set_size(v.loader, 32 << 20);
}
void endless_file(const std::string& disk) {
  loop_file(disk);
  Volume v(disk);
  FatImage::set_size(v.loader, 0xffff'ffff);
}
void free_chain(const std::string& disk) {
  Volume v(disk);
  v.image.link(FatImage::first_cluster(v.loader), 0);
}
void far_chain(const std::string& disk) {
  Volume v(disk);
  FatImage::set_first_cluster(v.loader, 0xfff0);
}
// The loader's clusters are another file's.
void cross_link(const std::string& disk) {
  Volume v(disk);
  FatImage::set_first_cluster(v.loader, FatImage::first_cluster(v.image.entry(0, "PROBE   TXT")));
}
// \EFI\BOOT is \EFI.
void folder_in_itself(const std::string& disk) {
  Volume v(disk);
  FatImage::set_first_cluster(v.image.entry(v.efi, folder_name), v.efi);
}
// A folder of deleted entries without an end.
void loop_folder(const std::string& disk) {
  Volume v(disk);
  std::memset(v.image.cluster(v.boot), 0xe5, v.image.cluster_bytes());
  v.image.link(v.boot, v.boot);
}
// More entries than a directory may have [fat §6.2], every one alive.
void folder_bomb(const std::string& disk) {
  Volume v(disk);
  std::uint32_t last = v.boot, number = 0;
  const std::uint32_t from = v.image.clusters() / 4, to = v.image.clusters() / 2;
  for (std::uint32_t c = from; c < to; ++c) {
    v.image.link(last, c);
    v.image.link(last = c, 0xffff);
    for (std::size_t at = 0; at < v.image.cluster_bytes(); at += 32) {
      std::uint8_t* const entry = v.image.cluster(c) + at;
      char name[12];
      std::snprintf(name, sizeof name, "F%07uEFI", number++);
      std::memcpy(entry, name, 11);
      entry[11] = 0x10;  // a folder, and it is this one
      FatImage::set_first_cluster(entry, v.boot);
    }
  }
  std::memset(v.image.cluster(v.boot), 0xe5, v.image.cluster_bytes());
}
template <std::size_t offset, std::uint8_t value>
void patch_boot_sector(const std::string& disk) {
  Volume v(disk);
  v.image.at(offset) = value;
}
void cut_in_half(const std::string& disk) { std::filesystem::resize_file(disk, std::filesystem::file_size(disk) / 2); }
void wreck_both_tables(const std::string& disk) {
  std::fstream file(disk, std::ios::in | std::ios::out | std::ios::binary);
  for (const std::uintmax_t sector : {std::uintmax_t{1}, std::filesystem::file_size(disk) / 512 - 1}) file.seekp(static_cast<long>(sector * 512 + 20)) << "????";
}

struct Damage {
  const char* name;
  void (*apply)(const std::string& disk);
  const char* line;  // of the firmware; null: what is there is merely no loader
};
void PrintTo(const Damage& d, std::ostream* out) { *out << d.name; }

class HostileVolume : public testing::TestWithParam<Damage> {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own lines";
    name_ = std::string("hostile_") + GetParam().name;
    const std::string bad = make_loader_disk(name_ + "_bad", "alpha s"), good = make_loader_disk(name_ + "_good", "beta s");
    GetParam().apply(bad);
    machine_.extra = {"-no-reboot",
                      "-drive", "if=none,format=raw,id=a,file=" + bad, "-device", "virtio-blk-pci,drive=a,bootindex=1",
                      "-drive", "if=none,format=raw,id=b,file=" + good, "-device", "virtio-blk-pci,drive=b,bootindex=2"};
  }
  std::string name_;
  Machine machine_;
};

TEST_P(HostileVolume, CostsOneLine) {
  Qemu qemu(name_, machine_);
  EXPECT_TRUE(qemu.expect("LOADER beta", patience)) << qemu.tail();
  EXPECT_EQ(qemu.wait_exit(patience), 0) << qemu.tail();
  const auto lines = complaints(qemu.transcript());
  const std::string expected = GetParam().line ? GetParam().line : "";
  // A GPT has two headers, and each is wrong in its own way.
  ASSERT_EQ(lines.size(), expected.empty() ? 0u : expected == "gpt" ? 2u : 1u) << qemu.tail();
  for (const std::string& line : lines) EXPECT_TRUE(line.contains(expected)) << line;
}

class HostileMenu : public HostileVolume {};

TEST_P(HostileMenu, FindsTheOther) {
  machine_.extra.insert(machine_.extra.end(), {"-boot", "menu=on,splash-time=20000"});
  Qemu qemu(name_ + "_menu", machine_);
  ASSERT_TRUE(qemu.expect("Esc, F2 or F12", patience)) << qemu.tail();
  qemu.send("\033");
  ASSERT_TRUE(qemu.expect("Power off", patience)) << qemu.tail();
  // "Boot a file..." stands behind the two entries.
  qemu.send("\033[B\033[B\r");
  EXPECT_TRUE(qemu.expect_match("file system [0-9]: \\\\EFI\\\\BOOT\\\\BOOTX64.EFI", patience)) << qemu.tail();
}

const Damage damages[] = {
    {"loop_file", loop_file, "FAT: damaged"},
    {"endless_file", endless_file, nullptr},
    {"free_chain", free_chain, "FAT: damaged"},
    {"far_chain", far_chain, "FAT: damaged"},
    {"cross_link", cross_link, "FAT: damaged"},
    {"folder_in_itself", folder_in_itself, "FAT: damaged"},
    {"loop_folder", loop_folder, "FAT: damaged"},
    {"folder_bomb", folder_bomb, nullptr},
    {"no_sectors_per_cluster", patch_boot_sector<13, 0>, nullptr},
    {"odd_sector_size", patch_boot_sector<12, 3>, nullptr},
    {"no_fats", patch_boot_sector<16, 0>, nullptr},
    {"endless_root", patch_boot_sector<18, 0xff>, nullptr},
    {"cut_in_half", cut_in_half, "gpt"},
    {"wrecked_tables", wreck_both_tables, "gpt"},
};
std::string name_of_damage(const testing::TestParamInfo<Damage>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Quick, HostileVolume, testing::ValuesIn(damages), name_of_damage);
// Folders are what the search goes through.
INSTANTIATE_TEST_SUITE_P(Quick, HostileMenu, testing::Values(Damage{"folder_in_itself", folder_in_itself, nullptr}, Damage{"folder_bomb", folder_bomb, nullptr}),
                         name_of_damage);
INSTANTIATE_TEST_SUITE_P(Full, HostileMenu, testing::ValuesIn(damages), name_of_damage);

}  // namespace
}  // namespace boot
