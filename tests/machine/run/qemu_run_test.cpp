// SPDX-License-Identifier: BSD-2-Clause-Patent
// ./qemu-run.sh --model: the exit status follows the report, and disks are reached through shared memory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sys/wait.h>

#include "tests/machine/run/model.hpp"

namespace {

using host::End;

constexpr int timed_out = 124;  // of timeout(1)

struct Result {
    int status;
    std::string output;
};

Result qemu_run(const std::string& arguments)
{
    const std::string log = "build/machine/runs/qemu-run.log";
    std::system("mkdir -p build/machine/runs");
    const int status = std::system(("timeout 150 ./qemu-run.sh " + arguments + " >" + log + " 2>&1 </dev/null").c_str());
    std::ifstream in(log, std::ios::binary);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, {std::istreambuf_iterator<char>(in), {}}};
}

std::string rule(const std::string& name) { return "--image build/machine/guests/" + name + ".bin --memory 64 "; }

struct Outcome {
    const char* name;
    std::string arguments;
    int status;
    const char* said;  // in the lines of the report that the script shows
};

class QemuRun : public testing::TestWithParam<Outcome> {};

TEST_P(QemuRun, EndsAsItsReport)
{
    const auto result = qemu_run(GetParam().arguments);
    EXPECT_NE(result.status, timed_out);
    EXPECT_EQ(result.status, GetParam().status) << result.output;
    EXPECT_NE(result.output.find(GetParam().said), std::string::npos) << result.output;
}

const Outcome outcomes[] = {
    {"power_off", "--model snp " + rule("validate_once"), 0, "power-off"},
    {"reset", "--model snp --kernel build/payloads/marker.efi -- -boot reboot-timeout=1", model::status_of(End::reset), "\"reset\""},
    {"terminated", "--model snp --lie psc-error", model::status_of(End::terminated), "terminated"},
    {"violation", "--model snp " + rule("double_validation"), model::status_of(End::violation), "double-validation"},
    {"lenient", "--model snp --lenient " + rule("double_validation"), 0, "\"double-validation\": 1"},
    {"refused", "--model snp " + rule("refuse_overlap"), model::status_of(End::refused), "sections overlap"},
    {"host_fault", "--model snp --lie no-such-lie", model::status_of(End::host_fault), "no lie of that name"},
    {"shut_down", "--model snp " + rule("triple_fault"), model::status_of(End::shut_down), "triple fault"},
    {"hung", "--model es " + rule("es_everyone_holds"), model::status_of(End::hung), "hung"},
};
INSTANTIATE_TEST_SUITE_P(Script, QemuRun, testing::ValuesIn(outcomes), [](const auto& info) { return std::string(info.param.name); });

void make_disk(const std::string& path)
{
    ASSERT_EQ(std::system(("rm -f " + path + " && truncate -s 16M " + path + " && mformat -i " + path + " ::").c_str()), 0);
}

// Someone else's driver and file system: the Shell finds its script on the disk.
TEST(QemuRunDisk, IsReadByOvmf)
{
    const std::string disk = "build/machine/runs/startup.img", script = "build/machine/runs/startup.nsh";
    make_disk(disk);
    std::ofstream(script) << "echo disk says hello\r\nreset -s\r\n";
    ASSERT_EQ(std::system(("mcopy -i " + disk + " " + script + " ::startup.nsh").c_str()), 0);
    const auto result = qemu_run("--model snp --image build/ovmf-trixie/OVMF.fd --disk " + disk);
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_NE(result.output.find("disk says hello"), std::string::npos) << result.output;
}

TEST(QemuRunDisk, IsReadByLinux)
{
    const std::string disk = "build/machine/runs/linux.img";
    std::ofstream(disk, std::ios::binary) << "hello from disk\n" << std::string(1048576 - 16, '\0');
    const auto result = qemu_run("--model snp --kernel build/guest/vmlinuz --initrd build/machine/initrd "
                                 "--append 'console=ttyS0 quiet model.disk' --disk " + disk);
    EXPECT_EQ(result.status, 0) << result.output;
    EXPECT_NE(result.output.find("model: disk says hello from disk"), std::string::npos) << result.output;
}

}
