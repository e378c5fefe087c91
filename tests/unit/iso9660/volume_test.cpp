// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/iso9660/volume.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/fakes/file_system.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/fakes/memory_disk.hpp"

namespace {

using namespace base;
using namespace iso9660;

using fakes::live_blocks, fakes::surroundings;

using Tree = std::map<std::string, std::string>;  // '/' behind directories

const std::string deep = "1/2/3/4/5/6/7/8/9/10/";
const Tree tree = {{"EFI/", ""},
                   {"EFI/BOOT/", ""},
                   {"EFI/BOOT/BOOTX64.EFI", std::string(300'001, 'b')},
                   {"A long name, in two Cases.config", "long"},
                   {"empty", ""},
                   {"grüße.txt", "utf-8"},
                   {std::string(240, 'n') + ".x", "continued"},
                   {deep + "deep.txt", "relocated"}};

std::string narrow(std::u16string_view text) {
  std::string out;
  for (const char16_t c : text) {
    if (c >= 0x80) out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(c < 0x80 ? c : 0x80 | (c & 0x3f));
  }
  return out;
}

std::vector<u8> make_iso(const std::string& options, const Tree& files = tree) {
  char folder[] = "/tmp/ashlar-iso-XXXXXX";
  const std::string path = mkdtemp(folder);
  for (const auto& [name, data] : files) {
    const auto at = std::filesystem::path(path) / "tree" / name;
    std::filesystem::create_directories(at.parent_path());
    if (name.back() != '/') std::ofstream(at, std::ios::binary) << data;
  }
  const std::string command = "LC_ALL=C.UTF-8 xorriso -as mkisofs -quiet -V 'A Volume' " + options + " -o " + path + "/iso " + path + "/tree >" + path + "/log 2>&1";
  const int status = std::system(command.c_str());
  std::ifstream in(path + "/iso", std::ios::binary);
  std::vector<u8> image(std::istreambuf_iterator<char>(in), {});
  std::filesystem::remove_all(path);
  if (status != 0) throw std::runtime_error(command);
  image.resize((image.size() + 2047) / 2048 * 2048);
  return image;
}

struct Iso : testing::Test {
  Iso() { fakes::take_log(); }
  ~Iso() override { EXPECT_EQ(live_blocks, 0u); }

  static Result<> walk(Volume& volume, file_system::Node& dir, const std::string& path, Tree& out) {
    file_system::FileInfo info;
    for (u64 cursor = 0; TRY(volume.next(dir, cursor, info));) {
      const std::string name = path + narrow(info.name_view());
      auto opened = volume.open(dir, info.name_view());
      if (!opened) return opened.error();
      file_system::Node& node = **opened;
      Result<> done;
      if (node.directory) {
        out[name + "/"] = "";
        done = path.size() > 200 ? Result<>() : walk(volume, node, name + "/", out);
      } else {
        std::string& data = out[name];
        data.resize(volume.size(node));
        done = volume.read(node, 0, {reinterpret_cast<u8*>(data.data()), data.size()});
        EXPECT_TRUE(volume.info(node, info));
        EXPECT_EQ(info.bytes, data.size());
      }
      volume.release(node);
      TRY(done);
    }
    return {};
  }
  static Tree tree_of(fakes::MemoryDisk& disk) {
    Volume volume(surroundings);
    EXPECT_TRUE(volume.mount(disk));
    Tree out;
    EXPECT_TRUE(walk(volume, volume.root(), "", out));
    EXPECT_TRUE(volume.read_only());
    file_system::VolumeInfo info;
    EXPECT_TRUE(volume.volume_info(info));
    EXPECT_EQ(narrow({info.label, info.label_length}).substr(0, 1), "A");
    return out;
  }
  static Tree whole(Tree wanted) {
    for (usize at = 0; (at = deep.find('/', at)) != std::string::npos;) wanted[deep.substr(0, ++at)] = "";
    return wanted;
  }
};

TEST_F(Iso, RockRidge) {
  for (const char* options : {"-R", "-R -J -joliet-long", "-R -iso-level 3"})
    for (const u32 block : {512u, 2048u}) {
      fakes::MemoryDisk disk(block, make_iso(options));
      Tree got = tree_of(disk);
      got.erase("rr_moved/");
      EXPECT_TRUE(got == whole(tree)) << options;
      for (const auto& [name, data] : got) EXPECT_TRUE(whole(tree).contains(name)) << name;
    }
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(Iso, RelocatedDirectories) {
  // The old way to deep trees, with CL, PL and RE.
  fakes::MemoryDisk disk(2048, make_iso("-R -rr_reloc_dir rr_moved"));
  constexpr std::string_view link = "CL\x0c\x01";
  ASSERT_NE(std::search(disk.bytes.begin(), disk.bytes.end(), link.begin(), link.end()), disk.bytes.end());
  EXPECT_TRUE(tree_of(disk) == whole(tree)) << "each where it belongs, and only there";
}

TEST_F(Iso, Joliet) {
  fakes::MemoryDisk disk(2048, make_iso("-J -joliet-long --norock"));
  const Tree got = tree_of(disk);
  EXPECT_TRUE(got.contains("A long name, in two Cases.config"));
  EXPECT_TRUE(got.contains("grüße.txt"));
  EXPECT_EQ(got.at("EFI/BOOT/BOOTX64.EFI"), tree.at("EFI/BOOT/BOOTX64.EFI"));
}

TEST_F(Iso, PlainNames) {
  fakes::MemoryDisk disk(2048, make_iso("--norock"));
  const Tree got = tree_of(disk);
  EXPECT_EQ(got.at("EFI/BOOT/BOOTX64.EFI"), tree.at("EFI/BOOT/BOOTX64.EFI"));
  EXPECT_EQ(got.at("EMPTY"), "");
  Volume volume(surroundings);
  ASSERT_TRUE(volume.mount(disk));
  EXPECT_EQ(volume.open(volume.root(), u"nothing").error(), Error::not_found);
  auto efi = volume.open(volume.root(), u"efi");
  ASSERT_TRUE(efi) << "without regard to case";
  volume.release(**efi);
}

TEST_F(Iso, LargeFilesAreOneRequest) {
  fakes::MemoryDisk disk(2048, make_iso("-R", {{"large", std::string(8 << 20, 'L')}}));
  Volume volume(surroundings);
  ASSERT_TRUE(volume.mount(disk));
  auto large = volume.open(volume.root(), u"large");
  ASSERT_TRUE(large);
  std::vector<u8> data(8 << 20);
  const unsigned before = disk.reads;
  EXPECT_TRUE(volume.read(**large, 0, data));
  EXPECT_EQ(disk.reads - before, 1u);
  volume.release(**large);
}

struct IsoDamage : Iso {
  IsoDamage() : image(make_iso("-R")) {}
  VolumeDescriptor& primary() { return *reinterpret_cast<VolumeDescriptor*>(&image[first_descriptor * sector_bytes]); }
  DirectoryRecord& root_record(unsigned index) {
    u8* at = &image[primary().root.extent.little * sector_bytes];
    while (index--) at += *at;
    return *reinterpret_cast<DirectoryRecord*>(at);
  }
  Error mount_error() {
    fakes::MemoryDisk disk(2048, image);
    Volume volume(surroundings);
    const auto mounted = volume.mount(disk);
    EXPECT_FALSE(mounted);
    return mounted ? Error::already_started : mounted.error();
  }
  Error walk_error() {
    fakes::MemoryDisk disk(2048, image);
    Volume volume(surroundings);
    EXPECT_TRUE(volume.mount(disk));
    Tree out;
    const auto walked = walk(volume, volume.root(), "", out);
    EXPECT_FALSE(walked);
    return walked ? Error::already_started : walked.error();
  }
  static void expect_one_line(const char* with) {
    const auto log = fakes::take_log();
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
    EXPECT_NE(log.find(with), std::string::npos) << log;
  }
  std::vector<u8> image;
};

TEST_F(IsoDamage, NotAVolume) {
  const auto whole = image;
  image.resize(16 * 2048);
  EXPECT_EQ(mount_error(), Error::unsupported);
  image = whole;
  primary().identifier[2] = 'X';
  EXPECT_EQ(mount_error(), Error::unsupported);
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(IsoDamage, Descriptors) {
  const auto whole = image;
  primary().block_bytes.little = 0;
  EXPECT_EQ(mount_error(), Error::volume_corrupted);
  expect_one_line("block size");
  image = whole;
  primary().root.extent.little = ~0u;
  EXPECT_EQ(mount_error(), Error::volume_corrupted);
  expect_one_line("leaves the volume");
  image = whole;
  primary().root.bytes.little = ~0u;
  EXPECT_EQ(mount_error(), Error::volume_corrupted);
  expect_one_line("leaves the volume");
}

TEST_F(IsoDamage, Records) {
  const auto whole = image;
  const std::pair<const char*, std::function<void(DirectoryRecord&)>> cases[] = {
      {"record of impossible length", [](DirectoryRecord& r) { r.length = 20; }},
      {"record of impossible length", [](DirectoryRecord& r) { r.length = 33; }},
      {"name of impossible length", [](DirectoryRecord& r) { r.name_bytes = 0; }},
      {"name of impossible length", [](DirectoryRecord& r) { r.name_bytes = 250; }},
      {"leaves the volume", [](DirectoryRecord& r) { r.extent.little = ~0u; }},
      {"leaves the volume", [](DirectoryRecord& r) { r.bytes.little = ~0u; }},
      {"scattered", [](DirectoryRecord& r) { r.flags |= r.more_extents; }},
  };
  for (const auto& [why, change] : cases) {
    image = whole;
    change(root_record(2));
    EXPECT_EQ(walk_error(), Error::volume_corrupted) << why;
    expect_one_line(why);
  }
  // The directory in itself.
  image = whole;
  unsigned index = 2;
  while (!(root_record(index).flags & DirectoryRecord::directory)) ++index;
  root_record(index).extent = primary().root.extent;
  root_record(index).bytes = primary().root.bytes;
  EXPECT_EQ(walk_error(), Error::volume_corrupted);
  expect_one_line("contains itself");
}

TEST_F(IsoDamage, ContinuationsWithoutAnEnd) {
  // A continuation area that continues with itself.
  constexpr std::string_view header = "CE\x1c\x01";
  unsigned changed = 0;
  for (auto ce = image.begin(); (ce = std::search(ce, image.end(), header.begin(), header.end())) != image.end(); ++ce, ++changed) {
    auto& c = reinterpret_cast<Continuation&>(*ce);
    const auto offset = static_cast<u32>(ce - image.begin());
    c.block.little = offset / sector_bytes;
    c.offset.little = offset % sector_bytes;
    c.bytes.little = 28;
  }
  ASSERT_GT(changed, 1u);
  EXPECT_EQ(walk_error(), Error::volume_corrupted);
  expect_one_line("without an end");
}

}  // namespace
