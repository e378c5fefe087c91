// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/platform.hpp"

#include "lib/arch/cpu.hpp"
#include "lib/arch/io.hpp"
#include "lib/log/log.hpp"

// So far only the plain platform is served: each verb is one instruction. The other guest types end in
// init(), so no verb can be reached with one.
namespace cc {
namespace {
constinit GuestType current = GuestType::plain;
}

void init(GuestType type) {
  current = type;
  switch (type) {
    case GuestType::plain: return;
    case GuestType::sev:
    case GuestType::sev_es:
    case GuestType::snp:
    case GuestType::tdx: terminate(Reason::unsupported_guest);
  }
  terminate(Reason::unsupported_guest);
}

const char* guest_name() {
  switch (current) {
    case GuestType::plain: return "plain";
    case GuestType::sev: return "SEV";
    case GuestType::sev_es: return "SEV-ES";
    case GuestType::snp: return "SEV-SNP";
    case GuestType::tdx: return "TDX";
  }
  return "unknown";
}

u8 in8(u16 port) { return arch::in8(port); }
u16 in16(u16 port) { return arch::in16(port); }
u32 in32(u16 port) { return arch::in32(port); }
void out8(u16 port, u8 value) { arch::out8(port, value); }
void out16(u16 port, u16 value) { arch::out16(port, value); }
void out32(u16 port, u32 value) { arch::out32(port, value); }

u8 mmio_read8(Gpa a) { return arch::read8(a.raw()); }
u16 mmio_read16(Gpa a) { return arch::read16(a.raw()); }
u32 mmio_read32(Gpa a) { return arch::read32(a.raw()); }
u64 mmio_read64(Gpa a) { return arch::read64(a.raw()); }
void mmio_write8(Gpa a, u8 v) { arch::write8(a.raw(), v); }
void mmio_write16(Gpa a, u16 v) { arch::write16(a.raw(), v); }
void mmio_write32(Gpa a, u32 v) { arch::write32(a.raw(), v); }
void mmio_write64(Gpa a, u64 v) { arch::write64(a.raw(), v); }

// A plain guest's RAM needs no acceptance and is visible to the host as it is.
Result<> accept(PageRange) { return {}; }
Result<> share(PageRange) { return {}; }
Result<> unshare(PageRange) { return {}; }
u64 private_mask() { return 0; }
u64 shared_mask() { return 0; }

void terminate(Reason reason) {
  log::error("terminated: ", describe(reason), " (reason ", static_cast<u64>(reason), ")");
  arch::stop();
}

const char* describe(Reason reason) {
  switch (reason) {
#define X(id, code, text) \
  case Reason::id: return text;
    CC_REASONS(X)
#undef X
  }
  return "unknown reason";
}

}  // namespace cc
