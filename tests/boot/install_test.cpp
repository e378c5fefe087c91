// SPDX-License-Identifier: BSD-2-Clause-Patent
// `make install`: the files, the descriptors, and libvirt's own opinion of them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "contents.hpp"
#include "qemu.hpp"

namespace boot {
namespace {

namespace fs = std::filesystem;

class Install : public testing::Test {
 protected:
  void SetUp() override {
    if (!firmware_is_ashlar()) GTEST_SKIP() << "Ashlar's own";
    // Short: sockets of the daemon lie in it.
    char name[] = "/tmp/ashlar-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder = name;
    fs::permissions(folder, fs::perms(0755));
  }
  void TearDown() override {
    if (!folder.empty()) fs::remove_all(folder);
  }
  void install(const std::vector<std::string>& settings) {
    std::vector<std::string> words{"make", "--no-print-directory", "install"};
    words.insert(words.end(), settings.begin(), settings.end());
    Qemu make("install", words);
    ASSERT_EQ(make.wait_exit(Seconds{600}), 0) << make.tail();
  }

  fs::path folder;
};

TEST_F(Install, PutsFilesWhereItIsTold) {
  install({"DESTDIR=" + folder.string(), "PREFIX=/usr"});
  for (const char* name : {"ashlar.fd", "ashlar-cc.fd", "ASHLAR_CODE.fd", "ASHLAR_VARS.fd"})
    EXPECT_TRUE(contents(folder / "usr/share/ashlar" / name) == contents(fs::path("build") / name)) << name;
  const fs::path descriptors = folder / "usr/share/qemu/firmware";
  for (const fs::path& path : {descriptors / "30-ashlar-x86_64.json", descriptors / "31-ashlar-x86_64-confidential.json"}) {
    const std::string text = contents(path);
    // What the schema requires of a descriptor.
    for (const char* key : {"description", "interface-types", "mapping", "device", "targets", "architecture", "machines", "features", "tags"})
      EXPECT_TRUE(text.contains('"' + std::string(key) + "\":")) << path << " lacks " << key;
    EXPECT_FALSE(text.contains('@')) << text;
    EXPECT_FALSE(text.contains(folder.string())) << text;
  }
  EXPECT_TRUE(contents(descriptors / "30-ashlar-x86_64.json").contains("\"/usr/share/ashlar/ASHLAR_VARS.fd\""));
}

TEST_F(Install, LibvirtChoosesIt) {
  const std::string prefix = folder / "usr";
  install({"PREFIX=" + prefix, "DESCRIPTORS=" + (folder / "config/qemu/firmware").string()});
  Qemu libvirt("install_libvirt", {"tests/boot/libvirt.sh", folder});
  ASSERT_EQ(libvirt.wait_exit(Seconds{120}), 0) << libvirt.tail();
  const std::string& said = libvirt.transcript();
  EXPECT_TRUE(said.contains("<value>" + prefix + "/share/ashlar/ASHLAR_CODE.fd</value>")) << libvirt.tail();
  EXPECT_TRUE(said.contains("<value>" + prefix + "/share/ashlar/ashlar-cc.fd</value>")) << libvirt.tail();
  // Of a guest that only asks for UEFI.
  EXPECT_TRUE(said.contains("type='pflash'>" + prefix + "/share/ashlar/ASHLAR_CODE.fd</loader>")) << libvirt.tail();
  EXPECT_TRUE(said.contains("template='" + prefix + "/share/ashlar/ASHLAR_VARS.fd'")) << libvirt.tail();
  EXPECT_TRUE(said.contains("Domain 'ashlar' started")) << libvirt.tail();
}

}  // namespace
}  // namespace boot
