// SPDX-License-Identifier: BSD-2-Clause-Patent
// payloads/crash.efi fails in different ways; each must end in a report that says what happened and where, and in silence.
#include "qemu.hpp"

#include <gtest/gtest.h>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace boot {
namespace {

struct Crash {
  const char* name;
  const char* order;      // what payloads/crash.cpp is told to do
  const char* exception;  // expressions, line by line
  const char* rip;
  const char* cr2;
  const char* trace;
};

void PrintTo(const Crash& crash, std::ostream* out) { *out << crash.name; }

constexpr const char* in_payload = "payload\\+0x[0-9a-f]+";
constexpr const char* from_payload = "payload\\+0x[0-9a-f]+\r\n.*called from dxe\\+0x[0-9a-f]+";
constexpr const char* recursion = "payload\\+0x[0-9a-f]+\r\n.*called from payload\\+0x[0-9a-f]+\r\n(.*\r\n)*.*and more";

const Crash crashes[] = {
    {"invalid_opcode", "u", "exception 6 #UD invalid opcode, error code 0x0", in_payload, "0x0", from_payload},
    {"general_protection", "g", "exception 13 #GP general protection, error code 0x0", in_payload, "0x0", from_payload},
    {"write_to_page_zero", "z", "exception 14 #PF page fault, error code 0x2", in_payload, "0x0", from_payload},
    {"stack_overflow", "s", "exception 14 #PF page fault, error code 0x2, the stack is used up", in_payload, "0x[0-9a-f]+", recursion},
    {"execution_of_an_allocated_page", "d", "exception 14 #PF page fault, error code 0x11", "0x[0-9a-f]+000", "0x[0-9a-f]+000",
     from_payload},
    {"execution_of_a_data_section", "i", "exception 14 #PF page fault, error code 0x11", in_payload, "0x[0-9a-f]+", from_payload},
    {"write_to_own_code", "t", "exception 14 #PF page fault, error code 0x3", in_payload, "0x[0-9a-f]+", from_payload},
    {"wild_pointer_to_a_service", "w", "exception 14 #PF page fault, error code 0x0", "dxe\\+0x[0-9a-f]+", "0x7fff00000000",
     "dxe\\+0x[0-9a-f]+\r\n.*called from payload\\+0x[0-9a-f]+\r\n.*called from payload\\+0x[0-9a-f]+\r\n.*called from dxe\\+0x[0-9a-f]+"},
};

std::string line(const std::string& text) { return "ashlar: error: " + text + "\r\n"; }

std::string registers(std::initializer_list<const char*> names) {
  std::string expression;
  for (const char* name : names) expression += std::string(expression.empty() ? "" : " ") + name + " +0x[0-9a-f]+";
  return line(expression);
}

// Reads on past the last line: nothing may follow it.
void expect_report(Qemu& qemu, const Crash& crash, const char* before = "CRASH begins") {
  ASSERT_TRUE(qemu.expect(std::string(before) + "\r\n", Seconds{20})) << qemu.tail();
  const std::string parts[] = {
      line(crash.exception),
      line(std::string("RIP ") + crash.rip),
      line(std::string("CR0 0x8[0-9a-f]+ CR2 ") + crash.cr2 + " CR3 0x[0-9a-f]+ CR4 0x[0-9a-f]+ RFLAGS 0x[0-9a-f]+ CS 0x18"),
      registers({"RAX", "RBX", "RCX", "RDX"}),
      registers({"RSI", "RDI", "RBP", "RSP"}),
      registers({"R8", "R9", "R10", "R11"}),
      registers({"R12", "R13", "R14", "R15"}),
      line(std::string("  called from ") + crash.trace),
      line("terminated: unexpected processor exception \\(reason 0x2\\)"),
  };
  for (const std::string& part : parts) ASSERT_TRUE(qemu.expect_match("^" + part, Seconds{5})) << part << qemu.tail();
  EXPECT_FALSE(qemu.expect_match("[\\s\\S]", Seconds{0.5})) << qemu.tail();
  EXPECT_TRUE(qemu.running());
}

Machine crashing_machine(const char* type, const char* order) {
  Machine machine;
  machine.type = type;
  machine.kernel = "build/payloads/crash.efi";
  machine.append = order;
  return machine;
}

class CrashReport : public testing::TestWithParam<Crash> {};

TEST_P(CrashReport, SaysWhatAndWhere) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  Qemu qemu(std::string("crash_") + GetParam().name, crashing_machine("q35", GetParam().order));
  expect_report(qemu, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Quick, CrashReport, testing::ValuesIn(crashes), [](const auto& info) { return std::string(info.param.name); });

TEST(CrashReport, ShowsRegistersAsTheyWere) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  Qemu qemu("crash_registers", crashing_machine("pc", "u"));
  EXPECT_TRUE(qemu.expect("RAX 0x600dcafe00000001 ", Seconds{20})) << qemu.tail();
}

// The boot processor stops, too.
TEST(CrashReport, OfAnotherProcessorStopsTheMachine) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's wording";
  Machine machine = crashing_machine("q35", "p");
  machine.cpus = 3;
  Qemu qemu("crash_on_another_processor", machine);
  expect_report(qemu, {"another_processor", "p", "exception 6 #UD invalid opcode, error code 0x0", in_payload, "0x[0-9a-f]+",
                       "dxe\\+0x[0-9a-f]+(\r\n.*called from dxe\\+0x[0-9a-f]+)*"}, "ashlar: error: on the processor with APIC id 1:");
  EXPECT_FALSE(qemu.expect("CRASH survived", Seconds{2})) << qemu.tail();
}

// `make symbolize < FILE`, without make's own chatter.
std::string symbolized(const std::string& file) {
  const std::filesystem::path symbols = std::filesystem::path(firmware_path()).parent_path() / "symbols.txt";
  const std::string command = "linker/symbolize.sh " + symbols.string() + " < " + file;
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  char buffer[4096];
  while (const std::size_t size = pipe ? std::fread(buffer, 1, sizeof buffer, pipe.get()) : 0) text.append(buffer, size);
  return text;
}

TEST(Symbolize, NamesTheFunctionsOfAReport) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's symbols";
  Qemu qemu("crash_symbolized", crashing_machine("q35", "w"));
  ASSERT_TRUE(qemu.expect("terminated: ", Seconds{20})) << qemu.tail();
  const std::string text = symbolized(qemu.log_path());
  EXPECT_TRUE(text.contains("called from dxe[core::load_image(")) << text;
  EXPECT_TRUE(text.contains("called from dxe[core::start_image(") || text.contains("called from dxe[core::(anonymous namespace)::enter("))
      << text;
  EXPECT_FALSE(text.contains("dxe+0x")) << text;
  EXPECT_FALSE(text.contains("dxe[?]")) << text;
}

// The return address of a call that never returns is the next function's first byte.
TEST(Symbolize, KnowsEveryImage) {
  if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's symbols";
  const char* const path = "build/boot-logs/symbolize.txt";
  std::filesystem::create_directories("build/boot-logs");
  {
    std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path, "w"), std::fclose);
    ASSERT_TRUE(file);
    std::fputs("RIP sec+0x0\nRIP dxe+0x0 runtime+0x0\n  called from dxe+0x0\nRIP payload+0x10\n", file.get());
  }
  const std::string text = symbolized(path);
  EXPECT_TRUE(text.starts_with("RIP sec[sec_entry+0x0]\nRIP dxe[dxe_entry+0x0] runtime[")) << text;
  EXPECT_TRUE(text.ends_with("  called from dxe[?]\nRIP payload+0x10\n")) << text;
}

}  // namespace
}  // namespace boot
