// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace linker {

using Bytes = std::vector<std::uint8_t>;

// Reads a file whole; exits with one line when it cannot.
Bytes read_file(const std::string& path);
void write_file(const std::string& path, const Bytes& bytes);
[[noreturn]] void fail(const std::string& why);

// Turns a PIE into a module (lib/module/module.hpp). Refuses every relocation but R_X86_64_RELATIVE.
Bytes pack_module(const std::string& path);
// The bytes of a statically placed ELF from its first to its last file byte, padded to 8.
Bytes flatten(const std::string& path, std::uint64_t expected_base);

}  // namespace linker
