// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include "lib/base/address.hpp"

// Page state changes and PVALIDATE, always in the order that the RMP demands [ghcb §4.1.6, apm2 §15.36]:
// to private: page state change, then PVALIDATE; to shared: PVALIDATE (rescind), then page state change.
// Whoever calls these keeps the books (mem::Ledger): a page is validated once.
namespace cc::sev {

using namespace base;

// Makes pages private and validates them. They must be mapped private.
void validate(PageRange range);

// Rescinds pages and hands them to the host. The caller takes the private bit out of their mapping afterwards.
void rescind(PageRange range);

}  // namespace cc::sev
