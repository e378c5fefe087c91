// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <optional>

#include "lib/cc/platform.hpp"
#include "lib/cc/sev/cpuid_page.hpp"
#include "lib/cc/sev/ghcb.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/psc.hpp"
#include "tests/fakes/sev_host.hpp"

namespace sev_test {

using namespace base;
namespace sev = cc::sev;

struct Terminated {
  u64 set, code;
};

// An SNP host with an RMP. Every answer can be replaced: a test sets the hook that lies.
class Host : public fakes::SevHost {
 public:
  struct Page {
    bool assigned = false, validated = false;
  };
  std::map<u64, Page> rmp;  // by GFN
  u64 c_bit = 51, version_min = 1, version_max = 2, features = 1, exits = 0, pvalidates_large = 0, pvalidates_small = 0;
  u64 refuse_large_above = ~0ull;  // address from which 2 MiB pages are backed by small ones
  std::function<std::optional<u64>(u64)> msr_lie;
  std::function<bool(sev::Ghcb&)> ghcb_lie;  // true: it has answered
  std::function<void(sev::psc::Header&, u64*)> psc_lie;
  sev::Ghcb* ghcb = nullptr;

  void vmgexit(u64& msr) override {
    ++exits;
    const auto info = static_cast<sev::msr::Info>(sev::msr::InfoField::get(msr));
    if (info == sev::msr::Info::terminate) throw Terminated{sev::msr::ReasonSet::get(msr), sev::msr::ReasonCode::get(msr)};
    if (msr_lie)
      if (auto lie = msr_lie(msr)) {
        msr = *lie;
        return;
      }
    if (info == sev::msr::Info::ghcb_gpa) return page_protocol();
    msr = honest_msr(info, msr);
  }

  arch::PvalidateResult pvalidate(u64 address, u32 size, bool validate) override {
    ++(size ? pvalidates_large : pvalidates_small);
    if (size && address >= refuse_large_above) return {6, false};
    bool changed = false;
    for (u64 gfn = address >> 12; gfn < (address >> 12) + (size ? 512 : 1); ++gfn) {
      Page& page = rmp[gfn];
      EXPECT_TRUE(page.assigned) << "PVALIDATE of an unassigned page faults to the host, " << std::hex << gfn;
      changed |= page.validated != validate;
      page.validated = validate;
    }
    return {0, !changed};
  }

 private:
  u64 honest_msr(sev::msr::Info info, u64 request) {
    using sev::msr::Info;
    switch (info) {
      case Info::sev_info_request: return version_max << 48 | version_min << 32 | c_bit << 24 | 1;
      case Info::hv_features_request: return features << 12 | 0x081;
      case Info::register_gpa_request: return (request & ~0xfffull) | 0x013;
      case Info::page_state_request: {
        const u64 gfn = (request & sev::msr::PageGfn::mask) >> 12;
        rmp[gfn] = {sev::msr::PageOperation::get(request) == 1, false};
        return 0x015;
      }
      default: ADD_FAILURE() << "MSR request " << std::hex << request; return 0;
    }
  }

  void page_protocol() {
    // A handler that runs between our writing the page and our reading it would use the same page.
    EXPECT_FALSE(arch::read_rflags() & 1 << 9) << "an exit by the GHCB page with interrupts on";
    sev::Ghcb& g = *ghcb;
    if (ghcb_lie && ghcb_lie(g)) return;
    g.exit_info_1 = 0;
    if (g.exit_code == static_cast<u64>(sev::Exit::page_state_change)) {
      auto& header = *reinterpret_cast<sev::psc::Header*>(g.shared_buffer);
      auto* entries = reinterpret_cast<u64*>(g.shared_buffer + 8);
      for (u64 i = header.current; i <= header.end; ++i) change(entries[i]);
      header.current = static_cast<u16>(header.end + 1);
      g.exit_info_2 = 0;
      if (psc_lie) psc_lie(header, &g.exit_info_2);
    }
  }

  void change(u64 entry) {
    EXPECT_EQ(entry & sev::psc::Reserved::mask, 0u);
    const u64 first = sev::psc::Gfn::get(entry), count = sev::psc::Large::get(entry) ? 512 : 1;
    const bool to_private = sev::psc::Operation::get(entry) == sev::psc::to_private;
    for (u64 gfn = first; gfn < first + count; ++gfn) {
      EXPECT_FALSE(!to_private && rmp[gfn].validated) << "given away while validated";
      rmp[gfn] = {to_private, false};
    }
  }
};

class Sev : public testing::Test {
 protected:
  void SetUp() override {
    host.ghcb = &page;
    fakes::attach_sev_host(&host);
    arch::enable_interrupts();
    cpuid.count = 1;
    cpuid.entries[0].leaf = 0x8000'001f;
    cpuid.entries[0].ebx = 1u << 31;  // caches stay coherent: nothing must be touched
    cc::init({cc::GuestType::snp, 1ull << 51, Gpa(reinterpret_cast<u64>(&page)), Gpa(reinterpret_cast<u64>(&cpuid)), 1});
  }
  void TearDown() override {
    fakes::attach_sev_host(nullptr);
    cc::init({});
    arch::disable_interrupts();
  }

  // The named end of a call.
  template <class Call>
  void expect_end(cc::Reason reason, Call call) {
    try {
      call();
      FAIL() << "went on";
    } catch (const Terminated& t) {
      EXPECT_EQ(t.set, cc::reason_set);
      EXPECT_EQ(t.code, static_cast<u64>(reason)) << cc::describe(static_cast<cc::Reason>(t.code));
    }
  }

  Host host;
  alignas(4096) sev::Ghcb page{};
  sev::CpuidPage cpuid{};
};

}  // namespace sev_test
