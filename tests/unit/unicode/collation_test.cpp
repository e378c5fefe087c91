// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/unicode/collation.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using unicode::matches_pattern;

TEST(Collation, ComparesWithoutCase) {
  EXPECT_EQ(unicode::compare_ignoring_case(u"Shell", u"sHELL"), 0);
  EXPECT_EQ(unicode::compare_ignoring_case(u"Äpfel", u"äPFEL"), 0);
  EXPECT_LT(unicode::compare_ignoring_case(u"abc", u"abcd"), 0);
  EXPECT_GT(unicode::compare_ignoring_case(u"b", u"A"), 0);
  EXPECT_EQ(unicode::compare_ignoring_case(u"", u""), 0);
}

TEST(Collation, MatchesPatterns) {
  EXPECT_TRUE(matches_pattern(u"bootx64.efi", u"*.EFI"));
  EXPECT_TRUE(matches_pattern(u"a", u"?"));
  EXPECT_FALSE(matches_pattern(u"", u"?"));
  EXPECT_TRUE(matches_pattern(u"", u"***"));
  EXPECT_TRUE(matches_pattern(u"startup.nsh", u"[r-t]*[.]n?h"));
  EXPECT_FALSE(matches_pattern(u"startup.nsh", u"[a-c]*"));
  EXPECT_TRUE(matches_pattern(u"x-y", u"x[-]y"));
  EXPECT_TRUE(matches_pattern(u"a[b", u"a[b")) << "no set without an end";
  EXPECT_FALSE(matches_pattern(u"a", u"[]"));
  EXPECT_TRUE(matches_pattern(u"abcabcabd", u"*abd"));
  EXPECT_FALSE(matches_pattern(u"abcabcab", u"*abd"));
}

// The classic that takes others for ever.
TEST(Collation, ManyStarsTakeNoTime) {
  std::u16string pattern;
  for (int i = 0; i < 2000; ++i) pattern += u"*a";
  EXPECT_FALSE(matches_pattern(std::u16string(4000, u'a'), pattern + u"b"));
}

TEST(Collation, LowerIsTheOtherWayRound) {
  for (char16_t c = 1; c < 0x500; ++c) {
    const char16_t small = unicode::to_lower(c);
    EXPECT_EQ(unicode::to_upper(small), unicode::to_upper(c)) << std::hex << +c;
    if (unicode::to_upper(c) != c) EXPECT_EQ(small, c) << std::hex << +c;
  }
  EXPECT_EQ(unicode::to_lower(u'Z'), u'z');
  EXPECT_EQ(unicode::to_lower(u'Ж'), u'ж');
  EXPECT_EQ(unicode::to_lower(u'['), u'[');
}

TEST(Collation, FatCharacters) {
  EXPECT_EQ(unicode::fat_character(u'q'), 'Q');
  EXPECT_EQ(unicode::fat_character(u'~'), '~');
  EXPECT_EQ(unicode::fat_character(u'+'), '\0');
  EXPECT_EQ(unicode::fat_character(u'ä'), '\0');
}

}  // namespace
