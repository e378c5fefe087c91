// SPDX-License-Identifier: BSD-2-Clause-Patent
// Every rule of the model, kept and broken by a guest of a few instructions (guests/rules.nasm).
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::End;

struct Case
{
    std::string name;
    End end;
    std::string why;       // of the report: the rule, or the reason of a refusal
    unsigned cpus = 1;

    // SEV-ES guests; those of a host that intercepts RDTSC; those that go on after what the host reports.
    bool starts_with(const char* prefix) const { return name.rfind(prefix, 0) == 0; }
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class Rule : public testing::TestWithParam<Case> {};

TEST_P(Rule, IsEnforced)
{
    const Case& c = GetParam();
    model::Guest guest;
    guest.image = "build/machine/guests/" + c.name + ".bin";
    guest.memory_mib = 64;
    guest.cpus = c.cpus;
    guest.mode = c.starts_with("es_") ? host::Mode::es : host::Mode::snp;
    guest.intercept_tsc = c.starts_with("asked_");
    guest.lenient = c.starts_with("lenient_");
    model::Run run("rule-" + c.name, guest);
    const auto status = run.wait(model::Seconds{30});
    ASSERT_EQ(status, model::status_of(c.end)) << run.tail();
    const auto report = run.report();
    EXPECT_TRUE(report.complete());
    if (guest.lenient) EXPECT_EQ(report.count(c.why), 1u);
    else if (!c.why.empty()) EXPECT_EQ(report.why(), c.why);
    if (c.end == End::power_off && !guest.lenient) EXPECT_EQ(report.count("violations_total"), 0u);
}

const Case kept[] = {
    {"validate_once", End::power_off, ""},          {"rescind_and_return", End::power_off, ""},
    {"views_are_separate", End::power_off, ""},     {"dma_misses_private", End::power_off, ""},
    {"execute_private_without_c_bit", End::power_off, ""}, {"large_page", End::power_off, ""},
    {"size_mismatch", End::power_off, ""},          {"small_validation_of_large_page", End::power_off, ""},
    {"psc_list_bad_header", End::power_off, ""},    {"psc_list_bad_entry", End::power_off, ""},
    {"rmpadjust", End::power_off, ""},              {"rmpadjust_size", End::power_off, ""},
    {"msr_protocol", End::power_off, ""},           {"every_vc", End::power_off, ""},
    {"sev_status", End::power_off, ""},             {"mmio", End::power_off, ""},
    {"string_io", End::power_off, ""},              {"cpuid_and_features", End::power_off, ""},
    {"apic_ids", End::power_off, ""},               {"jump_table", End::power_off, ""},
    {"hidden_ram", End::power_off, ""},             {"ap_create", End::power_off, "", 2},
    {"ap_stress", End::power_off, "", 2},
    {"launch_pages", End::power_off, ""},           {"write_launch_page", End::power_off, ""},
    {"part_of_large_page_shared", End::power_off, ""}, {"rmpadjust_mismatch", End::power_off, ""},
    {"psc_outside_ram", End::power_off, ""},         {"rmpadjust_in_use", End::power_off, "", 2},
    {"walk_without_c_bit", End::power_off, ""},     {"es_pvalidate_undefined", End::power_off, ""},
    {"asked_rdtsc", End::power_off, ""},            {"halt", End::power_off, ""},
    {"interrupt_through_new_table", End::power_off, ""}, {"halt_in_shadow", End::power_off, ""},
    {"ap_create_unknown", End::power_off, "", 2},
    {"reset_hold_msr", End::power_off, "", 2},      {"reset_hold_ghcb", End::power_off, "", 2},
    {"es_reset_hold_msr", End::power_off, "", 2},   {"es_reset_hold_ghcb", End::power_off, "", 2},
    {"es_sipi_alone", End::power_off, "", 2},
    {"lenient_pvalidate", End::power_off, "double-validation"},
};

const Case broken[] = {
    {"access_unvalidated", End::violation, "access-unvalidated"},
    {"access_unassigned", End::violation, "access-unassigned"},
    {"double_validation", End::violation, "double-validation"},
    {"double_rescind", End::violation, "double-rescind"},
    {"validate_unassigned", End::violation, "validate-unassigned"},
    {"psc_validated", End::violation, "psc-validated"},
    {"psc_repeated", End::violation, "psc-repeated"},
    {"shared_access_private", End::violation, "shared-access-private"},
    {"write_shared_private", End::violation, "shared-access-private"},
    {"write_through_fetch_alias", End::violation, "shared-access-private"},
    {"execute_shared", End::violation, "execute-shared"},
    {"rest_of_large_page", End::violation, "access-unvalidated"},
    {"rmpadjust_unvalidated", End::violation, "access-unvalidated"},
    {"msr_protocol_unknown", End::violation, "msr-protocol"},
    {"register_private_ghcb", End::violation, "ghcb-private"},
    {"ghcb_private", End::violation, "ghcb-private"},
    {"ghcb_unregistered", End::violation, "ghcb-protocol"},
    {"ghcb_missing_input", End::violation, "ghcb-protocol"},
    {"ghcb_usage", End::violation, "ghcb-protocol"},
    {"ghcb_unknown_event", End::violation, "ghcb-protocol"},
    {"scratch_private", End::violation, "ghcb-protocol"},
    {"mmio_of_ram", End::violation, "ghcb-protocol"},
    {"vmsa_aligned", End::violation, "vmsa-aligned", 2},
    {"vmsa_without_attribute", End::violation, "vmsa-bad", 2},
    {"vmsa_bad_efer", End::violation, "vmsa-bad", 2},
    {"vmsa_features", End::violation, "vmsa-bad", 2},
    {"pvalidate_size", End::violation, "pvalidate-size"},
    {"pvalidate_unaligned", End::violation, "pvalidate-size"},
    {"rmpadjust_bad_size", End::violation, "rmpadjust-size"},
    {"validate_launch_page", End::violation, "double-validation"},
    {"walk_unassigned", End::violation, "access-unassigned"},
    {"jump_table_bad", End::violation, "ghcb-protocol"},
    {"run_vmpl", End::violation, "ghcb-protocol"},
    {"vc_without_handler", End::shut_down, "#VC could not be delivered"},
    {"asked_rdtsc_without_handler", End::shut_down, "#VC could not be delivered"},
    {"es_everyone_holds", End::hung, "every processor waits for another to start it"},
    {"terminate", End::terminated, ""},
    {"triple_fault", End::shut_down, "triple fault"},
};

const Case refused[] = {
    {"refuse_overlap", End::refused, "metadata: sections overlap"},
    {"refuse_unknown_type", End::refused, "metadata: unknown section type"},
    {"refuse_unaligned", End::refused, "metadata: section not page aligned"},
    {"refuse_outside_ram", End::refused, "metadata: section outside RAM"},
    {"refuse_version", End::refused, "metadata: unknown version"},
    {"refuse_footer_length", End::refused, "footer table has an invalid size"},
    {"refuse_no_metadata", End::refused, "no SEV metadata"},
};

std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Kept, Rule, testing::ValuesIn(kept), name_of);
INSTANTIATE_TEST_SUITE_P(Broken, Rule, testing::ValuesIn(broken), name_of);
INSTANTIATE_TEST_SUITE_P(Refused, Rule, testing::ValuesIn(refused), name_of);

}
