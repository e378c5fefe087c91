// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/variable/authenticated.hpp"

#include "tests/unit/variable/variable_fixture.hpp"

namespace variable_test {
namespace {

constexpr u32 timed = lasting | attribute::time_based_authenticated_write_access;

efi::VariableAuthentication2 descriptor_of(u16 year) {
  efi::VariableAuthentication2 descriptor{};
  descriptor.time_stamp = {year, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0};
  descriptor.auth_info.header = {sizeof descriptor.auth_info, efi::WinCertificate::current_revision, efi::WinCertificate::type_efi_guid};
  descriptor.auth_info.cert_type = efi::cert_pkcs7_guid;
  return descriptor;
}

std::string wrapped(u16 year, std::string_view data, std::string_view signature = "") {
  auto descriptor = descriptor_of(year);
  descriptor.auth_info.header.length += static_cast<u32>(signature.size());
  std::string bytes(reinterpret_cast<const char*>(&descriptor), sizeof descriptor);
  return bytes.append(signature).append(data);
}

class AuthenticatedTest : public VariableTest {
 protected:
  const Guid& security = efi::image_security_database_guid;
  const Guid& global = efi::global_variable_guid;

  u16 year_of(const char16_t* name, const Guid& owner) { return store.non_volatile().find(name, owner)->time_stamp.year; }
};

TEST_F(AuthenticatedTest, IsTakenApart) {
  const std::string bytes = wrapped(2020, "data", "signature");
  const auto write = variable::parse_authenticated({reinterpret_cast<const u8*>(bytes.data()), bytes.size()});
  ASSERT_TRUE(write);
  const auto value = write.value_or({});
  EXPECT_EQ(value.time_stamp.year, 2020);
  EXPECT_EQ(std::string(value.signature.begin(), value.signature.end()), "signature");
  EXPECT_EQ(std::string(value.data.begin(), value.data.end()), "data");
}

TEST_F(AuthenticatedTest, MalformedOnesAreViolations) {
  const std::string good = wrapped(2020, "data");
  const auto with = [&](usize offset, char value) {
    std::string bad = good;
    bad[offset] = value;
    return set(u"db", timed, bad, security);
  };
  EXPECT_ERROR(set(u"db", timed, "a", security), Error::security_violation);
  EXPECT_ERROR(set(u"db", timed, good.substr(0, 39), security), Error::security_violation);
  EXPECT_ERROR(with(7, 1), Error::security_violation);     // padding of the time
  EXPECT_ERROR(with(8, 1), Error::security_violation);     // nanosecond
  EXPECT_ERROR(with(12, 1), Error::security_violation);    // time zone
  EXPECT_ERROR(with(14, 1), Error::security_violation);    // daylight
  EXPECT_ERROR(with(16, 23), Error::security_violation);   // length: less than a header
  EXPECT_ERROR(with(16, 29), Error::security_violation);   // more than there is
  EXPECT_ERROR(with(19, '\x80'), Error::security_violation);
  EXPECT_ERROR(with(20, 1), Error::security_violation);    // revision
  EXPECT_ERROR(with(22, 0), Error::security_violation);    // certificate type
  EXPECT_ERROR(with(24, 0), Error::security_violation);    // and its GUID
  EXPECT_EQ(names(), u"");
}

TEST_F(AuthenticatedTest, DatabasesAreStoredInSetupMode) {
  ASSERT_TRUE(set(u"db", timed, wrapped(2020, "one"), security));
  EXPECT_EQ(get(u"db", security), "one");
  EXPECT_EQ(year_of(u"db", security), 2020);
  ASSERT_TRUE(set(u"KEK", timed, wrapped(2020, "key"), global));
  // What verifies nothing must not promise to, nor to remember who wrote.
  EXPECT_ERROR(set(u"PK", timed, wrapped(2020, "key"), global), Error::unsupported);
  EXPECT_ERROR(set(u"own", timed, wrapped(2020, "x")), Error::unsupported);
}

TEST_F(AuthenticatedTest, TimeGoesForward) {
  ASSERT_TRUE(set(u"db", timed, wrapped(2020, "one"), security));
  EXPECT_ERROR(set(u"db", timed, wrapped(2019, "old"), security), Error::security_violation);
  EXPECT_ERROR(set(u"db", timed, wrapped(2020, "same"), security), Error::security_violation);
  EXPECT_ERROR(set(u"db", timed, wrapped(2019, ""), security), Error::security_violation);
  ASSERT_TRUE(set(u"db", timed, wrapped(2021, "two"), security));
  EXPECT_EQ(get(u"db", security), "two");
  // The same value is a write all the same.
  ASSERT_TRUE(set(u"db", timed, wrapped(2022, "two"), security));
  EXPECT_EQ(year_of(u"db", security), 2022);
  // What is appended may be older; the time stamp stays the latest.
  ASSERT_TRUE(set(u"db", timed | attribute::append_write, wrapped(2018, "+"), security));
  EXPECT_EQ(get(u"db", security), "two+");
  EXPECT_EQ(year_of(u"db", security), 2022);
  ASSERT_TRUE(set(u"db", timed | attribute::append_write, wrapped(2023, "+"), security));
  EXPECT_EQ(year_of(u"db", security), 2023);
  ASSERT_TRUE(set(u"db", timed, wrapped(2024, ""), security));
  EXPECT_EQ(get(u"db", security), "<none>");
}

TEST_F(AuthenticatedTest, CannotBeChangedWithoutAuthentication) {
  ASSERT_TRUE(set(u"db", timed, wrapped(2020, "one"), security));
  EXPECT_ERROR(set(u"db", 0, "", security), Error::write_protected);
  EXPECT_EQ(get(u"db", security), "one");
}

// A flash that was under OVMF may bring one.
TEST_F(AuthenticatedTest, APlatformKeyEndsAllWrites) {
  ASSERT_TRUE(set(u"db", timed, wrapped(2020, "one"), security));
  const u8 key[] = {1, 2, 3};
  ASSERT_TRUE(store.non_volatile().write(nullptr, {u"PK", global, timed, 0, key}));
  EXPECT_ERROR(set(u"db", timed, wrapped(2021, "two"), security), Error::security_violation);
  EXPECT_ERROR(set(u"db", timed | attribute::append_write, wrapped(2021, "+"), security), Error::security_violation);
  EXPECT_ERROR(set(u"PK", timed, wrapped(2021, ""), global), Error::security_violation);
  EXPECT_ERROR(set(u"PK", 0, "", global), Error::write_protected);
  EXPECT_EQ(get(u"db", security), "one");
}

TEST_F(VariableTest, TheLastOfTheStoreIsForTheNextBoot) {
  store.exit_boot_services();
  int made = 0;
  char16_t name[] = u"v0";
  while (set(name, lasting, std::string(2000, 'x'))) ++name[1], ++made;
  EXPECT_GE(store.non_volatile().remaining(), variable::boot_reserve_bytes);
  EXPECT_LT(store.query(lasting)->remaining_storage, 2100u);
  // No growth, but what is there may change or go; and the firmware itself writes.
  ASSERT_TRUE(set(u"v0", lasting, std::string(2000, 'y')));
  EXPECT_ERROR(set(u"v0", lasting, std::string(4200, 'y')), Error::out_of_resources);
  ASSERT_TRUE(store.set(u"own", &vendor, lasting, 2000, std::string(2000, 'z').data(), Writer::firmware));
  ASSERT_TRUE(set(u"v0", lasting, ""));
}

}  // namespace
}  // namespace variable_test
