// SPDX-License-Identifier: BSD-2-Clause-Patent
// An attestation report through the whole path: request under VMPCK 0, answer of the model's PSP, its signature.
#include <bearssl.h>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>

#include "tests/machine/run/model.hpp"
#include "tests/machine/snp/guest_message.hpp"

namespace {

using host::End;

void seal(snp::Message& m, bool encrypt, unsigned char* tag)
{
    unsigned char key[32], iv[12] = {};
    for (unsigned i = 0; i < 32; ++i) key[i] = static_cast<unsigned char>(0x11 + i);
    std::memcpy(iv, &m.header.sequence, 8);
    br_aes_ct64_ctr_keys aes;
    br_gcm_context gcm;
    br_aes_ct64_ctr_init(&aes, key, sizeof key);
    br_gcm_init(&gcm, &aes.vtable, br_ghash_ctmul64);
    br_gcm_reset(&gcm, iv, sizeof iv);
    br_gcm_aad_inject(&gcm, &m.header.algorithm, 48);
    br_gcm_flip(&gcm);
    br_gcm_run(&gcm, encrypt, m.payload, m.header.size);
    br_gcm_get_tag(&gcm, tag);
}

snp::Message request()
{
    snp::Message m{};
    m.header.sequence = 1;
    m.header.algorithm = m.header.header_version = 1;
    m.header.header_size = sizeof m.header;
    m.header.type = snp::report_request;
    m.header.version = 1;
    m.header.size = sizeof(snp::ReportRequest);
    std::memset(m.payload, 'r', 64);
    seal(m, true, m.header.tag);
    return m;
}

bool signature_is_good(const snp::AttestationReport& r)
{
    unsigned char key[48], point[97], signature[96], hash[48];
    for (unsigned i = 0; i < 48; ++i) key[i] = static_cast<unsigned char>(i + 1);
    const auto bytes = br_ec_prime_i31.mulgen(point, key, sizeof key, BR_EC_secp384r1);
    const br_ec_public_key public_key{BR_EC_secp384r1, point, bytes};
    for (unsigned i = 0; i < 48; ++i) {
        signature[i] = r.signature_r[47 - i];
        signature[48 + i] = r.signature_s[47 - i];
    }
    br_sha384_context c;
    br_sha384_init(&c);
    br_sha384_update(&c, &r, offsetof(snp::AttestationReport, signature_r));
    br_sha384_out(&c, hash);
    return br_ecdsa_i31_vrfy_raw(&br_ec_prime_i31, hash, sizeof hash, &public_key, signature, sizeof signature) == 1;
}

TEST(GuestRequest, YieldsAReportOfTheLaunchSignedWithTheTestKey)
{
    std::ifstream in("build/machine/guests/guest_request.bin", std::ios::binary);
    std::string image{std::istreambuf_iterator<char>(in), {}};
    const auto message = request();
    image.replace(0x8000, sizeof message, reinterpret_cast<const char*>(&message), sizeof message);
    model::Guest guest;
    guest.image = "build/machine/guests/guest_request.patched";
    guest.memory_mib = 64;
    std::ofstream(guest.image, std::ios::binary) << image;
    model::Run run("guest-request", guest);
    ASSERT_EQ(run.wait(model::Seconds{30}), model::status_of(End::power_off)) << run.tail();
    ASSERT_EQ(run.transcript().size(), sizeof(snp::Message));

    snp::Message answer;
    std::memcpy(&answer, run.transcript().data(), sizeof answer);
    EXPECT_EQ(answer.header.sequence, 2u);
    ASSERT_EQ(answer.header.size, sizeof(snp::ReportResponse));
    unsigned char tag[16];
    seal(answer, false, tag);
    EXPECT_EQ(std::memcmp(tag, answer.header.tag, 16), 0);
    snp::ReportResponse response;
    std::memcpy(&response, answer.payload, sizeof response);
    EXPECT_EQ(response.status, 0u);
    EXPECT_EQ(std::string(reinterpret_cast<char*>(response.report.report_data), 64), std::string(64, 'r'));
    std::string digest;
    for (const auto byte : response.report.measurement) {
        char hex[3];
        std::snprintf(hex, sizeof hex, "%02x", byte);
        digest += hex;
    }
    EXPECT_EQ(digest, run.report().string("digest"));
    EXPECT_TRUE(signature_is_good(response.report));
}

}
