// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <gtest/gtest.h>
#include <string>

#include "tests/machine/lies/catalogue.hpp"

// Names for what came of a lie, and the table of LIES.md, which is written where LIES_TABLE says.
namespace lies {

std::string reason_name(unsigned long long code);
std::string described(int outcome);
std::string test_name(const testing::TestParamInfo<Lie>& info);
// A line of the table, in the order in which the tests ran.
void write_down(const Lie& lie, const std::string& outcome);

}  // namespace lies
