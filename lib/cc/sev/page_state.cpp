// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/sev/page_state.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "lib/arch/sev.hpp"
#include "lib/cc/platform.hpp"
#include "lib/cc/sev/ghcb_page.hpp"
#include "lib/cc/sev/interrupts_off.hpp"
#include "lib/cc/sev/psc.hpp"

namespace cc::sev {
namespace {

constexpr u64 large_bytes = 2_MiB;
constexpr u32 size_4k = 0, size_2m = 1;
constexpr u32 pvalidate_ok = 0, pvalidate_size_mismatch = 6;
// A host that makes no progress is as bad as one that refuses: each call must finish entries, or parts of one.
constexpr unsigned patience = 4096;

// A list under way: what the host may change is checked against what is kept here.
class Batch {
 public:
  explicit Batch(u64 operation) : operation_(operation) {}
  bool full() const { return count_ == psc::max_entries; }
  void add(Gpa page, bool large) {
    entries_[count_++] = psc::Operation::put(operation_) | (page.raw() & psc::Gfn::mask) | psc::Large::put(large);
  }
  void flush();
  unsigned count() const { return count_; }
  void clear() { count_ = 0; }
  Gpa page(unsigned i) const { return Gpa(entries_[i] & psc::Gfn::mask); }
  bool large(unsigned i) const { return psc::Large::get(entries_[i]); }

 private:
  u64 operation_;
  unsigned count_ = 0;
  psc::Entry entries_[psc::max_entries];
};

void Batch::flush() {
  if (count_ == 0) return;
  InterruptsOff guard;
  auto* shared = shared_buffer().data();
  const u16 last = static_cast<u16>(count_ - 1);
  psc::Header header{0, last, 0};
  __builtin_memcpy(shared + sizeof header, entries_, count_ * sizeof(psc::Entry));
  __builtin_memcpy(shared, &header, sizeof header);
  u16 done = 0;
  for (unsigned tries = 0; done <= last; ++tries) {
    const auto answer = ghcb_call({.code = Exit::page_state_change, .has_scratch = true, .scratch = shared_buffer_address()});
    if (!answer || tries == patience) terminate(Reason::page_state_list);
    if (Result<Answer>(answer).value().info_2 != 0) terminate(Reason::page_state_list);
    __builtin_memcpy(&header, shared, sizeof header);
    if (header.end != last || header.current < done || header.current > last + 1) terminate(Reason::page_state_list);
    done = header.current;
  }
}

// [facts §6] Processors that do not keep caches coherent across a change of the private bit need a touch of every
// page, its first and its last byte, before use (AMD-SB-3023).
bool must_touch() {
  constexpr u32 coherency_sfw_no = 1u << 31;
  static constinit u8 known = 0;
  if (!known) known = cpuid(0x8000'001f, 0).ebx & coherency_sfw_no ? 1 : 2;
  return known == 2;
}

void touch(Gpa page, u64 bytes) {
  for (u64 offset = 0; offset < bytes; offset += page_bytes) {
    arch::read8(page.raw() + offset);
    arch::read8(page.raw() + offset + page_bytes - 1);
  }
}

void pvalidate_small(Gpa page, bool validate) {
  const auto r = arch::pvalidate(page.raw(), size_4k, validate);
  if (r.status != pvalidate_ok) terminate(Reason::pvalidate_failed);
  if (r.unchanged) terminate(validate ? Reason::already_validated : Reason::not_validated);
}

// The host may back a 2 MiB page with small ones; then each is validated by itself.
void pvalidate_large(Gpa page, bool validate) {
  const auto r = arch::pvalidate(page.raw(), size_2m, validate);
  if (r.status == pvalidate_size_mismatch) {
    for (u64 offset = 0; offset < large_bytes; offset += page_bytes) pvalidate_small(page + offset, validate);
    return;
  }
  if (r.status != pvalidate_ok) terminate(Reason::pvalidate_failed);
  if (r.unchanged) terminate(validate ? Reason::already_validated : Reason::not_validated);
}

void pvalidate(Gpa page, bool large, bool validate) {
  if (large)
    pvalidate_large(page, validate);
  else
    pvalidate_small(page, validate);
  if (validate && must_touch()) touch(page, large ? large_bytes : page_bytes);
}

void run(PageRange range, u64 operation) {
  const bool to_private = operation == psc::to_private;
  Batch batch(operation);
  const auto finish = [&] {
    batch.flush();
    for (unsigned i = 0; to_private && i < batch.count(); ++i) pvalidate(batch.page(i), batch.large(i), true);
    batch.clear();
  };
  for (Gpa at = range.start(); at < range.end();) {
    const bool large = at.aligned(large_bytes) && range.end() - at >= large_bytes;
    if (!to_private) pvalidate(at, large, false);
    batch.add(at, large);
    if (batch.full()) finish();
    at = at + (large ? large_bytes : page_bytes);
  }
  finish();
}

}  // namespace

void validate(PageRange range) { run(range, psc::to_private); }
void rescind(PageRange range) { run(range, psc::to_shared); }

}  // namespace cc::sev
