#include "engine/message/ip_networks.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/ip_text.h"

namespace thresh {
namespace {

constexpr std::size_t npos = std::string_view::npos;

// A number of at most `digits` digits at the start of `text`, taken off it; -1 when there is none or it is
// longer.
int take_number(std::string_view& text, std::size_t digits) {
  std::size_t end = 0;
  int value = 0;
  while (end < text.size() && ascii::is_digit(text[end])) {
    if (end == digits) return -1;
    value = value * 10 + (text[end++] - '0');
  }
  if (end == 0) return -1;
  text.remove_prefix(end);
  return value;
}

// a.b.c.d with all of `text`, up to `digits` digits each.
std::optional<std::array<int, 4>> dotted(std::string_view text, std::size_t digits) {
  std::array<int, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    out[i] = take_number(text, digits);
    if (out[i] < 0) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return out;
}

IpAddress mapped(const std::array<int, 4>& octets) {
  IpAddress out;
  out.bytes[10] = out.bytes[11] = 0xff;
  for (std::size_t i = 0; i < 4; ++i) out.bytes[12 + i] = static_cast<std::uint8_t>(octets[i]);
  return out;
}

std::optional<IpAddress> parse_v4(std::string_view text, std::size_t digits) {
  const auto octets = dotted(text, digits);
  if (!octets) return std::nullopt;
  for (const int o : *octets)
    if (o > 255) return std::nullopt;
  return mapped(*octets);
}

// NetAddr::IP's ipv6_aton. Beyond RFC 4291 it reads a single colon at either end as an empty group: ":1::"
// and "::1:".
std::optional<IpAddress> parse_v6(std::string_view text) {
  // Nine groups of four digits and a dotted tail.
  constexpr std::size_t longest = 64;
  if (text.empty() || text.size() > longest) return std::nullopt;
  std::string hex(text);
  if (const std::size_t colon = text.rfind(':'); colon != npos && text.find('.', colon) != npos) {
    const auto octets = dotted(text.substr(colon + 1), 3);
    if (!octets) return std::nullopt;
    for (const int o : *octets)
      if (o > 255) return std::nullopt;
    std::array<char, 16> tail{};
    std::snprintf(tail.data(), tail.size(), "%X%02X:%X%02X", (*octets)[0], (*octets)[1], (*octets)[2],
                  (*octets)[3]);
    hex.resize(colon + 1);
    hex += tail.data();
  }
  std::size_t colons = 0;
  std::size_t digits = 0;
  for (const char c : hex) {
    if (c == ':') {
      ++colons;
      digits = 0;
    } else if (!ascii::is_xdigit(c) || ++digits > 4) {
      return std::nullopt;
    }
  }
  std::size_t gap = hex.find("::");
  if (gap != npos && hex.find("::", gap + 1) != npos) return std::nullopt;
  if (colons < 7 && gap == npos) return std::nullopt;
  if (colons > 7) {
    if (hex.starts_with("::"))
      hex.erase(0, 1);
    else if (hex.ends_with("::"))
      hex.pop_back();
    else
      return std::nullopt;
    if (--colons > 7) return std::nullopt;
    gap = hex.find("::");
  }
  for (; colons < 7; ++colons) hex.insert(gap, ":");
  IpAddress out;
  std::size_t at = 0;
  for (std::size_t group = 0; group < 8; ++group) {
    unsigned value = 0;
    for (; at < hex.size() && hex[at] != ':'; ++at)
      value = value * 16 + static_cast<unsigned>(ascii::hex_value(hex[at]));
    ++at;
    out.bytes[2 * group] = static_cast<std::uint8_t>(value >> 8);
    out.bytes[2 * group + 1] = static_cast<std::uint8_t>(value);
  }
  return out;
}

// %[A-Z0-9._~-]* at the end, any case.
std::string_view without_zone(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && (ascii::is_alnum(text[end - 1]) || std::strchr("._~-", text[end - 1]) != nullptr) &&
         text[end - 1] != '\0')
    --end;
  return end > 0 && text[end - 1] == '%' ? text.substr(0, end - 1) : text;
}

std::uint64_t half(const IpAddress& a, std::size_t from) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | a.bytes[from + i];
  return value;
}

// Prefix length of what stands behind the slash, of an address with `width` bits; -1 when it is none.
int prefix_length(std::string_view text, int width) {
  if (text.find('.') != npos) {
    const auto mask = parse_v4(text, 3);
    if (!mask || width != 32) return -1;
    const auto value = static_cast<std::uint32_t>(half(*mask, 8));
    const int ones = std::countl_one(value);
    return ones + std::countr_zero(value) >= 32 ? ones : -1;
  }
  const int value = take_number(text, 3);
  return text.empty() && value <= width ? value : -1;
}

// An IPv4 entry may leave out its last octets; `implied` is the prefix length this gives.
std::optional<IpAddress> parse_v4_entry(std::string_view text, int& implied) {
  std::array<int, 4> octets{};
  std::size_t count = 0;
  while (true) {
    const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size());
    if (zeros > 1) text.remove_prefix(zeros - 1);
    const int value = take_number(text, 9);
    if (value < 0 || value > 255) return std::nullopt;
    octets[count++] = value;
    if (text.empty()) break;
    if (text[0] != '.' || count == 4) return std::nullopt;
    text.remove_prefix(1);
    if (text.empty()) break;  // "10.1.": fewer than four octets, or it would have failed above
  }
  implied = static_cast<int>(count) * 8;
  return mapped(octets);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  text = without_zone(text);
  if (const auto v4 = parse_v4(text, 3)) return v4;
  if (ascii::istarts_with(text, "IPv6:")) text.remove_prefix(5);
  if (text.find(':') == npos) return std::nullopt;
  return parse_v6(text);
}

bool IpAddress::is_v4() const {
  return half(*this, 0) == 0 && half(*this, 8) >> 32 == 0xffff;
}

IpNetworks IpNetworks::with_loopback() {
  IpNetworks out;
  for (const std::string_view entry : {"127.0.0.0/8", "::1"}) static_cast<void>(out.add(entry));
  return out;
}

Result<void> IpNetworks::add(std::string_view entry) {
  Network network{.base = {}, .bits = 128, .exclude = false, .text = std::string(entry)};
  std::string_view text = ascii::trim_left(entry);
  if (text.starts_with('!')) {
    network.exclude = true;
    text = ascii::trim_left(text.substr(1));
  }
  std::string_view mask;
  const std::size_t slash = text.find('/');
  if (slash != npos) {
    mask = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  if (text.size() >= 2 && text.front() == '[' && text.find(']') == text.size() - 1)
    text = text.substr(1, text.size() - 2);
  text = without_zone(text);

  const std::string quoted = "\"" + std::string(entry) + "\"";
  int width = 128;
  std::size_t digits = 0;
  while (digits < text.size() && ascii::is_digit(text[digits])) ++digits;
  if (digits > 0 && (digits == text.size() || text[digits] == '.')) {
    const auto base = parse_v4_entry(text, network.bits);
    if (!base) {
      if (entry.find('-') != npos)
        return fail(quoted + " is a range of addresses", "", "write it as networks, such as 192.0.2.0/28");
      return fail(quoted + " is not an IPv4 address or network", "",
                  "write it as 192.0.2.1, 192.0.2. or 192.0.2.0/24");
    }
    network.base = *base;
    width = 32;
  } else {
    const auto base = text.find(':') == npos ? std::nullopt : parse_v6(text);
    if (!base)
      return fail(quoted + " is not an IP address or network", "",
                  "write it as 192.0.2.0/24 or 2001:db8::/32");
    network.base = *base;
  }
  if (slash != npos) {
    network.bits = prefix_length(mask, width);
    if (network.bits < 0)
      return fail(quoted + " has no usable prefix length", "",
                  width == 32 ? "write a number from 0 to 32 or a mask such as 255.255.255.0"
                              : "write a number from 0 to 128");
  }
  if (width == 32) network.bits += 96;
  for (const Network& earlier : networks_)
    if (earlier.bits <= network.bits && holds(earlier, network.base)) return {};
  networks_.push_back(std::move(network));
  return {};
}

bool IpNetworks::holds(const Network& network, const IpAddress& address) {
  const auto differs = [](std::uint64_t a, std::uint64_t b, int bits) {
    return bits > 0 && ((a ^ b) >> (64 - std::min(bits, 64))) != 0;
  };
  return !differs(half(network.base, 0), half(address, 0), network.bits) &&
         !differs(half(network.base, 8), half(address, 8), network.bits - 64);
}

bool IpNetworks::contains(std::string_view ip) const {
  if (networks_.empty()) return false;
  const bool dotted_only = !ip.empty() && ascii::is_digit(ip[0]) && ip.find(':') == npos;
  const auto address = dotted_only ? parse_v4(ip, 3) : parse_v6(ip);
  if (!address) return false;
  for (const Network& network : networks_)
    if (holds(network, *address)) return !network.exclude;
  return false;
}

bool IpNetworks::contains(const Network& network) const {
  for (const Network& outer : networks_)
    if (outer.bits <= network.bits && holds(outer, network.base)) return !outer.exclude;
  return false;
}

std::vector<std::string> IpNetworks::keep_within(const IpNetworks& outer) {
  std::vector<std::string> dropped;
  std::erase_if(networks_, [&](const Network& network) {
    if (network.exclude || outer.contains(network)) return false;
    dropped.push_back(network.text);
    return true;
  });
  return dropped;
}

std::optional<std::string> reverse_ip_address(std::string_view ip) {
  if (const auto octets = dotted(ip, 3)) {
    // The digits as they stand, up to 999: the expression does not look at the value.
    std::array<std::string_view, 4> part;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t dot = std::min(ip.find('.'), ip.size());
      part[i] = ip.substr(0, dot);
      ip.remove_prefix(std::min(dot + 1, ip.size()));
    }
    std::string out(part[3]);
    for (std::size_t i = 3; i-- > 0;) out.append(".").append(part[i]);
    return out;
  }
  if (ip.find(':') == npos) return std::nullopt;
  const auto address = parse_v6(ip);
  if (!address) return std::nullopt;
  std::string out;
  out.reserve(63);
  for (std::size_t i = 16; i-- > 0;) {
    for (const unsigned nibble : {address->bytes[i] & 15U, static_cast<unsigned>(address->bytes[i]) >> 4}) {
      if (!out.empty()) out += '.';
      out += "0123456789abcdef"[nibble];
    }
  }
  return out;
}

}  // namespace thresh
