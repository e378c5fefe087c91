// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/unit/variable/variable_fixture.hpp"

namespace variable_test {
namespace {

TEST_F(VariableTest, GetChecksItsParameters) {
  u64 size = 0;
  u32 attributes = 0;
  char buffer[8];
  ASSERT_TRUE(set(u"x", lasting, "abc"));
  EXPECT_ERROR(store.get(nullptr, &vendor, nullptr, &size, buffer), Error::invalid_parameter);
  EXPECT_ERROR(store.get(u"x", nullptr, nullptr, &size, buffer), Error::invalid_parameter);
  EXPECT_ERROR(store.get(u"x", &vendor, nullptr, nullptr, buffer), Error::invalid_parameter);
  EXPECT_ERROR(store.get(u"", &vendor, nullptr, &size, buffer), Error::not_found);
  EXPECT_ERROR(store.get(u"y", &vendor, nullptr, &size, buffer), Error::not_found);
  // Too small: size and attributes are told, even without a buffer.
  EXPECT_ERROR(store.get(u"x", &vendor, &attributes, &size, nullptr), Error::buffer_too_small);
  EXPECT_EQ(size, 3u);
  EXPECT_EQ(attributes, lasting);
  EXPECT_ERROR(store.get(u"x", &vendor, nullptr, &size, nullptr), Error::invalid_parameter);
}

TEST_F(VariableTest, SetChecksItsParameters) {
  EXPECT_ERROR(store.set(nullptr, &vendor, lasting, 1, "a"), Error::invalid_parameter);
  EXPECT_ERROR(store.set(u"", &vendor, lasting, 1, "a"), Error::invalid_parameter);
  EXPECT_ERROR(store.set(u"x", nullptr, lasting, 1, "a"), Error::invalid_parameter);
  EXPECT_ERROR(store.set(u"x", &vendor, lasting, 1, nullptr), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", rt, "a"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", nv | rt, "a"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", nv, "a"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", 0x100 | lasting, "a"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", lasting | attribute::hardware_error_record, "a"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", lasting | attribute::authenticated_write_access, "a"), Error::unsupported);
  EXPECT_ERROR(set(u"x", lasting | attribute::enhanced_authenticated_access, "a"), Error::unsupported);
  EXPECT_EQ(names(), u"");
}

TEST_F(VariableTest, ReplacesAppendsAndDeletes) {
  ASSERT_TRUE(set(u"x", lasting, "one"));
  ASSERT_TRUE(set(u"x", lasting, "second"));
  EXPECT_EQ(get(u"x"), "second");
  ASSERT_TRUE(set(u"x", lasting | attribute::append_write, "+"));
  EXPECT_EQ(get(u"x"), "second+");
  ASSERT_TRUE(set(u"x", lasting | attribute::append_write, ""));
  EXPECT_EQ(get(u"x"), "second+");
  ASSERT_TRUE(set(u"new", lasting | attribute::append_write, "made"));
  EXPECT_EQ(get(u"new"), "made");
  u32 attributes = 0;
  u64 size = 0;
  (void)store.get(u"new", &vendor, &attributes, &size, nullptr);
  EXPECT_EQ(attributes, lasting);  // append is no property of a variable
  ASSERT_TRUE(set(u"none", lasting | attribute::append_write, ""));
  EXPECT_EQ(get(u"none"), "<none>");

  ASSERT_TRUE(set(u"x", lasting, ""));
  EXPECT_EQ(get(u"x"), "<none>");
  ASSERT_TRUE(set(u"new", 0, "data does not matter"));
  EXPECT_EQ(get(u"new"), "<none>");
  EXPECT_ERROR(set(u"x", lasting, ""), Error::not_found);
  EXPECT_ERROR(set(u"x", 0, "a"), Error::not_found);
}

TEST_F(VariableTest, AttributesOfAVariableAreFixed) {
  ASSERT_TRUE(set(u"x", nv | bs, "one"));
  EXPECT_ERROR(set(u"x", lasting, "two"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", bs, "two"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", lasting, ""), Error::invalid_parameter);
  EXPECT_ERROR(set(u"x", lasting | attribute::append_write, "two"), Error::invalid_parameter);
  EXPECT_EQ(get(u"x"), "one");
}

TEST_F(VariableTest, TheSameNameOfAnotherVendorIsAnother) {
  constexpr Guid other = "01234567-89ab-cdef-0123-456789abcdee"_guid;
  ASSERT_TRUE(set(u"x", lasting, "a"));
  ASSERT_TRUE(set(u"x", bs, "b", other));
  EXPECT_EQ(get(u"x"), "a");
  EXPECT_EQ(get(u"x", other), "b");
  EXPECT_EQ(get(u"xx"), "<none>");
  EXPECT_EQ(get(u"X"), "<none>");
}

TEST_F(VariableTest, Runtime) {
  ASSERT_TRUE(set(u"boot", nv | bs, "a"));
  ASSERT_TRUE(set(u"volatile", bs | rt, "b"));
  ASSERT_TRUE(set(u"lasting", lasting, "c"));
  store.exit_boot_services();
  EXPECT_EQ(get(u"boot"), "<none>");
  EXPECT_EQ(get(u"volatile"), "b");
  EXPECT_EQ(names(), u"volatile lasting ");
  EXPECT_ERROR(set(u"boot", nv | bs, "x"), Error::write_protected);
  EXPECT_ERROR(set(u"boot", 0, ""), Error::write_protected);
  EXPECT_ERROR(set(u"volatile", bs | rt, "x"), Error::write_protected);
  EXPECT_ERROR(set(u"volatile", 0, ""), Error::write_protected);
  EXPECT_ERROR(set(u"new", bs | rt, "x"), Error::invalid_parameter);
  EXPECT_ERROR(set(u"new", nv | bs, "x"), Error::invalid_parameter);
  EXPECT_TRUE(set(u"new", lasting, "x"));
  EXPECT_TRUE(set(u"lasting", lasting, ""));
  char16_t name[16] = u"boot";
  Guid owner = vendor;
  u64 size = sizeof name;
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::invalid_parameter);
}

TEST_F(VariableTest, Enumeration) {
  char16_t name[16] = {};
  Guid owner{};
  u64 size = sizeof name;
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::not_found);
  ASSERT_TRUE(set(u"first", bs, "a"));
  ASSERT_TRUE(set(u"second", lasting, "b"));
  EXPECT_ERROR(store.get_next_name(nullptr, name, &owner), Error::invalid_parameter);
  EXPECT_ERROR(store.get_next_name(&size, nullptr, &owner), Error::invalid_parameter);
  EXPECT_ERROR(store.get_next_name(&size, name, nullptr), Error::invalid_parameter);
  size = 0;
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::invalid_parameter);
  size = 11;
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::buffer_too_small);
  EXPECT_EQ(size, 12u);
  EXPECT_EQ(name[0], 0);
  ASSERT_TRUE(store.get_next_name(&size, name, &owner));
  EXPECT_EQ(std::u16string(name), u"first");
  EXPECT_EQ(owner, vendor);
  size = 10;  // no NUL within the first 10 bytes
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::invalid_parameter);
  size = 12;
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::buffer_too_small);
  EXPECT_EQ(size, 14u);
  ASSERT_TRUE(store.get_next_name(&size, name, &owner));
  EXPECT_EQ(std::u16string(name), u"second");
  EXPECT_ERROR(store.get_next_name(&size, name, &owner), Error::not_found);
  char16_t unknown[] = u"third";
  size = sizeof unknown;
  EXPECT_ERROR(store.get_next_name(&size, unknown, &owner), Error::invalid_parameter);
}

TEST_F(VariableTest, QueryInfo) {
  const auto error = [&](u32 attributes) {
    const auto info = store.query(attributes);
    return info ? Error::end_of_file : info.error();
  };
  EXPECT_EQ(error(0), Error::invalid_parameter);
  EXPECT_EQ(error(nv), Error::invalid_parameter);
  EXPECT_EQ(error(rt), Error::invalid_parameter);
  EXPECT_EQ(error(nv | rt), Error::invalid_parameter);
  EXPECT_EQ(error(0x100), Error::unsupported);
  EXPECT_EQ(error(lasting | attribute::authenticated_write_access), Error::unsupported);
  EXPECT_EQ(error(lasting | attribute::time_based_authenticated_write_access), Error::unsupported);
  EXPECT_EQ(error(bs | attribute::hardware_error_record), Error::invalid_parameter);
  EXPECT_EQ(error(lasting | attribute::hardware_error_record), Error::unsupported);
  EXPECT_EQ(error(lasting), Error::end_of_file);

  auto before = store.query(lasting);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->maximum_storage, sizeof non_volatile - 28);
  EXPECT_EQ(before->maximum_variable, 0x8400u - 60);
  ASSERT_TRUE(set(u"x", lasting, "abcde"));
  ASSERT_TRUE(set(u"x", lasting, "abcdef"));  // the dead record does not count
  EXPECT_EQ(before->remaining_storage - store.query(lasting)->remaining_storage, 60u + 4 + 8);
  store.exit_boot_services();
  EXPECT_EQ(error(nv | bs), Error::invalid_parameter);
  EXPECT_EQ(error(lasting), Error::end_of_file);
}

TEST_F(VariableTest, LargestVariable) {
  const std::string largest(0x8400 - 60 - 4, 'x');
  EXPECT_ERROR(set(u"x", lasting, largest + "y"), Error::invalid_parameter);
  ASSERT_TRUE(set(u"x", lasting, largest));
  EXPECT_EQ(get(u"x"), largest);
  EXPECT_ERROR(set(u"x", lasting | attribute::append_write, "y"), Error::invalid_parameter);
  EXPECT_EQ(get(u"x"), largest);
}

TEST_F(VariableTest, AFullStoreLosesNothing) {
  int made = 0;
  for (;; ++made) {
    const char16_t name[] = {u'v', static_cast<char16_t>(u'0' + made), 0};
    const auto result = set(name, lasting, std::string(4000, static_cast<char>('a' + made)));
    if (result) continue;
    EXPECT_EQ(result.error(), Error::out_of_resources);
    break;
  }
  EXPECT_EQ(made, 32);
  // No room for the new value beside the old one, but in its place.
  ASSERT_TRUE(set(u"v3", lasting, std::string(4000, '!')));
  EXPECT_EQ(get(u"v3"), std::string(4000, '!'));
  EXPECT_ERROR(set(u"v4", lasting | attribute::append_write, std::string(4000, '?')), Error::out_of_resources);
  ASSERT_TRUE(set(u"v5", lasting, ""));
  ASSERT_TRUE(set(u"v4", lasting | attribute::append_write, std::string(4000, '?')));
  EXPECT_EQ(get(u"v4"), std::string(4000, 'e') + std::string(4000, '?'));
  for (int i = 0; i < made; ++i) {
    const char16_t name[] = {u'v', static_cast<char16_t>(u'0' + i), 0};
    if (i < 3 || i > 5) EXPECT_EQ(get(name), std::string(4000, static_cast<char>('a' + i)));
  }
}

TEST_F(VariableTest, SpecifiedNamespacesArePoliced) {
  const Guid& global = efi::global_variable_guid;
  const std::string option(6, '\0');
  EXPECT_TRUE(set(u"Boot0001", lasting, option, global));
  EXPECT_TRUE(set(u"Boot00AF", lasting, option, global));
  EXPECT_ERROR(set(u"Boot00af", lasting, option, global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"Boot00001", lasting, option, global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"Boot", lasting, option, global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"Boot0002", nv | bs, option, global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"Boot0002", lasting, "ab", global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"NotDocumented", lasting, "ab", global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"Timeout", lasting, "abc", global), Error::invalid_parameter);
  EXPECT_TRUE(set(u"Timeout", lasting, "ab", global));
  EXPECT_TRUE(set(u"BootOrder", lasting, "ab", global));
  EXPECT_TRUE(set(u"BootOrder", lasting | attribute::append_write, "cd", global));
  EXPECT_TRUE(set(u"Boot0001", 0, "", global));
  EXPECT_ERROR(set(u"NotDocumented", 0, "", global), Error::not_found);
  EXPECT_ERROR(set(u"PK", lasting, "ab", global), Error::invalid_parameter);
  EXPECT_ERROR(set(u"db", lasting, "ab", efi::image_security_database_guid), Error::invalid_parameter);
  for (const char16_t* name : {u"SecureBoot", u"SetupMode"}) {
    EXPECT_ERROR(set(name, bs | rt, "a", global), Error::write_protected);
    ASSERT_TRUE(store.set(name, &global, bs | rt, 1, "a", Writer::firmware));
    EXPECT_ERROR(set(name, 0, "", global), Error::write_protected);
    EXPECT_EQ(get(name, global), "a");
  }
  EXPECT_ERROR(set(u"OsIndicationsSupported", bs | rt, "12345678", global), Error::write_protected);
}

TEST(VariableModel, AgreesWithAMapOverManyOperations) {
  for (u64 seed = 1; seed <= 100; ++seed) {
    fakes::Choices choices(seed);
    variable_model::Model model(seed % 3 == 0 ? 0x20000 : 0x6000, seed % 2 ? 1024 : 0x8000);
    for (int i = 0; i < 2000; ++i) model.step(choices);
    model.enumerate();
  }
}

}  // namespace
}  // namespace variable_test
