// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "linker/elf_module.hpp"

#include <elf.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "lib/module/module.hpp"

namespace linker {

void fail(const std::string& why) {
  std::fprintf(stderr, "mkimage: %s\n", why.c_str());
  std::exit(1);
}

Bytes read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read " + path);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

void write_file(const std::string& path, const Bytes& bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) fail("cannot write " + path);
}

namespace {

struct Elf {
  Bytes bytes;
  std::vector<Elf64_Phdr> headers;
  std::uint64_t entry = 0;

  template <class T>
  T at(std::uint64_t offset) const {
    T value;
    if (offset + sizeof value > bytes.size()) fail("truncated ELF file");
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
  }
};

Elf open_elf(const std::string& path) {
  Elf elf{read_file(path), {}, 0};
  const auto header = elf.at<Elf64_Ehdr>(0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_machine != EM_X86_64) fail(path + " is no x86-64 ELF file");
  for (unsigned i = 0; i < header.e_phnum; ++i) elf.headers.push_back(elf.at<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr)));
  elf.entry = header.e_entry;
  return elf;
}

template <class T>
void store(Bytes& bytes, std::uint64_t offset, const T& value) {
  if (offset + sizeof value > bytes.size()) fail("store outside the module");
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

struct Relocation {
  std::uint32_t offset;
  std::uint64_t addend;
};

std::vector<Relocation> relative_relocations(const Elf& elf, const Elf64_Phdr& dynamic) {
  std::uint64_t table = 0, bytes = 0;
  for (std::uint64_t at = dynamic.p_offset; at < dynamic.p_offset + dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
    const auto entry = elf.at<Elf64_Dyn>(at);
    if (entry.d_tag == DT_RELA) table = entry.d_un.d_ptr;
    if (entry.d_tag == DT_RELASZ) bytes = entry.d_un.d_val;
  }
  std::vector<Relocation> out;
  for (const auto& ph : elf.headers) {
    if (ph.p_type != PT_LOAD || table < ph.p_vaddr || table >= ph.p_vaddr + ph.p_filesz) continue;
    for (std::uint64_t at = 0; at < bytes; at += sizeof(Elf64_Rela)) {
      const auto rela = elf.at<Elf64_Rela>(ph.p_offset + (table - ph.p_vaddr) + at);
      if (ELF64_R_TYPE(rela.r_info) != R_X86_64_RELATIVE) fail("a relocation that is not R_X86_64_RELATIVE");
      out.push_back({static_cast<std::uint32_t>(rela.r_offset), static_cast<std::uint64_t>(rela.r_addend)});
    }
  }
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.offset < b.offset; });
  return out;
}

}  // namespace

Bytes pack_module(const std::string& path) {
  const Elf elf = open_elf(path);
  const auto dynamic = std::find_if(elf.headers.begin(), elf.headers.end(), [](auto& h) { return h.p_type == PT_DYNAMIC; });
  if (dynamic == elf.headers.end()) fail(path + " is not position-independent");

  module::Header header{};
  header.magic = module::Header::magic_value;
  header.entry = static_cast<std::uint32_t>(elf.entry);
  Bytes out(sizeof header);
  for (const auto& ph : elf.headers) {
    const bool linker_only = dynamic->p_vaddr >= ph.p_vaddr && dynamic->p_vaddr < ph.p_vaddr + ph.p_memsz;
    if (ph.p_type != PT_LOAD || linker_only || ph.p_memsz == 0) continue;
    if (header.segment_count == module::Header::max_segments) fail("too many segments");
    auto& segment = header.segments[header.segment_count++];
    segment = {static_cast<std::uint32_t>(ph.p_vaddr), static_cast<std::uint32_t>(ph.p_memsz), static_cast<std::uint32_t>(out.size()),
               static_cast<std::uint32_t>(ph.p_filesz), ph.p_flags};
    out.insert(out.end(), elf.bytes.begin() + static_cast<long>(ph.p_offset),
               elf.bytes.begin() + static_cast<long>(ph.p_offset + ph.p_filesz));
    out.resize((out.size() + 15) & ~std::size_t{15});
    header.memory_pages = static_cast<std::uint32_t>((ph.p_vaddr + ph.p_memsz + 4095) / 4096);
  }
  header.relocation_offset = static_cast<std::uint32_t>(out.size());
  for (const auto& r : relative_relocations(elf, *dynamic)) {
    bool stored = false;
    for (unsigned i = 0; i < header.segment_count; ++i) {
      const auto& s = header.segments[i];
      if (r.offset < s.memory_offset || r.offset + 8 > s.memory_offset + s.file_bytes) continue;
      store(out, s.file_offset + (r.offset - s.memory_offset), r.addend);
      stored = true;
    }
    if (!stored) fail("a relocation outside the file bytes of every segment");
    out.resize(out.size() + 4);
    store(out, out.size() - 4, r.offset);
    ++header.relocation_count;
  }
  out.resize((out.size() + 15) & ~std::size_t{15});
  header.total_bytes = static_cast<std::uint32_t>(out.size());
  store(out, 0, header);
  return out;
}

Bytes flatten(const std::string& path, std::uint64_t expected_base) {
  const Elf elf = open_elf(path);
  Bytes out;
  for (const auto& ph : elf.headers) {
    if (ph.p_type != PT_LOAD || ph.p_filesz == 0) continue;
    if (ph.p_vaddr < expected_base) fail(path + " has bytes below its base");
    const std::uint64_t offset = ph.p_vaddr - expected_base;
    if (out.size() < offset + ph.p_filesz) out.resize(offset + ph.p_filesz);
    std::memcpy(out.data() + offset, elf.bytes.data() + ph.p_offset, ph.p_filesz);
  }
  out.resize((out.size() + 7) & ~std::size_t{7});
  return out;
}

}  // namespace linker
