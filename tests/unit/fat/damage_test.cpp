// SPDX-License-Identifier: BSD-2-Clause-Patent
// Volumes that are not what they say, full ones, and writes that end in the middle.
#include <gtest/gtest.h>

#include "lib/base/endian.hpp"
#include "tests/fakes/choices.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/fat/fat_fixture.hpp"

namespace {

using namespace fat_test;
using fat::BootSector;

constexpr Format fat16 = {"Fat16", 16, 512, 4, 16 << 20};
constexpr Format fat32 = {"Fat32", 32, 512, 8, 8 << 20};
constexpr Format floppy = {"Fat12", 12, 512, 1, 1440 * 1024};

struct FatDamage : testing::Test {
  FatDamage() { fakes::take_log(); }
  ~FatDamage() override { EXPECT_EQ(live_blocks, 0u); }

  // One line, and nothing but it.
  static void expect_one_line(const char* with) {
    const auto log = fakes::take_log();
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
    EXPECT_NE(log.find(with), std::string::npos) << log;
  }
};

u64 fat_offset(Image& image) {
  const auto& boot = *reinterpret_cast<const BootSector*>(image.bytes().data());
  return u64{boot.reserved_sectors} * boot.sector_bytes;
}
void set_fat16(Image& image, u32 cluster, u16 value) { store_le(&image.bytes()[fat_offset(image) + cluster * 2], value); }
u16 get_fat16(Image& image, u32 cluster) { return load_le<u16>(&image.bytes()[fat_offset(image) + cluster * 2]); }

TEST_F(FatDamage, BootSectors) {
  struct Case {
    const char* why;  // null: no FAT volume at all, and not worth a word
    std::function<void(BootSector&)> change;
  };
  const Case cases[] = {
      {nullptr, [](BootSector& b) { b.signature = 0; }},
      {nullptr, [](BootSector& b) { b.jump[0] = 0; }},
      {nullptr, [](BootSector& b) { b.sector_bytes = 0; }},
      {nullptr, [](BootSector& b) { b.sector_bytes = 520; }},
      {nullptr, [](BootSector& b) { b.sector_bytes = 8192; }},
      {nullptr, [](BootSector& b) { b.sectors_per_cluster = 3; }},
      {nullptr, [](BootSector& b) { b.sectors_per_cluster = 0; }},
      {nullptr, [](BootSector& b) { b.reserved_sectors = 0; }},
      {nullptr, [](BootSector& b) { b.fats = 0; }},
      {"larger than its medium", [](BootSector& b) { b.sectors_16 = 0, b.sectors_32 = ~0u; }},
      {"tables do not fit", [](BootSector& b) { b.fat_sectors_16 = 0xffff; }},
      {"tables do not fit", [](BootSector& b) { b.fats = 255, b.fat_sectors_16 = 200; }},
      {"too short", [](BootSector& b) { b.fat_sectors_16 = 1; }},
      {"number of clusters", [](BootSector& b) { b.sectors_per_cluster = 128, b.root_entries = 0xffff, b.sectors_16 = 4200, b.sectors_32 = 0; }},
      {"no root directory", [](BootSector& b) { b.root_entries = 0; }},
  };
  for (const Case& c : cases) {
    Image image(fat16);
    c.change(*reinterpret_cast<BootSector*>(image.bytes().data()));
    Mounted m(image);
    ASSERT_FALSE(m.error);
    EXPECT_EQ(m.error.error(), c.why ? Error::volume_corrupted : Error::unsupported);
    if (c.why)
      expect_one_line(c.why);
    else
      EXPECT_EQ(fakes::take_log(), "");
  }
}

TEST_F(FatDamage, Fat32BootSectors) {
  const std::pair<const char*, std::function<void(BootSector&)>> cases[] = {
      {"outside the volume", [](BootSector& b) { b.fat32.root_cluster = 1; }},
      {"outside the volume", [](BootSector& b) { b.fat32.root_cluster = 0x0fff'fff0; }},
      {"unknown version", [](BootSector& b) { b.fat32.version = 1; }},
      {"fixed root", [](BootSector& b) { b.root_entries = 16; }},
      {"active FAT", [](BootSector& b) { b.fat32.flags = 0x8f; }},
      {"do not fit", [](BootSector& b) { b.fat32.fat_sectors = ~0u; }},
  };
  for (const auto& [why, change] : cases) {
    Image image(fat32);
    change(*reinterpret_cast<BootSector*>(image.bytes().data()));
    Mounted m(image);
    EXPECT_EQ(m.error.error(), Error::volume_corrupted);
    expect_one_line(why);
  }
  // A wild FSInfo is no FSInfo.
  for (const u16 sector : {u16{0}, u16{7}, u16{31}, u16{32}, u16{0xffff}}) {
    Image image(fat32);
    reinterpret_cast<BootSector*>(image.bytes().data())->fat32.info_sector = sector;
    const std::vector<u8> boot(image.bytes().begin(), image.bytes().begin() + 32 * 512);
    Mounted m(image);
    ASSERT_TRUE(m.error);
    EXPECT_TRUE(m.create("a"));
    EXPECT_TRUE(m.volume.flush());
    EXPECT_TRUE(std::equal(boot.begin(), boot.end(), image.bytes().begin())) << "sector " << sector;
  }
}

u64 root_of(Image& image) {
  const auto& boot = *reinterpret_cast<const BootSector*>(image.bytes().data());
  return fat_offset(image) + 2u * boot.fat_sectors_16 * 512;
}

// One file of ten clusters, from cluster 2 or 3 on.
struct WithFile {
  explicit WithFile(Image& image) {
    Mounted m(image);
    EXPECT_TRUE(m.create("file"));
    EXPECT_TRUE(m.write("file", 0, std::string(20'000, 'x')));
    EXPECT_TRUE(m.create("dir", fat::attribute::directory));
    EXPECT_TRUE(m.create("dir/inner"));
    for (u32 c = 2; !first; ++c)
      if (get_fat16(image, c)) first = c;
  }
  u32 first = 0;
};

TEST_F(FatDamage, Chains) {
  const std::pair<const char*, u16> cases[] = {{"circle", 0}, {"free, bad or outside", 1}, {"free, bad or outside", 0xfff7}, {"free, bad or outside", 0xffef},
                                               {"shorter than its file", 0xffff}};
  for (const auto& [why, value] : cases)
    for (u32 at = 0; at < 9; ++at) {
      Image image(fat16);
      const WithFile with(image);
      // 0 stands for every earlier cluster of the file.
      set_fat16(image, with.first + at, value ? value : static_cast<u16>(with.first + at / 2));
      // A file as large as it can be: a circle of any length fits into it.
      auto* entry = reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[root_of(image)]);
      if (!value) entry->bytes = ~0u;
      Mounted m(image);
      const auto read = [](Mounted& from) {
        return from.with("file", [&](auto& file) {
          std::vector<u8> data(std::min<u64>(from.volume.size(file), 100'000));
          return from.volume.read(file, 0, data);
        });
      };
      EXPECT_EQ(read(m).error(), Error::volume_corrupted) << why << at;
      expect_one_line(why);
      EXPECT_EQ(m.create("new").error(), Error::volume_corrupted) << "a damaged volume is not written";
      EXPECT_EQ(read(m).error(), Error::volume_corrupted);
      EXPECT_EQ(fakes::take_log(), "") << "said once";
    }
}

TEST_F(FatDamage, DeletingBrokenChains) {
  for (const u16 value : {u16{0}, u16{1}, u16{0xfff7}, u16{0xffef}}) {
    Image image(fat16);
    const WithFile with(image);
    set_fat16(image, with.first + 5, value ? value : static_cast<u16>(with.first + 2));
    Mounted m(image);
    EXPECT_EQ(m.remove("file").error(), Error::volume_corrupted);
    expect_one_line("deleted chain");
  }
}

TEST_F(FatDamage, DirectoriesThatContainThemselves) {
  Image image(fat16);
  WithFile with(image);
  const auto& boot = *reinterpret_cast<const BootSector*>(image.bytes().data());
  const u64 root = root_of(image), data = root + boot.root_entries * 32;
  auto* entry = reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[root]);
  while (!(entry->attributes & fat::attribute::directory)) ++entry;
  auto* inner = reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[data + (entry->cluster() - 2) * 2048 + 64]);
  ASSERT_EQ(inner->name[0], 'I');
  inner->attributes = fat::attribute::directory;
  inner->set_cluster(entry->cluster());
  {
    Mounted m(image);
    EXPECT_EQ(m.with("dir/inner", [](auto&) { return Result<>(); }).error(), Error::volume_corrupted);
    expect_one_line("contains itself");
  }
  // A directory whose chain is a circle of full clusters.
  set_fat16(image, entry->cluster(), static_cast<u16>(entry->cluster()));
  for (unsigned i = 0; i < 64; ++i) reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[data + (entry->cluster() - 2) * 2048])[i] = *inner;
  Mounted m(image);
  std::set<std::string> names;
  EXPECT_EQ(m.list("dir", names).error(), Error::volume_corrupted);
  expect_one_line("circle");
}

// A directory of the whole disk ends where directories must.
TEST_F(FatDamage, DirectoryBomb) {
  Image image(fat16);
  WithFile with(image);
  const auto& boot = *reinterpret_cast<const BootSector*>(image.bytes().data());
  const u64 root = root_of(image), data = root + boot.root_entries * 32;
  auto* entry = reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[root]);
  while (!(entry->attributes & fat::attribute::directory)) ++entry;
  const u32 clusters = static_cast<u32>((image.bytes().size() - data) / 2048);
  for (u32 c = entry->cluster(); c < clusters + 1; ++c) set_fat16(image, c, static_cast<u16>(c + 1));
  set_fat16(image, clusters + 1, 0xffff);
  for (u64 at = data + (entry->cluster() - 2) * 2048; at + 32 <= image.bytes().size(); at += 32)
    *reinterpret_cast<fat::DirectoryEntry*>(&image.bytes()[at]) = *entry;
  Mounted m(image);
  unsigned seen = 0;
  EXPECT_TRUE(m.with("dir", [&](auto& dir) -> Result<> {
    file_system::FileInfo info;
    for (u64 cursor = 0; TRY(m.volume.next(dir, cursor, info));) ++seen;
    return {};
  }));
  EXPECT_EQ(seen, fat::max_directory_entries);
  EXPECT_FALSE(m.create("dir/another")) << "no room is made in it";
}

TEST_F(FatDamage, FullVolumes) {
  for (const Format& f : {floppy, fat16, fat32}) {
    Image image(f);
    Mounted m(image);
    file_system::VolumeInfo info;
    ASSERT_TRUE(m.volume.volume_info(info));
    ASSERT_TRUE(m.create("most") && m.write("most", 0, "x"));
    const std::string large(info.free_bytes - 4 * info.block_bytes, 'y');
    ASSERT_TRUE(m.write("most", 0, large));
    ASSERT_TRUE(m.create("rest"));
    ASSERT_EQ(m.write("rest", 0, std::string(5 * info.block_bytes, 'z')).error(), Error::volume_full);
    ASSERT_TRUE(m.volume.volume_info(info));
    EXPECT_EQ(info.free_bytes, 4 * info.block_bytes);
    std::string data;
    ASSERT_TRUE(m.read("rest", data));
    EXPECT_EQ(data, "");
    ASSERT_TRUE(m.write("rest", 0, std::string(4 * info.block_bytes, 'z')));
    EXPECT_EQ(m.write("rest", 4 * info.block_bytes, "!").error(), Error::volume_full);
    EXPECT_EQ(m.create("dir", fat::attribute::directory).error(), Error::volume_full);
    EXPECT_EQ(m.write("rest", 0xffff'ffff, "!").error(), Error::volume_full);
    EXPECT_EQ(m.resize("rest", 0x1'0000'0000).error(), Error::volume_full);
    ASSERT_TRUE(m.volume.flush());
    EXPECT_EQ(image.complaints(), "");
    ASSERT_TRUE(m.remove("most"));
    ASSERT_TRUE(m.create("dir", fat::attribute::directory));
    ASSERT_TRUE(m.volume.flush());
    EXPECT_EQ(image.complaints(), "");
  }
  EXPECT_EQ(fakes::take_log(), "");
}

TEST_F(FatDamage, FixedRootIsFull) {
  Image image(floppy);
  Mounted m(image);
  unsigned files = 0;
  while (m.create("f" + std::to_string(files))) ++files;
  EXPECT_EQ(files, 224u);
  EXPECT_EQ(m.create("one more").error(), Error::volume_full);
  ASSERT_TRUE(m.volume.flush());
  EXPECT_EQ(image.complaints(), "");
}

TEST_F(FatDamage, AliasesByTheThousand) {
  Image image(fat16);
  Mounted m(image);
  ASSERT_TRUE(m.create("d", fat::attribute::directory));
  for (unsigned i = 0; i < 1200; ++i) ASSERT_TRUE(m.create("d/A common beginning " + std::to_string(i)));
  std::string data;
  EXPECT_TRUE(m.read("d/ACOMM~10", data) || m.read("d/ACOMMO~1", data));
  EXPECT_TRUE(m.read("d/ACO~1200", data));
  ASSERT_TRUE(m.volume.flush());
  EXPECT_EQ(image.complaints(), "");
}

// The write that is cut never leaves two owners of a cluster, and what was not being written stays what it was.
TEST_F(FatDamage, CutAtEveryWrite) {
  const std::string before(9000, 'b'), after(13'000, 'a');
  const auto steps = [&](Mounted& m) {
    (void)(m.create("new name that is long") && m.write("new name that is long", 0, after) && m.move("old", "renamed to something long.txt") &&
           m.create("dir/sub", fat::attribute::directory) && m.move("new name that is long", "dir/sub/moved") && m.resize("dir/grows", 30'000) &&
           m.resize("victim", 5000) && m.resize("victim", 100) && m.resize("emptied", 0) && m.remove("dir/sub/moved") && m.move("dir/sub", "sub") && m.write("dir/grows", 29'000, before));
  };
  for (unsigned cut = 1;; ++cut) {
    Image image(fat16);
    {
      Mounted m(image);
      for (const char* name : {"old", "untouched", "victim", "emptied"}) ASSERT_TRUE(m.create(name) && m.write(name, 0, before));
      ASSERT_TRUE(m.create("dir", fat::attribute::directory) && m.create("dir/grows") && m.write("dir/grows", 0, before));
    }
    image.writes_left = cut;
    {
      Mounted m(image);
      steps(m);
    }
    const bool whole = image.writes_left != 0;
    image.writes_left = 0;
    // Unused chains and sizes that are a little behind may be left; cross links may not.
    int status = 0;
    auto said = output_of("PATH=$PATH:/sbin fsck.vfat -n " + image.file(), &status);
    if (const auto at = said.find(image.file()); at != std::string::npos) said.erase(at, image.file().size());  // its name is random
    for (const char* wrong : {"share clusters", "Bad", "bad", "circular", "Circular", "Start cluster", "Start does point", "Contains a free cluster", "length is <"})
      ASSERT_EQ(said.find(wrong), std::string::npos) << "after write " << cut << ": " << said;
    Mounted m(image);
    std::string data;
    ASSERT_TRUE(m.read("untouched", data) && data == before) << cut;
    ASSERT_TRUE(m.read("dir/grows", data) && data.starts_with(before)) << cut;
    ASSERT_TRUE(m.read("victim", data) && before.starts_with(data)) << cut;
    ASSERT_TRUE(m.read("emptied", data) && (data.empty() || data == before)) << cut;
    ASSERT_TRUE(m.read("old", data) || m.read("renamed to something long.txt", data)) << cut;
    // All the same it can be used.
    ASSERT_TRUE(m.create("afterwards") && m.write("afterwards", 0, after)) << cut;
    ASSERT_TRUE(m.read("untouched", data) && data == before) << cut;
    if (whole) {
      EXPECT_GT(cut, 40u);
      break;
    }
  }
}

TEST_F(FatDamage, DirtyFlag) {
  for (const Format& f : {fat16, Format{"Fat32", 32, 512, 1, 34 << 20}}) {
    Image image(f);
    const u64 flag = fat_offset(image) + (f.type == 16 ? 3 : 7);
    const u8 clean = image.bytes()[flag];
    {
      Mounted m(image);
      ASSERT_TRUE(m.create("a"));
      EXPECT_EQ(image.bytes()[flag], clean & (f.type == 16 ? 0x7f : 0xf7));
      ASSERT_TRUE(m.volume.flush());
      EXPECT_EQ(image.bytes()[flag], clean);
      ASSERT_TRUE(m.create("b"));
    }
    EXPECT_EQ(image.bytes()[flag], clean);
    // What somebody else left dirty stays so.
    image.bytes()[flag] &= f.type == 16 ? 0x7f : 0xf7;
    const u8 dirty = image.bytes()[flag];
    {
      Mounted m(image);
      ASSERT_TRUE(m.create("c"));
    }
    EXPECT_EQ(image.bytes()[flag], dirty);
  }
}

TEST_F(FatDamage, ReadOnlyMedia) {
  Image image(fat16);
  { WithFile with(image); }
  image.shape.read_only = true;
  const unsigned writes = image.writes;
  Mounted m(image);
  std::string data;
  EXPECT_TRUE(m.read("file", data));
  EXPECT_EQ(m.create("new").error(), Error::write_protected);
  EXPECT_EQ(m.write("file", 0, "x").error(), Error::write_protected);
  EXPECT_EQ(m.remove("file").error(), Error::write_protected);
  EXPECT_EQ(m.move("file", "other").error(), Error::write_protected);
  EXPECT_EQ(image.writes, writes);
}

// Requests, not bytes, are what a guest pays for.
TEST_F(FatDamage, LargeFilesMoveInLargeRuns) {
  Image image(Format{"Fat32", 32, 512, 1, 40 << 20});
  Mounted m(image);
  const std::string large(8 << 20, 'L');
  ASSERT_TRUE(m.create("large"));
  unsigned before = image.writes;
  ASSERT_TRUE(m.write("large", 0, large));
  EXPECT_LT(image.writes - before, 300u) << "16384 clusters, twice in the table";
  std::string data;
  before = image.reads;
  ASSERT_TRUE(m.read("large", data));
  EXPECT_TRUE(data == large);
  EXPECT_LT(image.reads - before, 30u);
  before = image.writes;
  ASSERT_TRUE(m.remove("large"));
  EXPECT_LT(image.writes - before, 300u);
}

TEST_F(FatDamage, Labels) {
  for (const Format& f : {floppy, fat16, fat32}) {
    Image image(f);
    Mounted m(image);
    const auto label = [&] {
      file_system::VolumeInfo info;
      EXPECT_TRUE(m.volume.volume_info(info));
      return narrow({info.label, info.label_length});
    };
    EXPECT_EQ(label(), "");
    EXPECT_TRUE(m.volume.set_label(u"My Volume"));
    EXPECT_EQ(label(), "MY VOLUME");
    EXPECT_FALSE(m.volume.set_label(u"twelve chars"));
    EXPECT_FALSE(m.volume.set_label(u"a*b"));
    ASSERT_TRUE(m.volume.flush());
    EXPECT_EQ(image.complaints(), "");
    EXPECT_TRUE(m.volume.set_label(u"OTHER"));
    EXPECT_EQ(label(), "OTHER");
    EXPECT_TRUE(m.volume.set_label(u""));
    EXPECT_EQ(label(), "");
    ASSERT_TRUE(m.create("file"));
    ASSERT_TRUE(m.volume.flush());
    EXPECT_EQ(image.complaints(), "");
  }
}

}  // namespace
