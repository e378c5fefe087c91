// SPDX-License-Identifier: BSD-2-Clause-Patent
// Prints the layout constants for NASM (--nasm) or as linker script assignments (--ld).
#include <cstdio>
#include <cstring>

#include "lib/handoff/layout.hpp"

int main(int argc, char** argv) {
  const char* format = argc == 2 && std::strcmp(argv[1], "--nasm") == 0 ? "%%define layout_%s 0x%llx\n"
                       : argc == 2 && std::strcmp(argv[1], "--ld") == 0 ? "layout_%s = 0x%llx;\n"
                                                                       : nullptr;
  if (!format) {
    std::fputs("usage: layout_inc --nasm|--ld\n", stderr);
    return 2;
  }
#define PRINT(name) std::printf(format, #name, static_cast<unsigned long long>(layout::name))
  PRINT(image_end);
  PRINT(reset_bytes);
  PRINT(reset_base);
  PRINT(image_header_bytes);
  PRINT(header_sec_address);
  PRINT(header_sec_bytes);
  PRINT(early_page_tables);
  PRINT(work_area);
  PRINT(work_guest_type);
  PRINT(work_reset_tsc);
  PRINT(work_private_mask);
  PRINT(work_read_back);
  PRINT(work_early_ends);
  PRINT(sec_ram_base);
  PRINT(sec_ram_low_bytes);
  PRINT(sec_ram_high);
  PRINT(sec_ram_high_bytes);
  PRINT(secrets_page);
  PRINT(cpuid_page);
  PRINT(svsm_calling_area);
  PRINT(ap_jump_table);
  PRINT(ap_hold);
  PRINT(kernel_hashes_page);
  PRINT(launch_secret);
  PRINT(launch_secret_bytes);
  PRINT(kernel_hashes);
  PRINT(kernel_hashes_bytes);
  PRINT(sec_image);
  PRINT(sec_image_bytes);
  PRINT(sec_stack_top);
  PRINT(selector_code32);
  PRINT(selector_data);
  PRINT(selector_code64);
}
