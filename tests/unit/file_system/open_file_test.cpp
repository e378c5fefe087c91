// SPDX-License-Identifier: BSD-2-Clause-Patent
// EFI_FILE_PROTOCOL's rules, on a FAT volume [uefi §13.5].
#include "lib/file_system/open_file.hpp"

#include <gtest/gtest.h>

#include "lib/base/endian.hpp"
#include "tests/unit/fat/fat_fixture.hpp"

namespace {

using namespace fat_test;
using file_system::OpenFile;
namespace mode = efi::file_mode;
namespace attr = efi::file_attribute;

constexpr u64 r = mode::read, rw = mode::read | mode::write, rwc = rw | mode::create;

struct Files : testing::Test {
  Files() : image(Format{"Fat16", 16, 512, 4, 16 << 20}), mounted(image), root(OpenFile::root_of(mounted.volume)) {
    make(u"\\file", "0123456789");
    make(u"\\dir", "", attr::directory);
    make(u"\\dir\\inner", "inner");
  }
  ~Files() override {
    root.close();
    EXPECT_TRUE(mounted.volume.flush());
    EXPECT_EQ(live_blocks, 0u) << "a node was held for ever";
    EXPECT_EQ(image.complaints(), "");
  }
  void make(const char16_t* path, std::string data, u64 attributes = 0) {
    auto file = root.open(path, rwc, attributes);
    ASSERT_TRUE(file);
    u64 bytes = data.size();
    if (bytes) ASSERT_TRUE(file->write(&bytes, data.data()));
    file->close();
  }
  Error error_of(OpenFile& from, const char16_t* path, u64 how = r, u64 attributes = 0) {
    auto file = from.open(path, how, attributes);
    EXPECT_FALSE(file) << narrow(path);
    if (file) file->close();
    return file ? Error::already_started : file.error();
  }
  static std::string read(OpenFile& file, u64 most = 100) {
    std::string data(most, 0);
    EXPECT_TRUE(file.read(&most, data.data()));
    return data.substr(0, most);
  }
  std::string read(const char16_t* path) {
    auto file = root.open(path, r, 0);
    EXPECT_TRUE(file) << narrow(path);
    if (!file) return "";
    const auto data = read(*file);
    file->close();
    return data;
  }

  struct Info {
    efi::FileInfo fixed;
    char16_t name[256];
    std::u16string_view name_view() const { return name; }
    u64 bytes() const { return sizeof fixed + (name_view().size() + 1) * 2; }
    void rename(std::u16string_view to) {
      std::copy(to.begin(), to.end(), name);
      name[to.size()] = 0;
      fixed.size = bytes();
    }
  };
  static_assert(offsetof(Info, name) == sizeof(efi::FileInfo));
  static Info info_of(OpenFile& file) {
    Info info{};
    u64 bytes = sizeof info;
    EXPECT_TRUE(file.get_info(&efi::FileInfo::guid, &bytes, &info));
    EXPECT_EQ(bytes, info.fixed.size);
    EXPECT_EQ(bytes, info.bytes());
    return info;
  }
  static Error set_error(OpenFile& file, const Info& info, u64 bytes = 0) {
    const auto done = file.set_info(&efi::FileInfo::guid, bytes ? bytes : info.bytes(), &info);
    EXPECT_FALSE(done);
    return done ? Error::already_started : done.error();
  }
  static Result<> set(OpenFile& file, const Info& info) { return file.set_info(&efi::FileInfo::guid, info.bytes(), &info); }

  Image image;
  Mounted mounted;
  OpenFile root;
};

TEST_F(Files, Paths) {
  auto dir = root.open(u"dir", r, 0);
  ASSERT_TRUE(dir);
  for (const char16_t* path : {u"dir\\inner", u"\\dir\\inner", u"DIR\\INNER", u"dir\\\\inner", u".\\dir\\.\\inner", u"dir\\..\\dir\\inner", u"dir\\inner\\.", u"\\\\dir\\inner"})
    EXPECT_EQ(read(path), "inner") << narrow(path);
  for (const char16_t* path : {u"inner", u"..\\dir\\inner", u"\\dir\\inner", u".\\inner"}) {
    auto file = dir->open(path, r, 0);
    ASSERT_TRUE(file) << narrow(path);
    // From a file the way goes on as from a directory.
    auto up = file->open(u"..", r, 0);
    ASSERT_TRUE(up);
    EXPECT_EQ(info_of(*up).name_view(), u"dir");
    up->close();
    EXPECT_EQ(error_of(*file, u"x"), Error::not_found);
    file->close();
  }
  for (const char16_t* path : {u"nothing", u"nothing\\inner", u"file\\inner", u"file\\", u"dir\\inner\\x", u"dir\\a*b"}) EXPECT_EQ(error_of(root, path), Error::not_found) << narrow(path);
  for (const char16_t* path : {u"", u"..", u"\\..", u"dir\\..\\.."}) EXPECT_EQ(error_of(root, path), Error::invalid_parameter) << narrow(path);
  for (const char16_t* path : {u"\\", u".", u"dir\\..", u"\\."}) {
    auto at = root.open(path, r, 0);
    ASSERT_TRUE(at) << narrow(path);
    EXPECT_EQ(info_of(*at).name_view(), u"");
    at->close();
  }
  auto again = dir->open(u"\\dir\\", r, 0);
  ASSERT_TRUE(again) << "a separator behind a directory";
  again->close();
  dir->close();
}

TEST_F(Files, Modes) {
  for (const u64 how : {u64{0}, u64{mode::write}, u64{mode::create}, u64{mode::read | mode::create}, u64{4}, u64{mode::write | mode::create}})
    EXPECT_EQ(error_of(root, u"file", how), Error::invalid_parameter);
  EXPECT_FALSE(root.open(nullptr, r, 0));
  EXPECT_EQ(error_of(root, u"new", rw), Error::not_found);
  EXPECT_EQ(error_of(root, u"new", rwc, 0x40), Error::invalid_parameter);
  EXPECT_EQ(error_of(root, u"no\\new", rwc), Error::not_found);
  EXPECT_EQ(error_of(root, u"a:b", rwc), Error::invalid_parameter);
  EXPECT_EQ(error_of(root, u"new\\", rwc), Error::invalid_parameter);
  make(u"newdir\\", "", attr::directory);
  // What exists is opened, whatever attributes are asked for.
  auto file = root.open(u"FILE", rwc, attr::hidden);
  ASSERT_TRUE(file);
  EXPECT_EQ(read(*file), "0123456789");
  EXPECT_EQ(info_of(*file).fixed.attribute, attr::archive);
  file->close();
  auto reader = root.open(u"file", r, 0);
  u64 one = 1;
  EXPECT_EQ(reader->write(&one, "x").error(), Error::access_denied);
  EXPECT_EQ(reader->flush().error(), Error::access_denied);
  EXPECT_FALSE(reader->remove());
  EXPECT_EQ(read(u"file"), "0123456789");
  auto dir = root.open(u"dir", rw, 0);
  EXPECT_EQ(dir->write(&one, "x").error(), Error::unsupported);
  EXPECT_FALSE(dir->remove()) << "it is not empty";
  // Read-only files are opened for reading only.
  make(u"locked", "l", attr::read_only);
  EXPECT_EQ(error_of(root, u"locked", rw), Error::access_denied);
  EXPECT_EQ(read(u"locked"), "l");
}

TEST_F(Files, Positions) {
  auto file = root.open(u"file", rw, 0);
  u64 position = 99, bytes = 4;
  char buffer[16];
  ASSERT_TRUE(file->tell(&position));
  EXPECT_EQ(position, 0u);
  EXPECT_EQ(read(*file, 4), "0123");
  EXPECT_EQ(read(*file), "456789");
  EXPECT_EQ(read(*file), "") << "at the end nothing is read";
  ASSERT_TRUE(file->seek(11));
  EXPECT_EQ(file->read(&bytes, buffer).error(), Error::device_error) << "behind the end";
  ASSERT_TRUE(file->seek(~0ull));
  ASSERT_TRUE(file->tell(&position));
  EXPECT_EQ(position, 10u);
  ASSERT_TRUE(file->write(&(bytes = 2), "ab"));
  ASSERT_TRUE(file->seek(15));
  ASSERT_TRUE(file->write(&(bytes = 1), "z"));
  ASSERT_TRUE(file->seek(0));
  EXPECT_EQ(read(*file), std::string("0123456789ab\0\0\0z", 16));
  file->close();
  auto dir = root.open(u"dir", r, 0);
  EXPECT_EQ(dir->tell(&position).error(), Error::unsupported);
  EXPECT_EQ(dir->seek(1).error(), Error::unsupported);
  EXPECT_EQ(dir->seek(~0ull).error(), Error::unsupported);
  EXPECT_TRUE(dir->seek(0));
  dir->close();
}

TEST_F(Files, Directories) {
  auto dir = root.open(u"dir", r, 0);
  std::set<std::string> names;
  for (int i = 0; i < 2; ++i) {
    names.clear();
    for (;;) {
      Info info;
      u64 bytes = 81;
      const auto small = dir->read(&bytes, &info);
      if (small) {
        EXPECT_EQ(bytes, 0u) << "the end";
        break;
      }
      EXPECT_EQ(small.error(), Error::buffer_too_small);
      const u64 needed = bytes;
      EXPECT_TRUE(dir->read(&bytes, &info)) << "the same entry once more";
      EXPECT_EQ(bytes, needed);
      EXPECT_EQ(info.fixed.size, needed);
      names.insert(narrow(info.name_view()));
    }
    EXPECT_EQ(names, (std::set<std::string>{".", "..", "inner"}));
    EXPECT_TRUE(dir->seek(0));
  }
  dir->close();
}

TEST_F(Files, DeletedWhileOpen) {
  auto one = root.open(u"file", rw, 0), two = root.open(u"file", rw, 0);
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(one->remove());
  u64 bytes = 1;
  char buffer[600];
  Info info{};
  EXPECT_EQ(two->read(&bytes, buffer).error(), Error::device_error);
  EXPECT_EQ(two->write(&bytes, buffer).error(), Error::device_error);
  EXPECT_EQ(two->tell(&bytes).error(), Error::device_error);
  EXPECT_EQ(two->seek(0).error(), Error::device_error);
  EXPECT_EQ(two->flush().error(), Error::device_error);
  EXPECT_EQ(two->get_info(&efi::FileInfo::guid, &bytes, buffer).error(), Error::device_error);
  EXPECT_EQ(set_error(*two, info), Error::device_error);
  EXPECT_EQ(error_of(*two, u"\\dir"), Error::device_error);
  // A new file of that name is another file.
  make(u"file", "new");
  EXPECT_EQ(two->read(&bytes, buffer).error(), Error::device_error);
  EXPECT_TRUE(two->remove()) << "it is gone already";
  EXPECT_EQ(read(u"file"), "new");
}

TEST_F(Files, OneFileManyHandles) {
  auto writer = root.open(u"file", rw, 0), reader = root.open(u"FILE", r, 0);
  u64 bytes = 3;
  ASSERT_TRUE(writer->seek(~0ull) && writer->write(&bytes, "abc"));
  EXPECT_EQ(read(*reader), "0123456789abc");
  Info info = info_of(*writer);
  info.rename(u"dir\\elsewhere");
  EXPECT_TRUE(set(*writer, info));
  EXPECT_EQ(info_of(*reader).name_view(), u"elsewhere");
  auto up = reader->open(u"..", r, 0);
  EXPECT_EQ(info_of(*up).name_view(), u"dir");
  up->close();
  reader->close();
  writer->close();
  EXPECT_EQ(read(u"dir\\elsewhere"), "0123456789abc");
}

TEST_F(Files, SetInfo) {
  auto file = root.open(u"file", rw, 0);
  Info info = info_of(*file);
  EXPECT_EQ(set_error(*file, info, 40), Error::bad_buffer_size);
  EXPECT_EQ(set_error(*file, info, info.bytes() - 2), Error::bad_buffer_size) << "the name does not end";
  Info wrong = info;
  wrong.fixed.size = 1000;
  EXPECT_EQ(set_error(*file, wrong), Error::bad_buffer_size);
  wrong = info;
  wrong.fixed.attribute |= 0x40;
  EXPECT_EQ(set_error(*file, wrong), Error::invalid_parameter);
  wrong.fixed.attribute = attr::directory;
  EXPECT_EQ(set_error(*file, wrong), Error::access_denied);
  wrong = info;
  wrong.fixed.create_time.month = 13;
  EXPECT_EQ(set_error(*file, wrong), Error::invalid_parameter);
  wrong = info;
  wrong.rename(u"dir");
  EXPECT_EQ(set_error(*file, wrong), Error::access_denied) << "it is there already";
  wrong.rename(u"a?b");
  EXPECT_EQ(set_error(*file, wrong), Error::invalid_parameter);
  const unsigned writes = image.writes;
  EXPECT_TRUE(set(*file, info));
  EXPECT_EQ(image.writes, writes) << "nothing was changed";

  info.fixed.file_size = 4;
  info.fixed.create_time = {2001, 2, 3, 4, 5, 7, 0, 0, efi::unspecified_timezone, 0, 0};
  info.fixed.modification_time = {2002, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0};
  info.fixed.attribute = attr::hidden | attr::system | attr::read_only;
  info.rename(u"File");
  ASSERT_TRUE(set(*file, info));
  const Info now = info_of(*file);
  EXPECT_EQ(now.name_view(), u"File") << "another case is another name";
  EXPECT_EQ(now.fixed.file_size, 4u);
  EXPECT_EQ(now.fixed.create_time.second, 7);
  EXPECT_EQ(now.fixed.modification_time.year, 2002);
  EXPECT_EQ(now.fixed.attribute, info.fixed.attribute);
  file->close();

  // A handle for reading changes attributes, nothing else.
  file = root.open(u"file", r, 0);
  Info other = info_of(*file);
  other.fixed.file_size = 1;
  EXPECT_EQ(set_error(*file, other), Error::access_denied);
  other = now;
  other.rename(u"other");
  EXPECT_EQ(set_error(*file, other), Error::access_denied);
  other = now;
  other.fixed.create_time.year = 1999;
  EXPECT_EQ(set_error(*file, other), Error::access_denied);
  other = now;
  other.fixed.attribute = 0;
  EXPECT_TRUE(set(*file, other));
  file->close();
  EXPECT_EQ(read(u"file"), "0123");

  EXPECT_EQ(set_error(root, other), Error::access_denied) << "the root stays as it is";
  auto dir = root.open(u"dir", rw, 0);
  Info below = info_of(*dir);
  below.fixed.file_size = 12345;
  EXPECT_TRUE(set(*dir, below)) << "a directory's size is ignored";
  below.rename(u"dir\\below");
  EXPECT_EQ(set_error(*dir, below), Error::access_denied) << "into itself";
  dir->close();
}

TEST_F(Files, VolumeInformation) {
  alignas(8) u8 buffer[128];
  u64 bytes = 0;
  EXPECT_EQ(root.get_info(&efi::FileSystemInfo::guid, &bytes, nullptr).error(), Error::buffer_too_small);
  EXPECT_EQ(bytes, 38u);
  ASSERT_TRUE(root.get_info(&efi::FileSystemInfo::guid, &bytes, buffer));
  const auto& info = *reinterpret_cast<const efi::FileSystemInfo*>(buffer);
  EXPECT_EQ(load_le<u64>(buffer), 38u);
  EXPECT_EQ(info.read_only, 0);
  EXPECT_EQ(load_le<u32>(buffer + 32), 2048u);
  EXPECT_LT(load_le<u64>(buffer + 24), load_le<u64>(buffer + 16));
  EXPECT_TRUE(root.set_info(&efi::file_system_volume_label_guid, 12, u"LABEL"));
  bytes = sizeof buffer;
  ASSERT_TRUE(root.get_info(&efi::file_system_volume_label_guid, &bytes, buffer));
  EXPECT_EQ(bytes, 12u);
  EXPECT_EQ(memcmp(buffer, u"LABEL", 12), 0);
  store_le(buffer + 36, u'\0');
  EXPECT_TRUE(root.set_info(&efi::FileSystemInfo::guid, 38, buffer)) << "without a label";
  EXPECT_EQ(root.set_info(&efi::FileSystemInfo::guid, 37, buffer).error(), Error::bad_buffer_size);
  EXPECT_EQ(root.set_info(&efi::file_system_volume_label_guid, 10, u"LABEL").error(), Error::bad_buffer_size);
  const Guid other{};
  EXPECT_EQ(root.get_info(&other, &bytes, buffer).error(), Error::unsupported);
  EXPECT_EQ(root.set_info(&other, 12, buffer).error(), Error::unsupported);
}

TEST_F(Files, ReadOnlyMedium) {
  image.shape.read_only = true;
  EXPECT_EQ(error_of(root, u"file", rw), Error::write_protected);
  EXPECT_EQ(error_of(root, u"new", rwc), Error::write_protected);
  u64 bytes = 1;
  auto file = root.open(u"file", r, 0);
  EXPECT_EQ(file->write(&bytes, "x").error(), Error::write_protected);
  EXPECT_EQ(file->set_info(&efi::FileInfo::guid, 12, u"LABEL").error(), Error::write_protected);
  file->close();
  image.shape.read_only = false;
}

}  // namespace
