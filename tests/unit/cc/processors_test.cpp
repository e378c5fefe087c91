// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/processors.hpp"

#include <bit>
#include <set>
#include <vector>

#include "lib/cc/sev/jump_table.hpp"
#include "lib/cc/sev/save_area.hpp"
#include "tests/fakes/machine.hpp"
#include "tests/unit/cc/sev_fixture.hpp"

namespace {

using namespace base;
using cc::Reason;
namespace sev = cc::sev;

constexpr u64 two_mib = 2_MiB;

TEST(SaveArea, StartsInLongModeAsItsCreatorRuns) {
  const cc::sev::ProcessorModel model{.cr0 = 0x8001'0033, .cr3 = 0x1234'5000, .cr4 = 0x668, .efer = 0xd00, .pat = 0x0007'0406'0007'0406,
                                      .sev_status = 0x87, .signature = 0x0080'0f12};
  const cc::ProcessorStart start{.entry = 0x7000'1000, .stack_top = 0x6000'8000, .argument = 0x42, .descriptors = {0x2f, 0xabcd'e000},
                                 .interrupts = {0x3ff, 0xabcd'f000}, .task_selector = 0x20, .task_state = {103, 0xabcd'e800}};
  cc::sev::Vmsa vmsa;
  std::memset(static_cast<void*>(&vmsa), 0xa5, sizeof vmsa);
  cc::sev::fill_save_area(vmsa, model, start);
  EXPECT_EQ(vmsa.rip, 0x7000'1000u);
  EXPECT_EQ(vmsa.rsp, 0x6000'7ff8u);
  EXPECT_EQ((vmsa.rsp + 8) % 16, 0u);
  EXPECT_EQ(vmsa.rdi, 0x42u);
  EXPECT_EQ(vmsa.rdx, 0x0080'0f12u);
  EXPECT_EQ(vmsa.efer, 0x1d00u);
  EXPECT_EQ(vmsa.cr0, model.cr0);
  EXPECT_EQ(vmsa.cr3, model.cr3);
  EXPECT_EQ(vmsa.cr4, model.cr4);
  EXPECT_EQ(vmsa.g_pat, model.pat);
  EXPECT_EQ(vmsa.sev_features, 0x21u);  // bits 2 and 7 of the status
  EXPECT_EQ(vmsa.vmpl, 0u);
  EXPECT_EQ(vmsa.cpl, 0u);
  EXPECT_EQ(vmsa.rflags, 2u);
  EXPECT_EQ(vmsa.xcr0, 1u);
  EXPECT_EQ(vmsa.mxcsr, 0x1f80u);
  EXPECT_EQ(vmsa.x87_fcw, 0x37fu);
  EXPECT_EQ(vmsa.dr7, 0x400u);
  EXPECT_EQ(vmsa.dr6, 0xffff0ff0u);
  EXPECT_EQ(vmsa.cs.attributes, 0xa9bu);
  EXPECT_EQ(vmsa.ss.attributes, 0xc93u);
  EXPECT_EQ(vmsa.ldtr.attributes, 0x82u);
  EXPECT_EQ(vmsa.tr.attributes, 0x8bu);
  EXPECT_EQ(vmsa.gdtr.base, 0xabcd'e000u);
  EXPECT_EQ(vmsa.gdtr.limit, 0x2fu);
  EXPECT_EQ(vmsa.idtr.base, 0xabcd'f000u);
  EXPECT_EQ(vmsa.idtr.limit, 0x3ffu);
  EXPECT_EQ(vmsa.tr.base, 0xabcd'e800u);
  EXPECT_EQ(vmsa.tr.limit, 103u);
  EXPECT_EQ(vmsa.tr.selector, 0x20u);
  for (const u64 r : {vmsa.rax, vmsa.rcx, vmsa.rbx, vmsa.rbp, vmsa.rsi, vmsa.r8, vmsa.r15, vmsa.star, vmsa.kernel_gs_base, vmsa.event_inj})
    EXPECT_EQ(r, 0u);
}

TEST(SaveArea, NeverLiesOnATwoMegabyteBoundary) {
  for (const u64 first_page : {0x100'0u, 0x11ffu, 0x1200u, 0x1201u, 0x13feu})
    for (const u32 count : {1u, 2u, 511u, 512u, 513u, 1023u}) {
      const PageRange room(Gpa(first_page * page_bytes), cc::save_area_pages(count));
      std::set<u64> seen;
      for (u32 i = 0; i < count; ++i) {
        const Gpa area = cc::save_area(room, i);
        EXPECT_TRUE(area.aligned(page_bytes) && room.contains(area)) << first_page << " " << i;
        EXPECT_FALSE(area.aligned(two_mib)) << first_page << " " << i;
        EXPECT_TRUE(seen.insert(area.raw()).second);
      }
    }
}

// A host with processors: what RMPADJUST made of pages, and which page each APIC id runs.
class ProcessorHost : public sev_test::Host {
 public:
  std::set<u32> ids{0, 1, 5};
  std::map<u32, u64> running;
  std::set<u64> save_areas;
  bool refuses_attribute = false;
  bool keeps_running = false;  // says that it destroyed a processor, and did not
  std::vector<u32> list;
  u32 list_count = ~0u;
  u64 pages_needed = 1;

  u32 rmpadjust(u64 address, u32 size, u64 attributes) override {
    EXPECT_EQ(size, 0u);
    EXPECT_EQ(attributes & 0xffff, 1u) << "some right for another VMPL";
    if (refuses_attribute) return 2;
    for (const auto& [id, area] : running)
      if (area == address) return 3;
    attributes >> 16 & 1 ? void(save_areas.insert(address)) : void(save_areas.erase(address));
    return 0;
  }

  bool answer(sev::Ghcb& g) {
    if (g.exit_code == static_cast<u64>(sev::Exit::apic_id_list)) return answer_list(g);
    if (g.exit_code != static_cast<u64>(sev::Exit::ap_creation)) return false;
    const u32 id = static_cast<u32>(g.exit_info_1 >> 32);
    if (!ids.contains(id)) return refuse(g);
    g.exit_info_1 & 0xffff ? act(g, id) : void(ADD_FAILURE() << "creation on INIT");
    return true;
  }

 private:
  static bool refuse(sev::Ghcb& g) {
    g.exit_info_1 = 2;
    g.exit_info_2 = 5;
    return true;
  }
  void act(sev::Ghcb& g, u32 id) {
    const bool create = (g.exit_info_1 & 0xffff) == 1;
    if (create) EXPECT_TRUE(save_areas.contains(g.exit_info_2)) << "not a VMSA";
    if (create)
      running[id] = g.exit_info_2;
    else if (!keeps_running)
      running.erase(id);
    g.exit_info_1 = g.exit_info_2 = 0;
  }
  bool answer_list(sev::Ghcb& g) {
    auto* to = reinterpret_cast<u32*>(g.exit_info_1);
    to[0] = list_count == ~0u ? static_cast<u32>(list.size()) : list_count;
    for (usize i = 0; i < list.size(); ++i) to[1 + i] = list[i];
    g.rax = pages_needed;
    g.valid_bitmap[63 / 8] |= 1 << 63 % 8;
    g.exit_info_1 = g.exit_info_2 = 0;
    return true;
  }
};

class Processors : public sev_test::Sev {
 protected:
  void SetUp() override {
    Sev::SetUp();
    processors.ghcb = &page;
    processors.ghcb_lie = [this](sev::Ghcb& g) { return processors.answer(g); };
    fakes::attach_sev_host(&processors);
    cc::init({cc::GuestType::snp, 1ull << 51, Gpa(reinterpret_cast<u64>(&page)), Gpa(reinterpret_cast<u64>(&cpuid)), 0x13});
  }
  PageRange buffer() { return PageRange(Gpa(reinterpret_cast<u64>(&shared)), 1); }
  Gpa area() { return Gpa(reinterpret_cast<u64>(&save_area)); }

  static constexpr cc::ProcessorStart start{.entry = 1, .stack_top = 16, .argument = 2, .descriptors = {}, .interrupts = {}, .task_selector = 0x20, .task_state = {}};
  ProcessorHost processors;
  alignas(4096) u8 shared[4096] = {};
  alignas(4096) u8 save_area[4096] = {};
  u32 room[8] = {};
};

TEST_F(Processors, AreListedInOrder) {
  processors.list = {7, 0, 300, 2};
  const auto ids = cc::list_processors(buffer(), room);
  ASSERT_TRUE(ids);
  const auto list = ids.value_or({});
  EXPECT_EQ(std::vector<u32>(list.begin(), list.end()), (std::vector<u32>{0, 2, 7, 300}));
}
TEST_F(Processors, ListedTwiceEnd) {
  processors.list = {0, 2, 2};
  expect_end(Reason::processor_list, [&] { (void)!cc::list_processors(buffer(), room); });
}
TEST_F(Processors, ListThatDoesNotFitIsNoList) {
  processors.list = {0, 1};
  for (const u32 count : {9u, 1024u, ~0u - 1}) {
    processors.list_count = count;
    EXPECT_FALSE(cc::list_processors(buffer(), room)) << count;
  }
  processors.list_count = 2;
  processors.pages_needed = 2;
  EXPECT_FALSE(cc::list_processors(buffer(), room));
}
TEST_F(Processors, NoListIsAskedForWhereTheHostOffersNone) {
  cc::init({cc::GuestType::snp, 1ull << 51, Gpa(reinterpret_cast<u64>(&page)), Gpa(reinterpret_cast<u64>(&cpuid)), 3});
  EXPECT_FALSE(cc::list_processors(buffer(), room));
  EXPECT_EQ(processors.exits, 0u);
}

TEST_F(Processors, AreCreatedAndDestroyed) {
  EXPECT_EQ(cc::start_method(), cc::StartMethod::creation);
  ASSERT_TRUE(cc::create_processor(5, area(), start));
  EXPECT_EQ(processors.running[5], area().raw());
  ASSERT_TRUE(cc::destroy_processor(5, area()));
  EXPECT_TRUE(processors.save_areas.empty());
  ASSERT_TRUE(cc::create_processor(5, area(), start));
}
TEST_F(Processors, UnknownOnesLeaveAnOrdinaryPage) {
  const auto created = cc::create_processor(4, area(), start);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error(), Error::not_found);
  EXPECT_TRUE(processors.save_areas.empty());
}
TEST_F(Processors, OtherRefusalsEnd) {
  processors.ghcb_lie = [](sev::Ghcb& g) {
    g.exit_info_1 = 2;
    g.exit_info_2 = 1;
    return true;
  };
  expect_end(Reason::ghcb_malformed, [&] { (void)!cc::create_processor(5, area(), start); });
}
TEST_F(Processors, PageThatCannotBeASaveAreaEnds) {
  processors.refuses_attribute = true;
  expect_end(Reason::save_area, [&] { (void)!cc::create_processor(5, area(), start); });
}
TEST_F(Processors, DestroyedInWordsOnlyAreNoticed) {
  ASSERT_TRUE(cc::create_processor(5, area(), start));
  processors.keeps_running = true;
  const auto destroyed = cc::destroy_processor(5, area());
  ASSERT_FALSE(destroyed);
  EXPECT_EQ(destroyed.error(), Error::timeout);
}
TEST_F(Processors, UnderAHostWithoutCreationStayWhereTheyAre) {
  cc::init({cc::GuestType::snp, 1ull << 51, Gpa(reinterpret_cast<u64>(&page)), Gpa(reinterpret_cast<u64>(&cpuid)), 1});
  EXPECT_EQ(cc::start_method(), cc::StartMethod::none);
}

TEST(JumpTable, LeadsToPagesBelowOneMegabyteAndNowhereElse) {
  sev::JumpTable table{1, 2};
  sev::write_jump_table(table, Gpa(0x9f000));
  EXPECT_EQ(table.ip, 0u);
  EXPECT_EQ(table.cs, 0x9f00u);
  sev::clear_jump_table(table);
  EXPECT_EQ(table.ip | table.cs, 0);
  for (const u64 page : {u64{0}, 1_MiB, u64{0x9f800}, 4_GiB + 0x1000}) EXPECT_THROW(sev::write_jump_table(table, Gpa(page)), fakes::Panic);
}
TEST_F(Processors, JumpTableIsAnnouncedAndMayBeRefused) {
  u64 table = 0;
  processors.ghcb_lie = [&](sev::Ghcb& g) {
    EXPECT_EQ(g.exit_code, static_cast<u64>(sev::Exit::ap_jump_table));
    EXPECT_EQ(g.exit_info_1, 0u);
    g.exit_info_1 = table ? 2 : 0;
    table = g.exit_info_2;
    g.exit_info_2 = 5;
    return true;
  };
  sev::announce(Gpa(0x80d000));
  EXPECT_EQ(table, 0x80d000u);
  fakes::take_log();
  sev::announce(Gpa(0x80d000));
  EXPECT_NE(fakes::take_log().find("jump table"), std::string::npos);
}

TEST_F(Processors, UseTheirOwnPages) {
  constexpr u64 stride = 0xb000;
  alignas(4096) static sev::Ghcb pages[2];
  const PageRange memory(Gpa(0x1000'0000), 2 * stride / page_bytes);
  cc::assign_ghcbs(memory, stride, PageRange(Gpa(reinterpret_cast<u64>(pages)), 2));
  const auto used = [](u64 descriptor_table) {
    fakes::descriptor_table = descriptor_table;
    return cc::sev::own_page().raw();
  };
  EXPECT_EQ(used(0x1000'0010), reinterpret_cast<u64>(&pages[0]));
  EXPECT_EQ(used(0x1000'0000 + stride - 1), reinterpret_cast<u64>(&pages[0]));
  EXPECT_EQ(used(0x1000'0000 + stride), reinterpret_cast<u64>(&pages[1]));
  for (const u64 other : {0x1000'0000 + 2 * stride, u64{0xfff'ffff}, u64{0}, ~u64{0}}) EXPECT_EQ(used(other), reinterpret_cast<u64>(&page)) << other;

  // One at work on a #VC is no nested one of another.
  const auto at_work = [](u64 descriptor_table) {
    fakes::descriptor_table = descriptor_table;
    return cc::sev::handles_exception();
  };
  fakes::descriptor_table = 0x1000'0000 + stride;
  cc::sev::note_exception(true);
  EXPECT_TRUE(at_work(0x1000'0000 + stride));
  EXPECT_FALSE(at_work(0x1000'0000));
  EXPECT_FALSE(at_work(0));
  fakes::descriptor_table = 0;
  cc::sev::note_exception(true);
  EXPECT_FALSE(at_work(0x1000'0000));
  fakes::descriptor_table = 0;
  cc::sev::note_exception(false);

  fakes::descriptor_table = 0x1000'0000 + stride;
  pages[1].rax = 0x77;
  processors.ghcb = &pages[1];
  cc::adopt_own_ghcb();
  EXPECT_FALSE(cc::sev::handles_exception()) << "it begins anew";
  EXPECT_EQ(pages[1].rax, 0u) << "what was in it before stays there";
  EXPECT_TRUE(cc::create_processor(5, area(), start));
  EXPECT_EQ(page.exit_code, 0u) << "the boot processor's page was used";
  cc::assign_ghcbs({}, 1, {});
  fakes::descriptor_table = 0;
}

}  // namespace
