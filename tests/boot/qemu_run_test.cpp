// SPDX-License-Identifier: BSD-2-Clause-Patent
// The script a newcomer meets first.
#include <gtest/gtest.h>

#include <algorithm>

#include "qemu.hpp"

namespace boot {
namespace {

struct Refusal {
  const char* name;
  std::vector<std::string> arguments;
  const char* reason;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class QemuRunRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(QemuRunRefuses, InOneLine) {
  std::vector<std::string> words{"./qemu-run.sh"};
  words.insert(words.end(), GetParam().arguments.begin(), GetParam().arguments.end());
  Qemu script(std::string("qemu_run_") + GetParam().name, words);
  EXPECT_EQ(script.wait_exit(Seconds{20}), 2) << script.tail();
  EXPECT_TRUE(script.expect_match(GetParam().reason, Seconds{1}).has_value()) << script.tail();
  EXPECT_EQ(std::ranges::count(script.transcript(), '\n'), 1) << script.tail();
}

INSTANTIATE_TEST_SUITE_P(Quick, QemuRunRefuses,
                         testing::Values(Refusal{"unknown_option", {"--bogus"}, "unknown option: --bogus"},
                                         Refusal{"missing_value", {"--kernel"}, "--kernel needs a value"},
                                         Refusal{"missing_file", {"--kernel", "/nonexistent"}, "no such file: /nonexistent"},
                                         Refusal{"bad_machine", {"--machine", "microvm"}, "q35 or pc"},
                                         Refusal{"bad_memory", {"--memory", "lots"}, "not a size: lots"},
                                         Refusal{"two_kinds", {"--snp", "--tdx"}, "exclude each other"},
                                         Refusal{"snp_on_pc", {"--snp", "--machine", "pc"}, "needs --machine q35"},
                                         Refusal{"snp_with_vars", {"--snp", "--vars", "Makefile"}, "takes no --vars"},
                                         Refusal{"initrd_alone", {"--initrd", "Makefile"}, "--initrd needs --kernel"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(QemuRun, HelpNamesEveryOption) {
  Qemu script("qemu_run_help", {"./qemu-run.sh", "--help"});
  EXPECT_EQ(script.wait_exit(Seconds{20}), 0);
  for (const char* option : {"--kernel", "--initrd", "--append", "--disk", "--iso", "--memory", "--cpus", "--machine", "--tpm",
                             "--display", "--gdb", "--debug", "--snp", "--tdx", "--firmware", "--vars", "--print"})
    EXPECT_TRUE(script.transcript().contains(option)) << option;
}

TEST(QemuRun, PrintsConfidentialCommandLines) {
  Qemu snp("qemu_run_snp", {"./qemu-run.sh", "--print", "--snp", "--memory", "2G"});
  EXPECT_EQ(snp.wait_exit(Seconds{20}), 0) << snp.tail();
  for (const char* part : {"sev-snp-guest", "memory-backend-memfd", "kernel-hashes=on", "confidential-guest-support=cc", "-bios"})
    EXPECT_TRUE(snp.transcript().contains(part)) << part << snp.tail();
  Qemu tdx("qemu_run_tdx", {"./qemu-run.sh", "--print", "--tdx"});
  EXPECT_EQ(tdx.wait_exit(Seconds{20}), 0) << tdx.tail();
  for (const char* part : {"tdx-guest", "kernel-irqchip=split", "-bios"})
    EXPECT_TRUE(tdx.transcript().contains(part)) << part << tdx.tail();
}

TEST(QemuRun, BootsToAnInteractiveShell) {
  Qemu script("qemu_run_shell", {"./qemu-run.sh", "--firmware", firmware_path()});
  ASSERT_TRUE(script.expect("Leave the shell to power off", Seconds{180})) << script.tail();
  ASSERT_TRUE(script.expect("/root #", Seconds{20})) << script.tail();
  script.send("echo $((6 * 7)); ls /sys/firmware/efi/efivars | wc -l\n");
  EXPECT_TRUE(script.expect("\n42", Seconds{20})) << script.tail();
  script.send("exit\n");
  EXPECT_EQ(script.wait_exit(Seconds{30}), 0) << script.tail();
}

}  // namespace
}  // namespace boot
