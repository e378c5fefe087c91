// SPDX-License-Identifier: BSD-2-Clause-Patent
// Prints the QEMU words that boot an image in the model, one per line; qemu-run.sh adds consoles and devices.
//   model-command MODE CPUS MEMORY_MIB IMAGE LENIENT LIE PARAMETERS REPORT
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/machine/run/model.hpp"

int main(int argc, char** argv)
{
    if (argc != 9) return std::fprintf(stderr, "usage: model-command MODE CPUS MEMORY_MIB IMAGE LENIENT LIE PARAMETERS REPORT\n"), 2;
    const std::string mode = argv[1];
    model::Guest guest;
    guest.mode = mode == "plain" ? host::Mode::plain : mode == "sev" ? host::Mode::sev : mode == "es" ? host::Mode::es : host::Mode::snp;
    guest.cpus = static_cast<unsigned>(std::atoi(argv[2]));
    guest.memory_mib = static_cast<unsigned>(std::atoi(argv[3]));
    guest.image = argv[4];
    guest.lenient = *argv[5] == '1';
    guest.lie = argv[6];
    std::ofstream(argv[7], std::ios::binary) << model::parameter_page(guest);
    for (const auto& word : model::command_line(guest, argv[7], argv[8])) std::puts(word.c_str());
}
