// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/ghcb_page.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/sev.hpp"
#include "lib/base/bits.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb_msr.hpp"

namespace cc::sev {
namespace {

constinit Gpa boot_page;

// The other processors' pages, by the place of their descriptor tables: GDTR is a register that neither the host nor
// third-party code on such a processor changes behind our back.
constexpr u64 max_others = 1024;
struct Assignment {
  u64 memory = 0, stride = 1, count = 0;
  Gpa first_page;
  bool in_use[max_others] = {};

  // Of the processor that asks; `count` or more: the boot processor.
  u64 part() const { return count ? (arch::read_gdt().base - memory) / stride : 0; }
};
constinit Assignment others;

Gpa page() {
  const u64 part = others.part();
  return part < others.count ? others.first_page + part * page_bytes : boot_page;
}

// The bits of the valid bitmap that are being put together, as two words.
struct ValidBits {
  u64 words[2] = {};
  void set(usize offset) { words[valid_bit(offset) / 64] |= 1ull << valid_bit(offset) % 64; }
  bool has(usize offset) const { return words[valid_bit(offset) / 64] >> valid_bit(offset) % 64 & 1; }
};

// What the host wants raised: EVENTINJ's layout [apm2 §15.20].
using EventVector = Bits<7, 0>;
using EventType = Bits<10, 8>;
using EventValid = Bits<31>;
constexpr u64 type_exception = 3, vector_ud = 6, vector_gp = 13;

Error judge_event(u64 event) {
  const u64 vector = EventVector::get(event);
  if (!EventValid::get(event) || EventType::get(event) != type_exception || (vector != vector_gp && vector != vector_ud))
    terminate(Reason::ghcb_bad_event);
  return Error::device_error;
}

void write_request(volatile Ghcb& g, const Request& r) {
  ValidBits valid;
  const auto put = [&](bool present, volatile u64& field, u64 value, usize offset) {
    if (!present) return;
    field = value;
    valid.set(offset);
  };
  put(true, g.exit_code, static_cast<u64>(r.code), offsetof(Ghcb, exit_code));
  put(true, g.exit_info_1, r.info_1, offsetof(Ghcb, exit_info_1));
  put(true, g.exit_info_2, r.info_2, offsetof(Ghcb, exit_info_2));
  put(r.has_rax, g.rax, r.rax, offsetof(Ghcb, rax));
  put(r.has_rcx, g.rcx, r.rcx, offsetof(Ghcb, rcx));
  put(r.has_rdx, g.rdx, r.rdx, offsetof(Ghcb, rdx));
  put(r.has_scratch, g.scratch, r.scratch, offsetof(Ghcb, scratch));
  put(r.has_xcr0, g.xcr0, r.xcr0, offsetof(Ghcb, xcr0));
  auto* bitmap = reinterpret_cast<volatile u64*>(&g.valid_bitmap);
  bitmap[0] = valid.words[0];
  bitmap[1] = valid.words[1];
  g.version = ghcb_version_max;
  g.usage = ghcb_usage_standard;
}

Result<Answer> read_answer(volatile Ghcb& g, bool may_be_refused) {
  const auto* bitmap = reinterpret_cast<const volatile u64*>(&g.valid_bitmap);
  ValidBits valid;
  valid.words[0] = bitmap[0];
  valid.words[1] = bitmap[1];
  const u64 info_1 = g.exit_info_1;
  const Answer answer{.info_2 = g.exit_info_2,
                      .rax = g.rax,
                      .rbx = g.rbx,
                      .rcx = g.rcx,
                      .rdx = g.rdx,
                      .has_rax = valid.has(offsetof(Ghcb, rax)),
                      .has_rbx = valid.has(offsetof(Ghcb, rbx)),
                      .has_rcx = valid.has(offsetof(Ghcb, rcx)),
                      .has_rdx = valid.has(offsetof(Ghcb, rdx))};
  switch (static_cast<Reply>(static_cast<u32>(info_1))) {
    case Reply::ok: return answer;
    case Reply::inject_event: return judge_event(answer.info_2);
    case Reply::malformed:
      if (may_be_refused && static_cast<u32>(answer.info_2) == static_cast<u32>(Malformed::invalid_input)) return Error::not_found;
      terminate(Reason::ghcb_malformed);
  }
  terminate(Reason::ghcb_reply);
}

}  // namespace

void Answer::require(bool want_rax, bool want_rbx, bool want_rcx, bool want_rdx) const {
  if ((want_rax && !has_rax) || (want_rbx && !has_rbx) || (want_rcx && !has_rcx) || (want_rdx && !has_rdx))
    terminate(Reason::ghcb_missing_field);
}

void use_ghcb(Gpa at) { boot_page = at; }
bool has_ghcb() {
  const u64 part = others.part();
  return part < others.count ? others.in_use[part] : boot_page.raw() != 0;
}

void assign_pages(PageRange memory, u64 stride, PageRange pages) {
  ASSERT(pages.pages() <= max_others && pages.pages() <= memory.bytes() / stride);
  others = {memory.start().raw(), stride, pages.pages(), pages.start()};
}
Gpa own_page() { return page(); }
void use_own_page(bool yes) {
  if (const u64 part = others.part(); part < others.count) others.in_use[part] = yes;
}

std::span<u8> shared_buffer() { return {reinterpret_cast<u8*>(shared_buffer_address()), sizeof(Ghcb::shared_buffer)}; }
u64 shared_buffer_address() { return page().raw() + offsetof(Ghcb, shared_buffer); }

Result<Answer> ghcb_call(const Request& request) {
  const u64 address = page().raw();
  auto& ghcb = *reinterpret_cast<volatile Ghcb*>(address);
  write_request(ghcb, request);
  arch::write_msr(msr::ghcb, address);
  arch::vmgexit();
  return read_answer(ghcb, request.may_be_refused);
}

}  // namespace cc::sev
