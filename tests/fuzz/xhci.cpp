// SPDX-License-Identifier: BSD-2-Clause-Patent
#include "tests/fakes/choices.hpp"
#include "tests/unit/xhci/fake_controller.hpp"

using namespace xhci_test;

namespace {

// A controller that answers what it likes, and now and then the truth.
void make_lie(FakeXhci& fake, fakes::Choices& c) {
  fake.lie = [&](Trb& event) {
    switch (c.below(8)) {
      case 0: return false;
      case 1: event.parameter += 16 * c.below(4); break;
      case 2: event.control ^= static_cast<u32>(c.next()) << 16; break;
      case 3: event.status ^= static_cast<u32>(c.next()) << 16; break;
      case 4: event.status ^= static_cast<u32>(c.next()); break;
      case 5:
        for (u64 n = c.below(300); n; --n) fake.post(event);
        break;
      case 6:
        for (u64 n = c.below(64); n; --n) fake.event_ring()[c.below(page_bytes)] = static_cast<u8>(c.next());
        break;
      default: break;
    }
    return true;
  };
  fake.command_code = [&](TrbType) { return c.one_in(8) ? static_cast<u8>(c.next()) : u8{1}; };
}

void use(xhci::Device& device, FakeXhci& fake, fakes::Choices& c, std::vector<u8>& buffer) {
  u8 small[64];
  fake.transfer_code = c.one_in(4) ? static_cast<u8>(c.next()) : u8{1};
  fake.bulk_in_bytes = c.one_in(3) ? c.next() : ~0ull;
  if (c.one_in(4)) fake.reports.push_back(std::vector<u8>(c.below(20)));
  switch (c.below(6)) {
    case 0:
      if (auto got = device.control({0x80, 6, 0x100, 0, sizeof small}, small); got && *got > sizeof small) std::abort();
      break;
    case 1: (void)!device.control({0x00, 9, 1, 0, 0}, {}); break;
    case 2: {
      const auto into = std::span(buffer).first(c.below(buffer.size()));
      if (auto got = device.bulk_in(0x81, into); got && *got > into.size()) std::abort();
      break;
    }
    case 3: (void)!device.bulk_out(0x02, std::span(buffer).first(c.below(buffer.size()))); break;
    case 4:
      if (auto got = device.poll_interrupt(0x83, std::span(small).first(8)); got && *got > 8) std::abort();
      break;
    case 5: (void)!device.restart(c.of<u8>({0x81, 0x02, 0x83})); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  fakes::Choices c(std::span(data, size));
  static std::vector<u8> buffer(100'000);
  {
    FakeXhci fake;
    xhci::Controller host;
    xhci::Device device;
    if (c.one_in(8)) fake.capability_length = static_cast<u32>(c.next());
    if (c.one_in(8)) fake.structural1 = static_cast<u32>(c.next() << 16 | c.next());
    if (c.one_in(8)) fake.structural2 = static_cast<u32>(c.next() << 16 | c.next());
    if (c.one_in(8)) fake.doorbell_offset = static_cast<u32>(c.next());
    if (c.one_in(8)) fake.runtime_offset = static_cast<u32>(c.next());
    fake.speed = static_cast<u32>(c.one_in(4) ? c.below(16) : 3);
    fake.slot = static_cast<u8>(c.one_in(4) ? c.next() : 1);
    const bool opened = static_cast<bool>(host.open(fake.pci, fakes::dma_pages, fakes::patience));
    if (opened) {
      if (c.one_in(2)) make_lie(fake, c);
      bool usable = static_cast<bool>(device.open(host, 1)) && device.open_endpoints(endpoints);
      make_lie(fake, c);
      for (int i = 0; usable && i < 40 && !c.exhausted(); ++i) use(device, fake, c, buffer);
    }
    fake.lie = [](Trb&) { return true; };
    if (!host.stop()) std::abort();
    device.release();
  }
  if (!fakes::live_pages.empty()) std::abort();
  fakes::take_log();
  return 0;
}
