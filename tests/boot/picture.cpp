// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "picture.hpp"

#include <fstream>
#include <sstream>

namespace boot {

Picture read_ppm(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string magic;
  unsigned most = 0;
  Picture picture;
  if (!(file >> magic >> picture.width >> picture.height >> most) || magic != "P6" || most != 255) return {};
  file.get();
  std::string bytes(picture.width * picture.height * 3ul, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return {};
  for (std::size_t i = 0; i < bytes.size(); i += 3)
    picture.pixels.push_back(static_cast<std::uint8_t>(bytes[i]) << 16 | static_cast<std::uint8_t>(bytes[i + 1]) << 8 |
                             static_cast<std::uint8_t>(bytes[i + 2]));
  return picture;
}

void write_ppm(const std::string& path, const Picture& picture) {
  std::ofstream file(path, std::ios::binary);
  file << "P6\n" << picture.width << ' ' << picture.height << "\n255\n";
  for (std::uint32_t p : picture.pixels) file << static_cast<char>(p >> 16) << static_cast<char>(p >> 8) << static_cast<char>(p);
}

std::string difference(const Picture& got, const Picture& wanted) {
  std::ostringstream text;
  if (got.width != wanted.width || got.height != wanted.height) {
    text << "it has " << got.width << "x" << got.height << " pixels, not " << wanted.width << "x" << wanted.height;
    return text.str();
  }
  std::size_t count = 0, first = 0;
  for (std::size_t i = got.pixels.size(); i-- > 0;)
    if (got.pixels[i] != wanted.pixels[i]) {
      ++count;
      first = i;
    }
  if (count == 0) return {};
  text << count << " pixels differ, first at " << first % got.width << "," << first / got.width << std::hex << ": 0x" << got.pixels[first]
       << ", not 0x" << wanted.pixels[first];
  return text.str();
}

}  // namespace boot
