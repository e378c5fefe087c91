// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <gtest/gtest.h>

#include "tests/fakes/choices.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/fat/fat_fixture.hpp"

namespace {

using namespace fat_test;

std::string pattern(usize bytes, u64 seed) {
  fakes::Choices random(seed);
  std::string out(bytes, 0);
  for (char& c : out) c = static_cast<char>(random.next());
  return out;
}

class FatVolume : public testing::TestWithParam<Format> {
 protected:
  FatVolume() { fakes::take_log(); }
  ~FatVolume() override { EXPECT_EQ(live_blocks, 0u); }
};

TEST_P(FatVolume, ReadsWhatMtoolsWrote) {
  Image disk(GetParam());
  if (!disk.for_mtools()) return;
  std::map<std::string, std::string> wanted = {{"EFI/", ""}, {"EFI/BOOT/", ""}, {"EFI/BOOT/BOOTX64.EFI", pattern(200'000, 1)}, {"empty", ""},
                                               {"A rather long name, with spaces.config", "x"}, {"Größe.txt", "umlaut"}, {"UPPER.TXT", "u"},
                                               {"lower.txt", "l"}, {"Mixed.Txt", "m"}};
  Scratch tree;
  for (const auto& [path, data] : wanted) {
    if (path.back() == '/')
      fs::create_directories(tree / path.c_str());
    else
      std::ofstream(tree / path.c_str(), std::ios::binary) << data;
  }
  ASSERT_EQ(output_of("LC_ALL=C.UTF-8 mcopy -s -i " + disk.file() + " " + (tree / "*") + " ::"), "");
  Mounted m(disk);
  ASSERT_TRUE(m.error);
  for (const auto& [path, data] : wanted) {
    if (path.back() == '/') continue;
    std::string got;
    ASSERT_TRUE(m.read(path, got)) << path;
    EXPECT_TRUE(got == data) << path;
  }
  std::set<std::string> names;
  ASSERT_TRUE(m.list("", names));
  EXPECT_EQ(names, (std::set<std::string>{"EFI/", "empty", "A rather long name, with spaces.config", "Größe.txt", "UPPER.TXT", "lower.txt", "Mixed.Txt"}));
  std::string got;
  EXPECT_TRUE(m.read("efi/boot/bootx64.efi", got));
  EXPECT_TRUE(m.read("GRÖSSE.TXT", got).error() == Error::not_found);
  EXPECT_TRUE(m.read("GRÖßE.TXT", got));
  EXPECT_TRUE(m.read("ARATHE~1.CON", got)) << "an alias finds its file";
  EXPECT_EQ(disk.writes, 0u) << "reading writes nothing";
}

// Thousands of operations against a map; mtools, fsck.vfat and the map agree.
TEST_P(FatVolume, RandomOperations) {
  Image disk(GetParam());
  const u64 most = GetParam().bytes < (4 << 20) ? 60'000 : 300'000;
  std::map<std::string, std::string> model;  // as tree_of has it
  fakes::Choices random(GetParam().bytes + GetParam().type);
  const auto random_name = [&] {
    static const std::vector<std::string> stems = {"a", "README", "readme.md", "Mixed Case.Text", "x.tar.gz", "ünïcode", "longer than eight", "BOOTX64.EFI",
                                                   ".hidden", "with+plus", "trailing~1", "LONGER~1", std::string(100, 'n'), "seventeen chars.."};
    std::string name = stems[random.below(stems.size())];
    if (random.one_in(2)) name += std::to_string(random.below(30));
    while (name.back() == '.') name.pop_back();
    return name;
  };
  const auto pick = [&](bool directory) {
    std::vector<std::string> all;
    if (directory) all.push_back("");
    for (const auto& [path, data] : model)
      if ((path.back() == '/') == directory) all.push_back(path);
    return all.empty() ? std::string("nothing") : all[random.below(all.size())];
  };
  const auto bare = [](std::string path) {
    if (!path.empty() && path.back() == '/') path.pop_back();
    return path;
  };
  const auto exists = [&](const std::string& path) {
    for (const auto& [known, data] : model)
      if (unicode_equal(bare(known), path)) return true;
    return false;
  };
  auto m = std::make_unique<Mounted>(disk);
  ASSERT_TRUE(m->error);
  const unsigned operations = 1500;
  for (unsigned i = 0; i < operations; ++i) {
    switch (random.below(12)) {
      case 0: case 1: case 2: {
        const std::string path = pick(true) + random_name();
        const bool directory = random.one_in(4);
        if (std::count(path.begin(), path.end(), '/') > 4) break;
        const auto done = m->create(path, directory ? fat::attribute::directory : 0);
        if (exists(path) || (!done && done.error() == Error::access_denied)) {
          // Someone's alias may be in the way, too.
          ASSERT_FALSE(done) << path;
          ASSERT_EQ(done.error(), Error::access_denied) << path;
        } else if (done) {
          model[path + (directory ? "/" : "")] = "";
        } else {
          ASSERT_EQ(done.error(), Error::volume_full) << path;
        }
        break;
      }
      case 3: case 4: case 5: case 6: {
        const std::string path = pick(false);
        if (!model.contains(path)) break;
        std::string& data = model[path];
        const u64 offset = random.one_in(3) ? data.size() : random.below(data.size() + 5000);
        const std::string more = pattern(random.one_in(4) ? random.below(most) : random.below(700), random.next());
        const auto done = m->write(path, offset, more);
        if (!done) {
          ASSERT_EQ(done.error(), Error::volume_full);
        } else if (!more.empty()) {
          if (data.size() < offset + more.size()) data.resize(offset + more.size());
          data.replace(offset, more.size(), more);
        }
        break;
      }
      case 7: {
        const std::string path = pick(false);
        if (!model.contains(path)) break;
        const u64 bytes = random.one_in(4) ? 0 : random.below(model[path].size() + 3000);
        const auto done = m->resize(path, bytes);
        if (done)
          model[path].resize(bytes);
        else
          ASSERT_EQ(done.error(), Error::volume_full);
        break;
      }
      case 8: {
        const std::string path = pick(random.one_in(3));
        if (path.empty() || !model.contains(path)) break;
        const auto next = model.upper_bound(path);
        const bool has_children = path.back() == '/' && next != model.end() && next->first.starts_with(path);
        const auto done = m->remove(bare(path));
        ASSERT_EQ(static_cast<bool>(done), !has_children) << path;
        if (done) model.erase(path);
        break;
      }
      case 9: case 10: {
        const std::string from = pick(random.one_in(3)), to = pick(true) + random_name();
        if (from.empty() || !model.contains(from) || std::count(to.begin(), to.end(), '/') > 4) break;
        const bool directory = from.back() == '/';
        if (directory && std::count(from.begin(), from.end(), '/') > 2) break;
        const auto done = m->move(bare(from), to);
        if (directory && to.starts_with(from)) {
          ASSERT_FALSE(done);
        } else if (done) {
          std::map<std::string, std::string> moved;
          for (auto it = model.begin(); it != model.end();)
            if (it->first == from || (directory && it->first.starts_with(from))) {
              moved[to + (directory ? "/" : "") + it->first.substr(from.size())] = it->second;
              it = model.erase(it);
            } else {
              ++it;
            }
          model.merge(moved);
          ASSERT_TRUE(moved.empty());
        } else {
          ASSERT_TRUE(done.error() == Error::access_denied || done.error() == Error::volume_full) << from << " to " << to;
        }
        break;
      }
      case 11: {
        const std::string path = pick(false);
        std::string got;
        if (!model.contains(path)) break;
        ASSERT_TRUE(m->read(path, got)) << path;
        ASSERT_TRUE(got == model[path]) << path;
        break;
      }
    }
    if (i % 500 == 499) {
      ASSERT_TRUE(m->volume.flush());
      if (random.one_in(2)) m = std::make_unique<Mounted>(disk);
      ASSERT_EQ(disk.complaints(), "") << i;
    }
  }
  ASSERT_EQ(fakes::take_log(), "");
  if (!disk.for_mtools()) return;
  const auto tree = disk.tree();
  std::map<std::string, std::string> wanted;
  for (const auto& [path, data] : model) wanted[path] = data;
  ASSERT_EQ(tree.size(), wanted.size());
  for (const auto& [path, data] : wanted) {
    ASSERT_TRUE(tree.contains(path)) << path;
    ASSERT_TRUE(tree.at(path) == data) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, FatVolume, testing::ValuesIn(formats), [](const auto& of) { return of.param.name; });

}  // namespace
