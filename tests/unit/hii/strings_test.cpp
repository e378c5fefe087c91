// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/hii/strings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace base;
using hii::Bytes, hii::StringPackage, hii::Text;

using Raw = std::vector<u8>;

void add32(Raw& to, u32 value) {
  for (int i = 0; i < 4; ++i) to.push_back(static_cast<u8>(value >> 8 * i));
}
void set32(Raw& in, usize at, u32 value) {
  for (int i = 0; i < 4; ++i) in.at(at + i) = static_cast<u8>(value >> 8 * i);
}

Raw package(u8 type, const Raw& body) {
  Raw out;
  add32(out, static_cast<u32>(body.size() + 4) | static_cast<u32>(type) << 24);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Raw strings(const std::string& language, const Raw& blocks) {
  Raw body;
  const u32 header = static_cast<u32>(46 + language.size() + 1);
  add32(body, header);
  add32(body, header);
  body.resize(8 + 32 + 2);
  for (char c : language) body.push_back(static_cast<u8>(c));
  body.push_back(0);
  body.insert(body.end(), blocks.begin(), blocks.end());
  return package(0x04, body);
}

Raw list(const std::vector<Raw>& packages) {
  Raw out(16, 0x11);
  add32(out, 0);
  for (const Raw& p : packages) out.insert(out.end(), p.begin(), p.end());
  set32(out, 16, static_cast<u32>(out.size()));
  return out;
}

Result<Bytes> check(const Raw& raw) { return hii::check_list(reinterpret_cast<const efi::HiiPackageListHeader*>(raw.data())); }

std::string text(const StringPackage& p, efi::StringId id) {
  const auto found = p.find(id);
  if (!found) return "<none>";
  const Text t = found.value_or({});
  std::string out;
  for (u64 i = 0; i < t.length(); ++i) out += static_cast<char>(t[i]);
  return out;
}

// 1 ab, 2 cd (narrow), 3-5 nothing, 6 x, 7 y, 8 = 6, 9 z.
const Raw blocks = {0x14, 'a', 0, 'b', 0, 0, 0, 0x10, 'c', 'd', 0, 0x22, 3, 0x16, 2, 0, 'x', 0, 0, 0, 'y', 0, 0, 0, 0x20, 6, 0, 0x30, 1, 5, 9, 9,
                    0x15, 1, 'z', 0, 0, 0, 0x00};

TEST(HiiStrings, EveryKindOfBlock) {
  const Raw raw = strings("en-US", blocks);
  const auto opened = StringPackage::open(raw);
  ASSERT_TRUE(opened);
  const StringPackage p = opened.value_or({});
  EXPECT_EQ(p.language(), "en-US");
  EXPECT_EQ(text(p, 1), "ab");
  EXPECT_EQ(text(p, 2), "cd");
  for (efi::StringId id : {0, 3, 4, 5, 10, 0xffff}) EXPECT_EQ(text(p, id), "<none>") << id;
  EXPECT_EQ(text(p, 6), "x");
  EXPECT_EQ(text(p, 7), "y");
  EXPECT_EQ(text(p, 8), "x");
  EXPECT_EQ(text(p, 9), "z");
  EXPECT_EQ(p.next_id(), 10);
}

TEST(HiiStrings, DuplicatesOfThemselvesEnd) {
  const Raw raw = strings("en", {0x20, 2, 0, 0x20, 1, 0, 0x00});
  const auto opened = StringPackage::open(raw);
  ASSERT_TRUE(opened);
  const StringPackage p = opened.value_or({});
  EXPECT_EQ(text(p, 1), "<none>");
}

TEST(HiiStrings, CutAnywhereNothingIsReadBeyond) {
  for (usize keep = 0; keep < blocks.size(); ++keep) {
    const Raw cut = strings("en", Raw(blocks.begin(), blocks.begin() + static_cast<long>(keep)));
    const auto opened = StringPackage::open(cut);
    ASSERT_TRUE(opened);
    const StringPackage p = opened.value_or({});
    for (efi::StringId id = 0; id < 12; ++id) (void)text(p, id);
    EXPECT_LE(p.next_id(), 10);
  }
}

TEST(HiiStrings, DamagedHeaders) {
  const Raw good = strings("en", blocks);
  for (const auto& [at, value] : std::vector<std::pair<usize, u32>>{{4, 46}, {4, 0xffff'ffff}, {8, 0}, {8, static_cast<u32>(good.size() + 1)}}) {
    Raw bad = good;
    set32(bad, at, value);
    EXPECT_FALSE(StringPackage::open(bad)) << at << " " << value;
  }
  Raw endless = good;
  endless[48] = 'x';  // the NUL of the language
  EXPECT_FALSE(StringPackage::open(endless));
  EXPECT_FALSE(StringPackage::open(Bytes(good).first(46)));
}

TEST(HiiPackages, ListsAreWalkedToTheirEnd) {
  const Raw raw = list({package(2, {1, 2, 3}), strings("en", blocks), package(0xdf, {}), package(9, {})});
  const auto checked = check(raw);
  ASSERT_TRUE(checked);
  hii::Packages packages(checked.value_or({}));
  Bytes p;
  ASSERT_TRUE(packages.next(p));
  EXPECT_EQ(hii::type_of(p), 2);
  EXPECT_EQ(p.size(), 7u);
  ASSERT_TRUE(packages.next(p));
  EXPECT_EQ(hii::type_of(p), 4);
  EXPECT_FALSE(packages.next(p));
  EXPECT_TRUE(check(list({}))) << "empty, and without an end";
}

TEST(HiiPackages, RefusesWhatLeavesTheList) {
  EXPECT_FALSE(hii::check_list(nullptr));
  Raw raw = list({package(2, {1, 2, 3})});
  set32(raw, 16, 10);
  EXPECT_FALSE(check(raw)) << "shorter than its header";
  raw = list({package(2, {1, 2, 3})});
  for (u32 length : {0u, 3u, 8u, 0xff'ffffu}) {
    Raw bad = raw;
    set32(bad, 20, length | 2u << 24);
    EXPECT_FALSE(check(bad)) << length;
  }
  Raw rest = list({package(2, {})});
  rest.push_back(0);
  set32(rest, 16, static_cast<u32>(rest.size()));
  EXPECT_FALSE(check(rest)) << "less than a header is left";
}

}  // namespace
