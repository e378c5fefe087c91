// SPDX-License-Identifier: BSD-2-Clause-Patent
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "lib/base/crc32.hpp"
#include "lib/handoff/runtime.hpp"

// The firmware's own runtime image, run in this process. Its memory is mapped twice, so that it can be moved
// as SetVirtualAddressMap moves it, and the old place taken away. Only services that touch no port.
namespace {

using namespace base;
using efi::Status;

constexpr u64 physical = 0x1000'0000, moved = 0x7f00'0000'0000;
constexpr u64 delta = moved - physical;
constexpr u64 data_bytes = 0x8'0000;
constexpr u32 lasting = 7, volatile_runtime = 6, boot_only = 3;
constexpr Guid vendor = "01234567-89ab-cdef-0123-456789abcdef"_guid;

efi::RuntimeServices* services;
void* converted_context;
unsigned notifications;

void EFIAPI address_change(efi::Event, void* context) {
  ++notifications;
  void* pointer = nullptr;
  EXPECT_EQ(services->convert_pointer(efi::optional_pointer, &pointer), Status::success);
  EXPECT_EQ(services->convert_pointer(0, &pointer), Status::invalid_parameter);
  EXPECT_EQ(services->convert_pointer(0, nullptr), Status::invalid_parameter);
  pointer = reinterpret_cast<void*>(0x1234);
  EXPECT_EQ(services->convert_pointer(0, &pointer), Status::not_found);
  EXPECT_EQ(services->convert_pointer(0, &context), Status::success);
  converted_context = context;
}

template <class Table>
bool sealed(Table table) {
  const u32 expected = table.header.crc32;
  table.header.crc32 = 0;
  return crc32(&table, table.header.header_size) == expected;
}

class RuntimeImageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file("build/runtime.elf", std::ios::binary);
    if (!file) GTEST_SKIP() << "build/runtime.elf is not built";
    const std::vector<char> elf{std::istreambuf_iterator<char>(file), {}};
    Elf64_Ehdr header;
    memcpy(&header, elf.data(), sizeof header);
    std::vector<Elf64_Phdr> segments(header.e_phnum);
    memcpy(segments.data(), elf.data() + header.e_phoff, segments.size() * sizeof segments[0]);
    for (const auto& s : segments)
      if (s.p_type == PT_LOAD) image_bytes = std::max(image_bytes, align_up(s.p_vaddr + s.p_memsz, page_bytes));

    const int memory = memfd_create("runtime", 0);
    ASSERT_EQ(ftruncate(memory, static_cast<off_t>(image_bytes + data_bytes)), 0);
    for (const u64 at : {physical, moved})
      ASSERT_EQ(mmap(reinterpret_cast<void*>(at), image_bytes + data_bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_SHARED | MAP_FIXED_NOREPLACE, memory, 0),
                reinterpret_cast<void*>(at));
    close(memory);
    for (const auto& s : segments)
      if (s.p_type == PT_LOAD) memcpy(reinterpret_cast<void*>(physical + s.p_vaddr), elf.data() + s.p_offset, s.p_filesz);
    start_image(physical + header.e_entry);
  }
  void TearDown() override {
    for (const u64 at : {physical, moved}) munmap(reinterpret_cast<void*>(at), image_bytes + data_bytes);
  }

  template <class T>
  T* data(u64 offset) {
    return reinterpret_cast<T*>(physical + image_bytes + offset);
  }

  // UBSan looks for its mark before a function it calls: in front of the image there is nothing to look at.
  [[clang::no_sanitize("function")]] void start_image(u64 entry) {
    services = data<efi::RuntimeServices>(0x1000);
    table = data<efi::SystemTable>(0);
    table->header = {efi::SystemTable::signature, efi::uefi_2_10_revision, sizeof *table, 0, 0};
    table->firmware_vendor = data<char16_t>(0x800);
    table->configuration_table = data<efi::ConfigurationTable>(0xa00);
    table->runtime_services = services;
    handoff::RuntimeStart start{.magic = 0,
                                .power_off = {},
                                .image = PageRange(Gpa(physical), image_bytes / page_bytes),
                                .relocations = {},
                                .system_table = table,
                                .services = services,
                                .flash_end = Gpa(0),
                                .non_volatile = {data<u8>(0x1'0000), 0x4'0000},
                                .volatile_variables = {data<u8>(0x6'0000), 0x1'0000},
                                .hooks = &hooks};
    const auto run = reinterpret_cast<handoff::RuntimeEntry>(entry);
    ASSERT_EQ(run(start), Status::invalid_parameter);
    start.magic = handoff::RuntimeStart::magic_value;
    ASSERT_EQ(run(start), Status::success);
    ASSERT_TRUE(sealed(*services));
  }

  void exit_boot_services() {
    auto* change = data<handoff::AddressChange>(0x2000);
    *change = {address_change, nullptr, data<void>(0x5000)};
    auto* regions = data<virtual_map::Region>(0x3000);
    regions[0] = {PageRange(Gpa(physical), image_bytes / page_bytes), true};
    regions[1] = {PageRange(Gpa(physical + image_bytes), data_bytes / page_bytes), true};
    hooks.exit_boot_services({{change, 1}, {regions, 2}});
  }
  Status set_map(u64 entries, u64 size = sizeof(efi::MemoryDescriptor), u32 version = 1) {
    efi::MemoryDescriptor map[] = {
        {efi::MemoryType::runtime_services_code, 0, physical, moved, image_bytes / page_bytes, efi::memory_attribute::runtime},
        {efi::MemoryType::runtime_services_data, 0, physical + image_bytes, moved + image_bytes, data_bytes / page_bytes,
         efi::memory_attribute::runtime}};
    return services->set_virtual_address_map(entries * sizeof map[0], size, version, map);
  }
  Status set(const char16_t* name, u32 attributes, std::string_view value, const Guid& owner = vendor) {
    return services->set_variable(name, &owner, attributes, value.size(), value.data());
  }
  std::string get(const char16_t* name) {
    char value[64];
    u64 size = sizeof value;
    return services->get_variable(name, &vendor, nullptr, &size, value) == Status::success ? std::string(value, size) : "<none>";
  }

  u64 image_bytes = 0;
  efi::SystemTable* table = nullptr;
  handoff::RuntimeHooks hooks{};
};

TEST_F(RuntimeImageTest, ServesAtBootTime) {
  EXPECT_EQ(set(u"x", lasting, "abc"), Status::success);
  EXPECT_EQ(get(u"x"), "abc");
  const Guid& global = efi::global_variable_guid;
  EXPECT_EQ(set(u"SecureBoot", volatile_runtime, "0", global), Status::write_protected);
  const u8 off = 0;
  EXPECT_TRUE(hooks.set_firmware_variable(u"SecureBoot", global, volatile_runtime, {&off, 1}));
  const u64 first = *hooks.next_monotonic_count();
  EXPECT_EQ(first, 1ull << 32);
  EXPECT_EQ(*hooks.next_monotonic_count(), first + 1);
  u32 high = 0;
  EXPECT_EQ(services->get_next_high_monotonic_count(&high), Status::success);
  EXPECT_EQ(high, 2u);
  EXPECT_EQ(set_map(2), Status::unsupported);
  void* pointer = table;
  EXPECT_EQ(services->convert_pointer(0, &pointer), Status::unsupported);
}

TEST_F(RuntimeImageTest, RefusesWhatItDoesNotDo) {
  EXPECT_EQ(services->get_time(nullptr, nullptr), Status::invalid_parameter);
  EXPECT_EQ(services->set_time(nullptr), Status::invalid_parameter);
  EXPECT_EQ(services->set_wakeup_time(1, nullptr), Status::invalid_parameter);
  EXPECT_EQ(services->get_next_high_monotonic_count(nullptr), Status::invalid_parameter);
  efi::CapsuleHeader capsule{};
  efi::CapsuleHeader* capsules = &capsule;
  u64 size = 0;
  efi::ResetType reset{};
  EXPECT_EQ(services->update_capsule(&capsules, 0, 0), Status::invalid_parameter);
  EXPECT_EQ(services->update_capsule(&capsules, 1, 0), Status::unsupported);
  EXPECT_EQ(services->query_capsule_capabilities(&capsules, 1, &size, &reset), Status::unsupported);
  EXPECT_EQ(services->query_capsule_capabilities(&capsules, 1, nullptr, &reset), Status::invalid_parameter);
  capsule.flags = efi::capsule_flag::initiate_reset;
  EXPECT_EQ(services->update_capsule(&capsules, 1, 0), Status::invalid_parameter);
  capsule.flags = efi::capsule_flag::persist_across_reset;
  EXPECT_EQ(services->update_capsule(&capsules, 1, 0), Status::invalid_parameter);
  EXPECT_EQ(services->update_capsule(&capsules, 1, 0x1000), Status::unsupported);
}

TEST_F(RuntimeImageTest, ServesAfterItWasMoved) {
  ASSERT_EQ(set(u"lasting", lasting, "abc"), Status::success);
  ASSERT_EQ(set(u"volatile", volatile_runtime, "v"), Status::success);
  ASSERT_EQ(set(u"boot", boot_only, "b"), Status::success);
  exit_boot_services();
  notifications = 0;
  EXPECT_EQ(set_map(2, 40, 2), Status::invalid_parameter);
  EXPECT_EQ(set_map(2, 39), Status::invalid_parameter);
  EXPECT_EQ(set_map(1), Status::no_mapping);
  EXPECT_EQ(notifications, 0u);
  ASSERT_EQ(set_map(2), Status::success);
  EXPECT_EQ(notifications, 1u);
  EXPECT_EQ(reinterpret_cast<u64>(converted_context), reinterpret_cast<u64>(data<void>(0x5000)) + delta);
  EXPECT_TRUE(sealed(*table));
  EXPECT_EQ(reinterpret_cast<u64>(table->configuration_table), reinterpret_cast<u64>(data<void>(0xa00)) + delta);
  EXPECT_EQ(reinterpret_cast<u64>(table->runtime_services), reinterpret_cast<u64>(services) + delta);

  services = table->runtime_services;
  ASSERT_EQ(munmap(reinterpret_cast<void*>(physical), image_bytes + data_bytes), 0);
  EXPECT_TRUE(sealed(*services));
  EXPECT_EQ(get(u"lasting"), "abc");
  EXPECT_EQ(get(u"volatile"), "v");
  EXPECT_EQ(get(u"boot"), "<none>");
  // Without a flash nothing could be kept.
  EXPECT_FALSE(hooks.variables.lasting == variable::Lasting::yes);
  EXPECT_EQ(set(u"lasting", lasting | efi::variable_attribute::append_write, "d"), Status::unsupported);
  u32 high = 0;
  EXPECT_EQ(services->get_next_high_monotonic_count(&high), Status::success);
  EXPECT_EQ(set_map(2), Status::unsupported);
}

}  // namespace
