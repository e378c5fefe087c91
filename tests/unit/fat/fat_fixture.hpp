// SPDX-License-Identifier: BSD-2-Clause-Patent
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "lib/fat/volume.hpp"
#include "lib/unicode/case.hpp"
#include "tests/fakes/file_system.hpp"

// Volumes of mkfs.vfat in memory, and the outside judges of what we make of them: fsck.vfat and mtools.
namespace fat_test {

using namespace base;
namespace fs = std::filesystem;

struct Format {
  const char* name;
  unsigned type, sector_bytes, sectors_per_cluster;
  u64 bytes;
  u32 block_bytes = 0;  // of the disk; 0: as the sectors
};
inline constexpr Format formats[] = {
    {"Fat12", 12, 512, 1, 1440 * 1024},
    {"Fat12In4096", 12, 4096, 1, 4096 * 2000},
    {"Fat16", 16, 512, 4, 16 << 20},
    {"Fat16In2048", 16, 2048, 1, 2048 * 6000},
    {"Fat16In32KClusters", 16, 512, 64, 140 << 20},
    {"Fat32", 32, 512, 1, 34 << 20},
    {"Fat32In4096", 32, 4096, 1, 270 << 20},
    {"Fat32In1024", 32, 1024, 2, 140 << 20},
    {"SmallFat32", 32, 512, 8, 8 << 20},
    {"SmallFat32In2048", 32, 2048, 1, 8 << 20},
    {"Fat16SectorsOn4096Blocks", 16, 512, 4, 16 << 20, 4096},
    {"Fat32In4096On512Blocks", 32, 4096, 1, 270 << 20, 512},
};

inline std::string output_of(const std::string& command, int* status = nullptr) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  for (int c; (c = fgetc(pipe)) != EOF;) out += static_cast<char>(c);
  const int code = pclose(pipe);
  if (status) *status = code;
  return out;
}

// A folder that is gone with the test.
class Scratch {
 public:
  Scratch() {
    char name[] = "/tmp/ashlar-fat-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~Scratch() { fs::remove_all(path_); }
  std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A volume in a file, which the judges see as well: whatever is empty takes no room.
class Image : public block::Device {
 public:
  explicit Image(const Format& f) : small_fat32_(f.type == 32 && f.bytes / f.sector_bytes / f.sectors_per_cluster < 65525) {
    int status = 0;
    const auto said = output_of("truncate -s " + std::to_string(f.bytes) + " " + file() + " && PATH=$PATH:/sbin mkfs.vfat -a -i 12345678 -F " +
                                    std::to_string(f.type) + " -S " + std::to_string(f.sector_bytes) + " -s " +
                                    std::to_string(f.sectors_per_cluster) + " " + file(),
                                &status);
    if (status != 0) throw std::runtime_error(said);
    const int fd = ::open(file().c_str(), O_RDWR);
    bytes_ = {static_cast<u8*>(mmap(nullptr, f.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)), f.bytes};
    close(fd);
    shape.block_bytes = f.block_bytes ? f.block_bytes : f.sector_bytes;
    shape.blocks = f.bytes / shape.block_bytes;
  }
  Image(const Image&) = delete;
  ~Image() { munmap(bytes_.data(), bytes_.size()); }

  const block::Geometry& geometry() const override { return shape; }
  Result<> read(u64 lba, std::span<u8> into) override {
    ++reads;
    TRY(block::check_range(shape, lba, into.size()));
    std::copy_n(&bytes_[lba * shape.block_bytes], into.size(), into.begin());
    return {};
  }
  Result<> write(u64 lba, std::span<const u8> from) override {
    ++writes;
    TRY(block::check_range(shape, lba, from.size()));
    if (writes_left && --writes_left == 0) return Error::device_error;
    std::copy(from.begin(), from.end(), &bytes_[lba * shape.block_bytes]);
    return {};
  }
  Result<> flush() override { return {}; }

  std::string file() const { return scratch / "image"; }
  std::span<u8> bytes() { return bytes_; }

  // Everything fsck.vfat has to say; empty: the volume is in order.
  std::string complaints() const {
    int status = 0;
    auto said = output_of("PATH=$PATH:/sbin fsck.vfat -n " + file(), &status);
    const std::string warning = "This may lead to problems on some systems.\n";
    if (const auto at = said.find(warning); small_fat32_ && at != std::string::npos) said.erase(0, at + warning.size());
    const bool short_report = std::count(said.begin(), said.end(), '\n') == 2;  // its name and a summary
    return status == 0 && short_report ? "" : said;
  }
  // mtools believes in the number of clusters alone.
  bool for_mtools() const { return !small_fat32_; }
  // What mtools reads: path below the root, with '/' at the end of directories, to contents.
  std::map<std::string, std::string> tree() const {
    Scratch to;
    int status = 0;
    const auto said = output_of("LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 mcopy -snQ -i " + file() + " '::*' " + (to / ""), &status);
    if (status != 0 && said.find("No match") == std::string::npos && said.find("not found") == std::string::npos) throw std::runtime_error(said);
    std::map<std::string, std::string> tree;
    for (const auto& entry : fs::recursive_directory_iterator(to / "")) {
      const std::string name = fs::relative(entry.path(), to / "").string();
      tree[entry.is_directory() ? name + "/" : name] = entry.is_directory() ? "" : contents(entry.path().string());
    }
    return tree;
  }
  static std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string out(fs::file_size(path), 0);
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    return out;
  }

  Scratch scratch;
  block::Geometry shape;
  unsigned reads = 0, writes = 0;
  unsigned writes_left = 0;  // then the device fails; 0: never

 private:
  std::span<u8> bytes_;
  bool small_fat32_;
};

using fakes::live_blocks, fakes::surroundings;

inline std::u16string wide(const std::string& text) {
  std::u16string out;
  for (usize i = 0; i < text.size(); ++i) {
    const auto c = static_cast<u8>(text[i]);
    if (c < 0x80)
      out += c;
    else if (c < 0xe0)
      out += static_cast<char16_t>((c & 0x1f) << 6 | (static_cast<u8>(text[++i]) & 0x3f));
  }
  return out;
}
inline std::string narrow(std::u16string_view text) {
  std::string out;
  for (const char16_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xc0 | c >> 6);
      out += static_cast<char>(0x80 | (c & 0x3f));
    }
  }
  return out;
}

inline bool unicode_equal(const std::string& a, const std::string& b) { return unicode::equal_ignoring_case(wide(a), wide(b)); }

// A mounted volume and paths with '/'.
struct Mounted {
  explicit Mounted(block::Device& disk) { error = volume.mount(disk); }
  ~Mounted() { (void)!volume.flush(); }

  // What a path's file does; the handle is released.
  Result<> with(const std::string& path, const std::function<Result<>(file_system::Node&)>& use) {
    file_system::Node* at = &volume.hold(volume.root());
    for (usize start = 0; start < path.size();) {
      const usize end = std::min(path.find('/', start), path.size());
      auto next = volume.open(*at, wide(path.substr(start, end - start)));
      volume.release(*at);
      if (!next) return next.error();
      at = *next;
      start = end + 1;
    }
    const auto done = use(*at);
    volume.release(*at);
    return done;
  }
  static std::string parent(const std::string& path) { return path.rfind('/') == std::string::npos ? "" : path.substr(0, path.rfind('/')); }
  static std::string name(const std::string& path) { return path.rfind('/') == std::string::npos ? path : path.substr(path.rfind('/') + 1); }

  Result<> create(const std::string& path, u64 attributes = 0) {
    return with(parent(path), [&](auto& dir) -> Result<> {
      auto made = volume.create(dir, wide(name(path)), attributes);
      if (!made) return made.error();
      volume.release(**made);
      return {};
    });
  }
  Result<> write(const std::string& path, u64 offset, const std::string& data) {
    return with(path, [&](auto& file) { return volume.write(file, offset, {reinterpret_cast<const u8*>(data.data()), data.size()}); });
  }
  Result<> resize(const std::string& path, u64 bytes) {
    return with(path, [&](auto& file) { return volume.resize(file, bytes); });
  }
  Result<> remove(const std::string& path) {
    return with(path, [&](auto& file) { return volume.remove(file); });
  }
  Result<> move(const std::string& from, const std::string& to) {
    return with(from, [&](auto& file) { return with(parent(to), [&](auto& dir) { return volume.move(file, dir, wide(name(to))); }); });
  }
  Result<> read(const std::string& path, std::string& data) {
    return with(path, [&](auto& file) {
      data.resize(volume.size(file));
      return volume.read(file, 0, {reinterpret_cast<u8*>(data.data()), data.size()});
    });
  }
  // Names in a directory, with '/' behind directories; dot entries left out.
  Result<> list(const std::string& path, std::set<std::string>& names) {
    return with(path, [&](auto& dir) -> Result<> {
      file_system::FileInfo info;
      for (u64 cursor = 0; TRY(volume.next(dir, cursor, info));)
        if (info.name[0] != '.') names.insert(narrow(info.name_view()) + (info.attributes & fat::attribute::directory ? "/" : ""));
      return {};
    });
  }

  fat::Volume volume{surroundings};
  Result<> error;
};

}  // namespace fat_test
