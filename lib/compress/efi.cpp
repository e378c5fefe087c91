// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/compress/efi.hpp"

#include "lib/base/endian.hpp"
#include "lib/compress/huffman.hpp"

namespace compress {
namespace {

constexpr u32 header_bytes = 8;  // compressed size, original size
constexpr unsigned min_match = 3;

// The alphabets, and how many bits a count or a lone symbol of each takes.
constexpr unsigned extra_symbols = 19, extra_bits = 5;        // lengths of the codes of characters, and runs of zeros
constexpr unsigned character_symbols = 510, character_bits = 9;  // 256 bytes, then lengths of matches
constexpr unsigned position_symbols = 14, position_bits = 4;  // logarithms of distances

class Decoder {
 public:
  explicit Decoder(std::span<const u8> body) : in_(body) {}
  Result<> run(std::span<u8> into);

 private:
  Result<> start_block();
  template <unsigned max_symbols>
  Result<> read_code(Huffman<max_symbols>& code, unsigned symbols, unsigned bits, unsigned special);
  Result<> read_characters();
  Result<u32> read_distance();

  BitReader in_;
  u32 left_in_block_ = 0;
  Huffman<extra_symbols> extra_;
  Huffman<character_symbols> characters_;
  Huffman<position_symbols> positions_;
};

// Lengths in three bits, from 7 on in unary; behind the symbol `special` a count of symbols that have none.
template <unsigned max_symbols>
Result<> Decoder::read_code(Huffman<max_symbols>& code, unsigned symbols, unsigned bits, unsigned special) {
  const u32 count = in_.bits(bits);
  if (count == 0) {
    const u32 symbol = in_.bits(bits);
    if (symbol >= symbols) return Error::volume_corrupted;
    code.set_only(static_cast<u16>(symbol));
    return {};
  }
  if (count > symbols) return Error::volume_corrupted;
  u8 lengths[max_symbols] = {};
  for (u32 symbol = 0; symbol < count;) {
    u32 length = in_.bits(3);
    if (length == 7)
      while (in_.bit() && length <= Huffman<max_symbols>::max_length) ++length;
    if (length > Huffman<max_symbols>::max_length) return Error::volume_corrupted;
    lengths[symbol++] = static_cast<u8>(length);
    if (symbol == special) symbol += in_.bits(2);
    if (symbol > symbols) return Error::volume_corrupted;
  }
  return code.set_lengths({lengths, symbols});
}

Result<> Decoder::read_characters() {
  const u32 count = in_.bits(character_bits);
  if (count == 0) {
    const u32 symbol = in_.bits(character_bits);
    if (symbol >= character_symbols) return Error::volume_corrupted;
    characters_.set_only(static_cast<u16>(symbol));
    return {};
  }
  if (count > character_symbols) return Error::volume_corrupted;
  u8 lengths[character_symbols] = {};
  for (u32 symbol = 0; symbol < count;) {
    const u16 extra = TRY(extra_.decode(in_));
    // 0 to 2 are runs of symbols without a code; 3 and above mean a length of 1 and above.
    if (extra > 2)
      lengths[symbol++] = static_cast<u8>(extra - 2);
    else
      symbol += extra == 0 ? 1 : extra == 1 ? in_.bits(4) + 3 : in_.bits(character_bits) + 20;
    if (symbol > count) return Error::volume_corrupted;
  }
  return characters_.set_lengths(lengths);
}

Result<> Decoder::start_block() {
  left_in_block_ = in_.bits(16);
  if (left_in_block_ == 0 || in_.past_end()) return Error::volume_corrupted;
  TRY(read_code(extra_, extra_symbols, extra_bits, 3));
  TRY(read_characters());
  return read_code(positions_, position_symbols, position_bits, ~0u);
}

// How far back a match begins: 1 is the byte before.
Result<u32> Decoder::read_distance() {
  const u16 logarithm = TRY(positions_.decode(in_));
  if (logarithm <= 1) return logarithm + 1u;
  return (1u << (logarithm - 1)) + in_.bits(logarithm - 1) + 1;
}

Result<> Decoder::run(std::span<u8> into) {
  usize at = 0;
  while (at < into.size()) {
    if (left_in_block_ == 0) TRY(start_block());
    --left_in_block_;
    const u16 symbol = TRY(characters_.decode(in_));
    if (symbol < 256) {
      into[at++] = static_cast<u8>(symbol);
      continue;
    }
    const u32 length = symbol - 256 + min_match;
    const u32 distance = TRY(read_distance());
    if (distance > at || length > into.size() - at) return Error::volume_corrupted;
    for (u32 i = 0; i < length; ++i, ++at) into[at] = into[at - distance];
  }
  return in_.past_end() ? Result<>(Error::volume_corrupted) : Result<>();
}

}  // namespace

Result<u32> efi_size(std::span<const u8> source) {
  if (source.size() < header_bytes) return Error::volume_corrupted;
  if (load_le<u32>(source.data()) > source.size() - header_bytes) return Error::volume_corrupted;
  return load_le<u32>(&source[sizeof(u32)]);
}

Result<> efi_decompress(std::span<const u8> source, std::span<u8> into) {
  if (TRY(efi_size(source)) != into.size()) return Error::invalid_parameter;
  return Decoder(source.subspan(header_bytes, load_le<u32>(source.data()))).run(into);
}

}  // namespace compress
