// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <span>

#include "lib/arch/cpu.hpp"
#include "lib/base/address.hpp"
#include "lib/base/result.hpp"

// What the host does for an SEV-ES or SNP guest, as functions [ghcb §4.1]. Interrupts are off while the GHCB is in use.
namespace cc::sev {

using namespace base;

u32 port_in(u16 port, unsigned bytes);
void port_out(u16 port, u32 value, unsigned bytes);
void port_in_bytes(u16 port, std::span<u8> into);  // REP INSB

u64 mmio_in(Gpa address, unsigned bytes);
void mmio_out(Gpa address, u64 value, unsigned bytes);

u64 msr_in(u32 index);
void msr_out(u32 index, u64 value);

// A hint only: see cpuid_table.hpp for what an SNP guest believes.
arch::CpuidResult host_cpuid(u32 leaf, u32 subleaf, u64 xcr0);

}  // namespace cc::sev
