// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/machine/run/lies_table.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/machine/lies/processors.hpp"

namespace lies {

namespace {

std::ostringstream table;
class Table : public testing::Environment
{
    void TearDown() override
    {
        const char* file = std::getenv("LIES_TABLE");
        if (!file || table.str().empty()) return;
        std::ofstream(file) << "# The catalogue of lies\n\n"
            "What a hostile host does to Ashlar, a SEV-SNP guest of the model host, and what came of it. Harmless: the payload ran to\n"
            "its end and found what it must find, and no rule of the processor was broken. Everything else ends in a termination request\n"
            "with a reason of its own (README.md has the table). Written by `make lies` from real runs; `make test-machine` repeats them.\n\n"
            "| lie | the host … | outcome |\n|---|---|---|\n" << table.str();
    }
};
[[maybe_unused]] const auto* environment = testing::AddGlobalTestEnvironment(new Table);

}  // namespace

std::string reason_name(unsigned long long code)
{
    switch (static_cast<cc::Reason>(code)) {
#define X(id, code, text) case cc::Reason::id: return #id;
        CC_REASONS(X)
#undef X
    }
    return "reason " + std::to_string(code) + " that is not in the table";
}

std::string described(int outcome)
{
    if (outcome == shuts_down) return "shuts down";
    if (outcome <= serve(0)) return std::to_string(serve(0) - outcome) + " of 3 processors serve";
    return outcome == boots ? "harmless" : "ends: " + reason_name(static_cast<unsigned>(outcome));
}

std::string test_name(const testing::TestParamInfo<Lie>& info)
{
    std::string name = info.param.name;
    for (char& c : name)
        if (c == '-') c = '_';
    return name;
}

void write_down(const Lie& lie, const std::string& outcome)
{
    table << "| " << lie.name << " | " << lie.what << " | " << outcome << " |\n";
}

}  // namespace lies
