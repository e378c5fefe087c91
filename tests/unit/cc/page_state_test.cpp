// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/page_state.hpp"

#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace sev_test;
using cc::Reason;

PageRange range(u64 start, u64 bytes) { return PageRange(Gpa(start), bytes / page_bytes); }

class PageState : public Sev {};

TEST_F(PageState, ValidatesLargePagesInFullBatches) {
  sev::validate(range(4_GiB, 2 * 253 * 2_MiB));
  EXPECT_EQ(host.exits, 2u);
  EXPECT_EQ(host.pvalidates_large, 2 * 253u);
  EXPECT_EQ(host.pvalidates_small, 0u);
}

TEST_F(PageState, UsesSmallPagesAtTheEdges) {
  sev::validate(range(4_GiB + 2_MiB - 8_KiB, 8_KiB + 2_MiB + 4_KiB));
  EXPECT_EQ(host.pvalidates_small, 3u);
  EXPECT_EQ(host.pvalidates_large, 1u);
}

TEST_F(PageState, FallsBackWhenTheHostHasSmallPages) {
  host.refuse_large_above = 0;
  sev::validate(range(4_GiB, 2_MiB));
  EXPECT_EQ(host.pvalidates_large, 1u);
  EXPECT_EQ(host.pvalidates_small, 512u);
}

TEST_F(PageState, RescindsBeforeItGivesAway) {
  sev::validate(range(4_GiB, 8_KiB));
  sev::rescind(range(4_GiB, 8_KiB));
  EXPECT_FALSE(host.rmp[4_GiB >> 12].assigned);
}

TEST_F(PageState, SecondValidationIsAnAttack) {
  host.rmp[4_GiB >> 12] = {true, true};
  host.ghcb_lie = [](sev::Ghcb& g) {
    // Success without effect: the page stays as it was.
    auto& header = *reinterpret_cast<sev::psc::Header*>(g.shared_buffer);
    header.current = static_cast<u16>(header.end + 1);
    g.exit_info_1 = g.exit_info_2 = 0;
    return true;
  };
  expect_end(Reason::already_validated, [] { sev::validate(range(4_GiB, 4_KiB)); });
}

TEST_F(PageState, RescindingWhatWasNotValidated) {
  host.rmp[4_GiB >> 12] = {true, false};
  expect_end(Reason::not_validated, [] { sev::rescind(range(4_GiB, 4_KiB)); });
}

struct Lie {
  const char* name;
  void (*tell)(sev::psc::Header& header, u64* info_2);
};
class PageStateLies : public Sev, public testing::WithParamInterface<Lie> {};

TEST_P(PageStateLies, End) {
  host.psc_lie = GetParam().tell;
  expect_end(Reason::page_state_list, [] { sev::validate(range(4_GiB, 10 * 2_MiB)); });
}

INSTANTIATE_TEST_SUITE_P(
    Cursor, PageStateLies,
    testing::Values(Lie{"past_the_end", [](auto& h, u64*) { h.current = static_cast<u16>(h.end + 2); }},
                    Lie{"end_moved_down", [](auto& h, u64*) { h.end = static_cast<u16>(h.end - 1); }},
                    Lie{"end_moved_up", [](auto& h, u64*) { h.end = static_cast<u16>(h.end + 1); }},
                    Lie{"error", [](auto&, u64* info) { *info = sev::psc::invalid_entry; }},
                    Lie{"never_finishes", [](auto& h, u64*) { h.current = 0; }}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(PageState, CursorMustNotGoBack) {
  int call = 0;
  host.psc_lie = [&](sev::psc::Header& h, u64*) { h.current = ++call == 1 ? 5 : 3; };
  expect_end(Reason::page_state_list, [] { sev::validate(range(4_GiB, 10 * 2_MiB)); });
}

}  // namespace
