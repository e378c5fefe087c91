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
struct Flags {
  u64 words[max_others / 64] = {};

  bool get(u64 n) const { return __atomic_load_n(&words[n / 64], __ATOMIC_ACQUIRE) >> n % 64 & 1; }
  void set(u64 n, bool to) {
    if (to) __atomic_fetch_or(&words[n / 64], 1ull << n % 64, __ATOMIC_ACQ_REL);
    else __atomic_fetch_and(&words[n / 64], ~(1ull << n % 64), __ATOMIC_ACQ_REL);
  }
};
struct Assignment {
  u64 memory = 0, stride = 1, count = 0;
  Gpa first_page;
  Flags in_use, handling;

  // Of the processor that asks; `count` or more: the boot processor.
  u64 part() const { return count ? (arch::read_gdt().base - memory) / stride : 0; }
};
constinit Assignment others;
constinit bool boot_processor_handling = false;

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
  return part < others.count ? others.in_use.get(part) : boot_page.raw() != 0;
}

void assign_pages(PageRange memory, u64 stride, PageRange pages) {
  ASSERT(pages.pages() <= max_others && pages.pages() <= memory.bytes() / stride);
  others = {memory.start().raw(), stride, pages.pages(), pages.start(), {}, {}};
}
Gpa own_page() { return page(); }
void use_own_page(bool yes) {
  const u64 part = others.part();
  if (part >= others.count) return;
  others.in_use.set(part, yes);
  others.handling.set(part, false);  // whatever it was at when it was stopped
}

bool on_boot_processor() { return others.part() >= others.count; }
bool handles_exception() {
  const u64 part = others.part();
  return part < others.count ? others.handling.get(part) : boot_processor_handling;
}
void note_exception(bool handled_now) {
  const u64 part = others.part();
  if (part < others.count) others.handling.set(part, handled_now);
  else boot_processor_handling = handled_now;
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
