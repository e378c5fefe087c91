// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/cc/processors.hpp"

#include "lib/cc/platform.hpp"
#include "lib/cc/sev/jump_table.hpp"
#include "lib/cc/sev/processors.hpp"
#include "lib/cc/sev/save_area.hpp"

// Nobody but an SEV-ES or SNP guest comes here: see StartMethod.
namespace cc {

void lead_processors_to(Gpa page) { sev::write_jump_table(*reinterpret_cast<sev::JumpTable*>(layout::ap_jump_table), page); }
void lead_processors_nowhere() { sev::clear_jump_table(*reinterpret_cast<sev::JumpTable*>(layout::ap_jump_table)); }
void announce_jump_table() { sev::announce(Gpa(layout::ap_jump_table)); }

u64 save_area_pages(u32 count) { return sev::pages_for_save_areas(count); }
Gpa save_area(PageRange room, u32 number) { return sev::nth_save_area(room, number); }
Result<> create_processor(u32 apic_id, Gpa save_area, const ProcessorStart& start) { return sev::create(apic_id, save_area, start); }
Result<> destroy_processor(u32 apic_id, Gpa save_area) { return sev::destroy(apic_id, save_area); }

}  // namespace cc
