// SPDX-License-Identifier: BSD-2-Clause-Patent
// Looks for network cards, reports each as a `CARD` line, checks EFI_SIMPLE_NETWORK_PROTOCOL against the
// specification [uefi §24.1] as PASS and FAIL lines, and talks to QEMU's user network through it: ARP and DHCP, with the card as
// it comes, after a reset, and after the driver was taken off in the middle of its work and put back.
#include "checks.hpp"

const char* const check_group = "network.";

namespace {

constexpr Status device_error = error_bit | 7, not_started = error_bit | 19;

struct Mac {
  u8 bytes[32];
};
struct Mode {
  u32 state, address_size, header_size, max_packet, nv_size, nv_access, filter_mask, filters, max_multicast, multicast_count;
  Mac multicast[16];
  Mac current, broadcast, permanent;
  u8 type;
  Boolean changeable, multiple, media_supported, media;
};
struct Network {
  u64 revision;
  Status (*start)(Network*);
  Status (*stop)(Network*);
  Status (*initialize)(Network*, usize, usize);
  Status (*reset)(Network*, Boolean);
  Status (*shutdown)(Network*);
  Status (*filters)(Network*, u32, u32, Boolean, usize, Mac*);
  Status (*station)(Network*, Boolean, Mac*);
  Status (*statistics)(Network*, Boolean, usize*, void*);
  Status (*ip_to_mac)(Network*, Boolean, u8*, Mac*);
  Status (*nv_data)(Network*, Boolean, usize, usize, void*);
  Status (*status)(Network*, u32*, void**);
  Status (*transmit)(Network*, usize, usize, void*, Mac*, Mac*, u16*);
  Status (*receive)(Network*, usize*, usize*, void*, Mac*, Mac*, u16*);
  Event wait;
  Mode* mode;
};
static_assert(sizeof(Mode) == 656 && sizeof(Network) == 128);
constexpr Guid guid_network{0xa19832b9, 0xac25, 0x11d3, {0x9a, 0x2d, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};

constexpr usize header = 14, room = 2048;
constexpr u16 type_arp = 0x0806, type_ip = 0x0800;
constexpr u8 us[] = {10, 0, 2, 15}, gateway[] = {10, 0, 2, 2}, nobody[] = {0, 0, 0, 0}, everybody[] = {255, 255, 255, 255};
u8 out[room], in[room];

void put16(u8* at, u16 value) {
  at[0] = static_cast<u8>(value >> 8);
  at[1] = static_cast<u8>(value);
}
u16 get16(const u8* at) { return static_cast<u16>(at[0] << 8 | at[1]); }
bool same(const u8* a, const u8* b, usize size) {
  for (usize i = 0; i < size; i++)
    if (a[i] != b[i]) return false;
  return true;
}

// Sends what lies in `out` and waits until its buffer comes back.
bool send(Network* net, usize bytes, u16 protocol) {
  if (net->transmit(net, header, bytes, out, nullptr, &net->mode->broadcast, &protocol)) return false;
  for (unsigned i = 0; i < 100'000; i++) {
    void* done = nullptr;
    if (net->status(net, nullptr, &done)) return false;
    if (done) return done == out;
    bs->stall(10);
  }
  return false;
}

// Waits for a frame by the event; false: none within two seconds.
bool wait(Network* net) {
  Event timer = nullptr;
  usize which = 1;
  bs->create_event(event_timer, tpl_callback, nullptr, nullptr, &timer);
  bs->set_timer(timer, timer_relative, 2'000'0000);
  Event events[] = {net->wait, timer};
  const Status done = bs->wait_for_event(2, events, &which);
  bs->close_event(timer);
  return done == success && which == 0;
}

// The next frame of a kind into `in`; its length, or 0.
usize next(Network* net, u16 wanted) {
  for (unsigned i = 0; i < 100; i++) {
    if (!wait(net)) return 0;
    usize head = 0, bytes = room;
    Mac from, to;
    u16 protocol = 0;
    if (net->receive(net, &head, &bytes, in, &from, &to, &protocol) || head != header) return 0;
    if (get16(in + 12) != protocol || !same(in, to.bytes, 6) || !same(in + 6, from.bytes, 6)) return 0;
    if (protocol == wanted) return bytes;
  }
  return 0;
}

bool ask_gateway(Network* net) {
  static constexpr u8 question[] = {0, 1, 8, 0, 6, 4, 0, 1};
  u8* arp = out + header;
  memset(arp, 0, 46);
  memcpy(arp, question, sizeof question);
  memcpy(arp + 8, net->mode->current.bytes, 6);
  memcpy(arp + 14, us, 4);
  memcpy(arp + 24, gateway, 4);
  return send(net, 60, type_arp);
}
bool is_answer(usize bytes) { return bytes >= header + 28 && get16(in + header + 6) == 2 && same(in + header + 14, gateway, 4); }

bool arp(Network* net) {
  for (unsigned i = 0; i < 10; i++)
    if (ask_gateway(net) && is_answer(next(net, type_arp))) return true;
  return false;
}

u16 checksum(const u8* at, usize bytes) {
  u32 sum = 0;
  for (usize i = 0; i < bytes; i += 2) sum += get16(at + i);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<u16>(~sum);
}

// DISCOVER; true for an OFFER of 10.0.2.15.
bool dhcp(Network* net) {
  constexpr usize ip_bytes = 20, udp_bytes = 8, dhcp_bytes = 300;
  u8 *ip = out + header, *udp = ip + ip_bytes, *ask = udp + udp_bytes;
  memset(ip, 0, ip_bytes + udp_bytes + dhcp_bytes);
  ip[0] = 0x45;
  put16(ip + 2, ip_bytes + udp_bytes + dhcp_bytes);
  ip[8] = 64;
  ip[9] = 17;
  memcpy(ip + 12, nobody, 4);
  memcpy(ip + 16, everybody, 4);
  put16(ip + 10, checksum(ip, ip_bytes));
  put16(udp, 68);
  put16(udp + 2, 67);
  put16(udp + 4, udp_bytes + dhcp_bytes);
  static constexpr u8 fixed[] = {1, 1, 6, 0, 'a', 's', 'h', 'l', 0, 0, 0x80, 0}, options[] = {99, 130, 83, 99, 53, 1, 1, 255};
  memcpy(ask, fixed, sizeof fixed);
  memcpy(ask + 28, net->mode->current.bytes, 6);
  memcpy(ask + 236, options, sizeof options);
  for (unsigned i = 0; i < 10; i++) {
    if (!send(net, header + ip_bytes + udp_bytes + dhcp_bytes, type_ip)) return false;
    const usize bytes = next(net, type_ip);
    const u8* answer = in + header + ip_bytes + udp_bytes;
    if (bytes > header + ip_bytes + udp_bytes + 240 && answer[0] == 2 && same(answer + 4, fixed + 4, 4) && same(answer + 16, us, 4)) return true;
  }
  return false;
}

void check_states(Network* net) {
  Mode& m = *net->mode;
  void* done = nullptr;
  usize bytes = room;
  check("stopped", m.state == 0 && net->revision == 0x10000);
  check("stopped_calls", net->stop(net) == not_started && net->initialize(net, 0, 0) == not_started && net->shutdown(net) == not_started &&
                             net->reset(net, 0) == not_started && net->status(net, nullptr, &done) == not_started &&
                             net->receive(net, nullptr, &bytes, in, nullptr, nullptr, nullptr) == not_started);
  check("start", net->start(net) == success && m.state == 1 && net->start(net) == already_started);
  check("started_calls", net->status(net, nullptr, &done) == device_error && net->shutdown(net) == device_error &&
                             net->transmit(net, 0, 60, out, nullptr, nullptr, nullptr) == device_error && net->filters(net, 1, 0, 0, 0, nullptr) == device_error);
  check("stop", net->stop(net) == success && m.state == 0);
  check("extra_buffers", net->start(net) == success && net->initialize(net, 1, 0) == unsupported);
  check("initialize", net->initialize(net, 0, 0) == success && m.state == 2);
  check("initialized_calls", net->initialize(net, 0, 0) == device_error && net->stop(net) == device_error && net->start(net) == already_started);
  check("no_self", net->start(nullptr) == invalid_parameter && net->transmit(nullptr, 0, 60, out, nullptr, nullptr, nullptr) == invalid_parameter);
}

void check_mode(Network* net) {
  Mode& m = *net->mode;
  check("mode", m.address_size == 6 && m.header_size == 14 && m.max_packet >= 68 && m.max_packet <= 1500 && m.type == 1 && m.nv_size == 0);
  check("addresses", same(m.current.bytes, m.permanent.bytes, 6) && !(m.current.bytes[0] & 1) && m.broadcast.bytes[0] == 0xff &&
                         m.broadcast.bytes[5] == 0xff);
  Mac other = m.current;
  other.bytes[5] ^= 1;
  check("station_address", net->station(net, 1, nullptr) == success && net->station(net, 0, &m.current) == success &&
                               net->station(net, 0, nullptr) == invalid_parameter &&
                               net->station(net, 0, &other) == (m.changeable ? success : unsupported));
  net->station(net, 1, nullptr);
  usize bytes = 0;
  check("nv_data", net->nv_data(net, 1, 0, 1, in) == unsupported);
  const Status counters = net->statistics(net, 0, &bytes, nullptr);
  check("statistics", counters == unsupported || counters == buffer_too_small || counters == success);
  u32 interrupts = 0;
  check("status", net->status(net, nullptr, nullptr) == invalid_parameter && net->status(net, &interrupts, nullptr) == success &&
                      (!m.media_supported || m.media));
}

void check_filters(Network* net) {
  Mode& m = *net->mode;
  static Mac group[2] = {{{0x01, 0, 0x5e, 0, 0, 1}}, {{0x33, 0x33, 0, 0, 0, 1}}};
  check("filters", net->filters(net, 5, 0x1a & m.filter_mask, 1, 0, nullptr) == success && m.filters == 5);
  check("filters_unknown", net->filters(net, 0x100, 0, 0, 0, nullptr) == invalid_parameter && net->filters(net, 0, 0x100, 0, 0, nullptr) == invalid_parameter);
  if (m.filter_mask & 2) {
    check("multicast_empty", net->filters(net, 2, 0, 0, 0, nullptr) == invalid_parameter && net->filters(net, 2, 0, 0, 1, nullptr) == invalid_parameter &&
                                 net->filters(net, 2, 0, 0, m.max_multicast + 1, group) == invalid_parameter);
    check("multicast_unicast", net->filters(net, 2, 0, 0, 1, &m.current) == invalid_parameter);
    check("multicast", net->filters(net, 2, 0, 0, 2, group) == success && m.multicast_count == 2 && same(m.multicast[1].bytes, group[1].bytes, 6));
    check("multicast_reset", net->filters(net, 0, 2, 1, 0, nullptr) == success && m.multicast_count == 0 && m.filters == 5);
  }
  static u8 ip4[16] = {224, 129, 2, 3}, ip6[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4};
  static constexpr u8 mac4[] = {1, 0, 0x5e, 1, 2, 3}, mac6[] = {0x33, 0x33, 1, 2, 3, 4};
  Mac mac;
  check("ip4_to_mac", net->ip_to_mac(net, 0, ip4, &mac) == success && same(mac.bytes, mac4, 6));
  check("ip6_to_mac", net->ip_to_mac(net, 1, ip6, &mac) == success && same(mac.bytes, mac6, 6));
  ip4[0] = 10;
  check("ip_to_mac_refuses", net->ip_to_mac(net, 0, ip4, &mac) == invalid_parameter && net->ip_to_mac(net, 0, nullptr, &mac) == invalid_parameter);
}

void check_transmit(Network* net) {
  u16 protocol = type_arp;
  Mac* to = &net->mode->broadcast;
  const usize most = header + net->mode->max_packet;
  check("transmit_null", net->transmit(net, 0, 60, nullptr, nullptr, nullptr, nullptr) == invalid_parameter);
  check("transmit_short", net->transmit(net, 0, header - 1, out, nullptr, nullptr, nullptr) == buffer_too_small);
  check("transmit_long", net->transmit(net, 0, most + 1, out, nullptr, nullptr, nullptr) == invalid_parameter);
  check("transmit_header", net->transmit(net, 13, 60, out, nullptr, to, &protocol) == invalid_parameter &&
                               net->transmit(net, header, 60, out, nullptr, nullptr, &protocol) == invalid_parameter &&
                               net->transmit(net, header, 60, out, nullptr, to, nullptr) == invalid_parameter);
  // As many as fit, of which each buffer comes back once and in order.
  memset(out, 0, room);
  memcpy(out, to->bytes, 6);
  unsigned sent = 0, back = 0;
  Status done = success;
  while (sent < room - 60 && (done = net->transmit(net, 0, 60, out + sent, nullptr, nullptr, nullptr)) == success) sent++;
  check("transmit_full", sent > 0 && done == not_ready);
  bool ordered = true;
  for (unsigned i = 0; i < 200'000 && back < sent; i++) {
    void* buffer = nullptr;
    if (net->status(net, nullptr, &buffer)) break;
    if (buffer) ordered &= buffer == out + back++;
    if (!buffer) bs->stall(10);
  }
  void* more = out;
  check("transmit_back", back == sent && ordered && net->status(net, nullptr, &more) == success && !more);
}

void check_receive(Network* net) {
  usize bytes = 10;
  check("receive_null", net->receive(net, nullptr, nullptr, in, nullptr, nullptr, nullptr) == invalid_parameter &&
                            net->receive(net, nullptr, &bytes, nullptr, nullptr, nullptr, nullptr) == invalid_parameter);
  bool asked = ask_gateway(net) && wait(net);
  const bool small = net->receive(net, nullptr, &bytes, in, nullptr, nullptr, nullptr) == buffer_too_small && bytes >= 42;
  const usize needed = bytes;
  check("receive_small", asked && small && net->receive(net, nullptr, &bytes, in, nullptr, nullptr, nullptr) == success && bytes == needed);
  while (net->receive(net, nullptr, &(bytes = room), in, nullptr, nullptr, nullptr) == success) {}
  check("receive_none", net->receive(net, nullptr, &(bytes = room), in, nullptr, nullptr, nullptr) == not_ready && bs->check_event(net->wait) == not_ready);
  // Nothing is for us any more.
  net->filters(net, 0, 0x1f, 1, 0, nullptr);
  asked = ask_gateway(net);
  check("receive_filtered", asked && !wait(net));
  net->filters(net, 5, 0, 0, 0, nullptr);
}

// More rounds than any ring is long.
void check_traffic(Network* net) {
  check("arp", arp(net));
  check("dhcp", dhcp(net));
  unsigned answers = 0;
  for (unsigned i = 0; i < 400; i++) answers += arp(net);
  check("many_rounds", answers == 400);
}

Network* network_of(Handle handle) {
  Network* net = nullptr;
  return bs->handle_protocol(handle, &guid_network, &net) ? nullptr : net;
}

void report(Handle handle, Network* net) {
  put("CARD ");
  put_path(handle);
  put(" packet=");
  put_number(net->mode->max_packet);
  put("\r\n");
}

void check_card(Handle handle) {
  Network* net = network_of(handle);
  report(handle, net);
  check_states(net);
  check_mode(net);
  check_filters(net);
  check_transmit(net);
  check_receive(net);
  check_traffic(net);
  check("reset", net->reset(net, 1) == success && net->mode->filters == 5 && arp(net));
  check("shutdown", net->shutdown(net) == success && net->stop(net) == success && net->start(net) == success && net->initialize(net, 0, 0) == success);
  check("again", arp(net) && ask_gateway(net));
}

bool works(Handle handle) {
  Network* net = network_of(handle);
  return net->start(net) == success && net->initialize(net, 0, 0) == success && net->filters(net, 5, 0, 0, 0, nullptr) == success && arp(net);
}

}  // namespace

extern "C" Status efi_main(Handle, SystemTable* table) {
  bs = table->boot;
  bs->locate_protocol(&guid_path_to_text, nullptr, &to_text);
  put("\r\nNETWORK begins\r\n");
  Handle* list = nullptr;
  // Nobody connected anything: who looks for cards finds them.
  const usize count = handles_with(guid_network, list);
  connect_all();
  check("found_unconnected", handles_with(guid_network, list) == count);
  for (usize i = 0; i < count; i++) check_card(list[i]);
  // Cards are at work.
  disconnect_all(guid_network);
  for (usize i = handles_with(guid_network, list); i-- > 0;) check("works_after_reconnect", works(list[i]));
  put("NETWORK done\r\n");
  table->runtime->reset(2, success, 0, nullptr);
  return success;
}
