// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/mem/shared_pages.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/fakes/machine.hpp"

namespace {

using namespace base;

// What was done, in order: a(llocate), s(hare), u(nshare), r(elease).
std::string steps;
bool refuse_share = false, refuse_unshare = false;

constexpr mem::PageSource source = {
    [](u64 pages, Gpa) -> Result<PageRange> {
      steps += 'a';
      void* block = std::aligned_alloc(page_bytes, pages * page_bytes);
      __builtin_memset(block, 0xcc, pages * page_bytes);
      return PageRange(Gpa(reinterpret_cast<u64>(block)), pages);
    },
    [](PageRange range) {
      steps += 'r';
      std::free(reinterpret_cast<void*>(range.start().raw()));
    },
    [](PageRange) {
      steps += 's';
      return refuse_share ? Result<>(Error::access_denied) : Result<>();
    },
    [](PageRange) {
      steps += 'u';
      return refuse_unshare ? Result<>(Error::access_denied) : Result<>();
    },
};

struct SharedPages : testing::Test {
  SharedPages() {
    steps.clear();
    refuse_share = refuse_unshare = false;
  }
};

TEST_F(SharedPages, SharedForItsLife) {
  {
    mem::SharedPages pages;
    ASSERT_TRUE(pages.allocate(source, 2));
    EXPECT_EQ(steps, "as");
    EXPECT_EQ(pages.bytes(), 2 * page_bytes);
    EXPECT_EQ(pages.read<u64>(2 * page_bytes - 8), 0u);
    pages.write<u16>(4094, 0x1234);
    EXPECT_EQ(pages.read<u8>(4095), 0x12);
    u8 copy[2];
    pages.copy_out(4094, copy);
    EXPECT_EQ(copy[0], 0x34);
  }
  EXPECT_EQ(steps, "asur");
}

TEST_F(SharedPages, NotShared) {
  refuse_share = true;
  mem::SharedPages pages;
  EXPECT_FALSE(pages.allocate(source, 1));
  EXPECT_TRUE(pages.empty());
  EXPECT_EQ(steps, "asr");
}

// The host can still write to them: nobody else may get them.
TEST_F(SharedPages, NotPrivateAgain) {
  refuse_unshare = true;
  PageRange range;
  {
    mem::SharedPages pages;
    ASSERT_TRUE(pages.allocate(source, 1));
    range = pages.range();
  }
  EXPECT_EQ(steps, "asu");
  EXPECT_NE(fakes::take_log().find("stay shared"), std::string::npos);
  std::free(reinterpret_cast<void*>(range.start().raw()));
}

TEST_F(SharedPages, Bounds) {
  mem::SharedPages pages;
  ASSERT_TRUE(pages.allocate(source, 1));
  EXPECT_THROW((void)pages.read<u32>(4093), fakes::Panic);
  EXPECT_THROW((void)pages.read<u8>(~0ull), fakes::Panic);
  u8 much[page_bytes + 1];
  EXPECT_THROW(pages.copy_out(0, much), fakes::Panic);
}

}  // namespace
