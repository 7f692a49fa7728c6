#include "engine/base/log_text.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cmath>
#include <ctime>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

// Room for `cut=N` and what closes a line.
constexpr std::size_t reserve = 32;

struct Character {
  char32_t value = 0;
  std::size_t length = 0;  // 0: not UTF-8
};

// RFC 3629, section 4.
Character character_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 0) return {};
  char32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

// Controls, line and paragraph separators, and what is not seen or turns the direction of the text about
// (Unicode TR36, section 2.6; general categories Cc, Cf, Zl, Zp as far as they matter in a line).
bool is_shown(char32_t c) {
  return !(c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xfff9 && c <= 0xffff) || c >= 0xe0000);
}

void append_code_unit(std::string& out, char32_t unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(unit));
}

// As in a JSON string (RFC 8259, section 7), which logfmt readers take in quotes as well. A byte that is not
// UTF-8 becomes the four characters \xNN.
void append_escaped(std::string& out, std::string_view text) {
  const std::size_t most = out.size() + max_log_value;
  for (std::size_t at = 0; at < text.size();) {
    // The longest escape has twelve bytes.
    if (out.size() + 12 > most) {
      out += "...";
      return;
    }
    const auto [c, length] = character_at(text, at);
    if (length == 0)
      fmt::format_to(std::back_inserter(out), "\\\\x{:02x}", static_cast<unsigned char>(text[at]));
    else if (c == '"' || c == '\\')
      (out += '\\') += static_cast<char>(c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (is_shown(c))
      out += text.substr(at, length);
    else if (c < 0x10000)
      append_code_unit(out, c);
    else {
      append_code_unit(out, 0xd800 + ((c - 0x10000) >> 10));
      append_code_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    at += std::max<std::size_t>(length, 1);
  }
}

bool needs_no_quotes(std::string_view text) {
  if (text.empty() || text.size() > max_log_value) return false;
  for (const char c : text)
    if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') return false;
  return true;
}

void append_text(std::string& out, std::string_view text, bool always_quoted) {
  if (!always_quoted && needs_no_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  append_escaped(out, text);
  out += '"';
}

struct ValueText {
  std::string text;
  bool is_string = false;
};

ValueText value_text(const LogField::Value& value, const AddressHash* hash) {
  return std::visit(
      [&](const auto& v) -> ValueText {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::same_as<T, std::string_view>)
          return {std::string(v), true};
        else if constexpr (std::same_as<T, LogAddress>)
          return {hash != nullptr ? (*hash)(v.text) : std::string(v.text), true};
        else if constexpr (std::same_as<T, bool>)
          return {v ? "true" : "false", false};
        else if constexpr (std::same_as<T, double>)
          return {fmt::format("{}", v), !std::isfinite(v)};  // JSON has no word for infinity
        else
          return {fmt::format("{}", v), false};
      },
      value);
}

void append_key(std::string& out, std::string_view key) {
  for (const char c : key) out += ascii::is_word(c) ? c : '_';
}

void append_field(std::string& out, std::string_view key, const ValueText& value, LogFormat format) {
  if (format == LogFormat::json) {
    out += out.size() == 1 ? "\"" : ",\"";
    append_key(out, key);
    out += "\":";
  } else {
    if (!out.empty()) out += ' ';
    append_key(out, key);
    out += '=';
  }
  if (value.is_string)
    append_text(out, value.text, format == LogFormat::json);
  else
    out += value.text;
}

std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto since = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const std::time_t whole = seconds.count();
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     std::chrono::duration_cast<std::chrono::milliseconds>(since - seconds).count());
}

}  // namespace

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "?";
}

int syslog_severity(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return 7;
    case LogLevel::info:
      return 6;
    case LogLevel::warning:
      return 4;
    case LogLevel::error:
      break;
  }
  return 3;
}

std::string AddressHash::operator()(std::string_view address) const {
  if (address.empty()) return {};
  const std::string lower = ascii::lower(address);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ::HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(lower.data()), lower.size(), digest.data(), &size);
  std::string out = "h:";
  for (std::size_t i = 0; i < 8; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

std::string log_line(const LogRecord& record, LogFormat format, bool stamped, const AddressHash* hash) {
  std::string out = format == LogFormat::json ? "{" : "";
  if (stamped) append_field(out, "time", {timestamp(record.time), true}, format);
  append_field(out, "level", {std::string(to_string(record.level)), true}, format);
  append_field(out, "event", {std::string(record.event), true}, format);
  std::size_t cut = 0;
  for (const LogField& field : record.fields) {
    const std::size_t before = out.size();
    append_field(out, field.key, value_text(field.value, hash), format);
    if (out.size() + reserve > max_log_line) {
      out.resize(before);
      ++cut;
    }
  }
  if (cut > 0) append_field(out, "cut", {fmt::format("{}", cut), false}, format);
  if (format == LogFormat::json) out += '}';
  return out;
}

std::string journal_datagram(const LogRecord& record, LogFormat format, const AddressHash* hash) {
  std::string out = fmt::format("MESSAGE={}\nPRIORITY={}\nSYSLOG_IDENTIFIER=thresh\nSYSLOG_FACILITY=2\n",
                                log_line(record, format, false, hash), syslog_severity(record.level));
  out += "THRESH_EVENT=";
  append_escaped(out, record.event);
  out += '\n';
  // Nothing here holds a line end, so the simple form of the protocol does.
  for (const LogField& field : record.fields) {
    if (out.size() > 2 * max_log_line) break;
    out += "THRESH_";
    const std::size_t key = out.size();
    append_key(out, field.key);
    for (std::size_t i = key; i < out.size(); ++i) out[i] = ascii::to_upper(out[i]);
    out += '=';
    append_escaped(out, value_text(field.value, hash).text);
    out += '\n';
  }
  return out;
}

}  // namespace thresh
