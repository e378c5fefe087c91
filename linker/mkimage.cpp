// SPDX-License-Identifier: BSD-2-Clause-Patent
// Assembles a flash image: mkimage RESET.bin SEC.elf DXE.elf RUNTIME.elf OUT.fd LIMIT_KIB; or an empty variable store:
// mkimage OUT.fd
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lib/module/image_header.hpp"
#include "linker/elf_module.hpp"
#include "linker/variable_store.hpp"

namespace {

using namespace linker;

constexpr std::size_t granule = 0x10000;  // QEMU takes -bios images of whole 64 KiB [qemu hw/i386/x86.c]

struct Part {
  const char* name;
  Bytes bytes;
  std::uint32_t address = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2) {
    write_file(argv[1], empty_variable_store());
    return 0;
  }
  if (argc != 7) {
    std::fputs("usage: mkimage RESET.bin SEC.elf DXE.elf RUNTIME.elf OUT.fd LIMIT_KIB\n       mkimage VARIABLES.fd\n", stderr);
    return 2;
  }
  Bytes reset = read_file(argv[1]);
  if (reset.size() != layout::reset_bytes) fail("the reset code has the wrong size");
  Part parts[] = {{"sec+pei", flatten(argv[2], layout::sec_image)}, {"dxe", pack_module(argv[3])}, {"runtime", pack_module(argv[4])}};

  // From the top down: reset code, SEC and PEI, DXE, runtime services.
  std::uint64_t at = layout::reset_base;
  for (Part& part : parts) {
    at = (at - part.bytes.size()) & ~std::uint64_t{15};
    part.address = static_cast<std::uint32_t>(at);
    std::printf("%-8s %7zu bytes at 0x%08llx\n", part.name, part.bytes.size(), static_cast<unsigned long long>(at));
  }
  const std::size_t used = layout::image_end - at;
  const std::size_t total = (used + granule - 1) / granule * granule;

  module::ImageHeader header{module::ImageHeader::magic_value, static_cast<std::uint32_t>(total),
                             parts[0].address, static_cast<std::uint32_t>(parts[0].bytes.size()),
                             parts[1].address, static_cast<std::uint32_t>(parts[1].bytes.size()),
                             parts[2].address, static_cast<std::uint32_t>(parts[2].bytes.size())};
  std::memcpy(reset.data(), &header, sizeof header);

  Bytes image(total, 0);
  const std::uint64_t base = layout::image_end - total;
  for (const Part& part : parts) std::memcpy(image.data() + (part.address - base), part.bytes.data(), part.bytes.size());
  std::memcpy(image.data() + total - reset.size(), reset.data(), reset.size());

  std::printf("%s: %zu bytes, %zu used\n", argv[5], total, used);
  if (total > std::strtoul(argv[6], nullptr, 10) * 1024) fail("the image is larger than " + std::string(argv[6]) + " KiB");
  write_file(argv[5], image);
}
