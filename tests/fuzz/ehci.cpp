// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/choices.hpp"
#include "tests/fakes/dma_pages.hpp"
#include "tests/unit/ehci/fake_controller.hpp"

using namespace ehci_test;

namespace {

void use(ehci::Device& device, FakeEhci& fake, fakes::Choices& c, std::vector<u8>& buffer) {
  u8 small[64];
  fake.bulk_in_bytes = c.one_in(3) ? c.next() : ~0ull;
  fake.schedule_never_ends = c.one_in(30);
  fake.dies = c.one_in(30);
  if (c.one_in(4)) fake.reports.push_back(std::vector<u8>(c.below(20)));
  const auto part = std::span(buffer).first(c.below(buffer.size()));
  switch (c.below(7)) {
    case 0:
      if (auto got = device.control({0x80, 6, 0x100, 0, sizeof small}, small); got && *got > sizeof small) std::abort();
      break;
    case 1: (void)!device.control({0x00, 9, 1, 0, 0}, {}); break;
    case 2:
      if (auto got = device.bulk_in(0x81, part); got && *got > part.size()) std::abort();
      break;
    case 3: (void)!device.bulk_out(0x02, part); break;
    case 4:
      if (auto got = device.poll_interrupt(0x83, std::span(small).first(8)); got && *got > 8) std::abort();
      break;
    case 5: (void)!device.restart(c.of<u8>({0x81, 0x02, 0x83})); break;
    case 6: fake.frame(); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  fakes::Choices c(std::span(data, size));
  fakes::LowMemory memory;
  low_memory = &memory;
  static std::vector<u8> buffer(100'000);
  {
    FakeEhci fake;
    ehci::Controller host;
    ehci::Device device;
    if (c.one_in(8)) fake.capability_length = static_cast<u32>(c.next());
    if (c.one_in(8)) fake.structural = static_cast<u32>(c.next());
    fake.fast = !c.one_in(8);
    fake.schedule_never_starts = c.one_in(8);
    const bool lies_from_the_start = c.one_in(2);
    const auto lie = [&](u32& token) {
      switch (c.below(6)) {
        case 0: token ^= static_cast<u32>(c.next()); break;
        case 1: token ^= static_cast<u32>(c.next()) << 16; break;
        case 2: return !c.one_in(4);
        default: break;
      }
      return true;
    };
    if (host.open(fake.pci, pages, fakes::patience)) {
      if (lies_from_the_start) fake.lie = lie;
      const bool usable = device.open(host, 1) && device.open_endpoints(endpoints);
      fake.lie = lie;
      for (int i = 0; usable && i < 40 && !c.exhausted(); ++i) use(device, fake, c, buffer);
    }
    fake.schedule_never_ends = false;
    if (!host.stop()) std::abort();
    device.release();
  }
  if (memory.live()) std::abort();
  fakes::take_log();
  return 0;
}
