// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "lib/crypto/sha256.hpp"

#include <bit>

#include "lib/base/endian.hpp"

namespace crypto {
namespace {

constexpr u64 block_bytes = 64;

// [fips180-4 §4.2.2, §5.3.3] Fractional parts of the cube roots of the first 64 primes and the square roots of the first 8.
constexpr u32 k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr u32 initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

void compress(u32 (&state)[8], const u8* block) {
  u32 w[64];
  for (unsigned i = 0; i < 16; ++i) w[i] = swap_be(load_le<u32>(block + 4 * i));
  for (unsigned i = 16; i < 64; ++i) {
    const u32 s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const u32 s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (unsigned i = 0; i < 64; ++i) {
    const u32 s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const u32 t1 = h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
    const u32 s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const u32 t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const u32 after[8] = {a, b, c, d, e, f, g, h};
  for (unsigned i = 0; i < 8; ++i) state[i] += after[i];
}

}  // namespace

Sha256Digest sha256(std::span<const u8> bytes) {
  u32 state[8];
  __builtin_memcpy(state, initial, sizeof state);
  const u64 bits = bytes.size() * 8;
  while (bytes.size() >= block_bytes) {
    compress(state, bytes.data());
    bytes = bytes.subspan(block_bytes);
  }
  // The end: a one bit, zeros, and the length in bits, in one block or two.
  u8 tail[2 * block_bytes] = {};
  if (!bytes.empty()) __builtin_memcpy(tail, bytes.data(), bytes.size());
  tail[bytes.size()] = 0x80;
  const u64 tail_bytes = bytes.size() + 9 <= block_bytes ? block_bytes : 2 * block_bytes;
  store_le(tail + tail_bytes - 8, swap_be(bits));
  for (u64 at = 0; at < tail_bytes; at += block_bytes) compress(state, tail + at);

  Sha256Digest digest;
  for (unsigned i = 0; i < 8; ++i) store_le(digest.data() + 4 * i, swap_be(state[i]));
  return digest;
}

}  // namespace crypto
