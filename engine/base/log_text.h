// One event as one line: logfmt (key=value) or JSON, or a datagram in the journal's native protocol. Values
// are strangers' text as often as not (HELO names, addresses): whatever they hold, they forge neither a field
// nor a line, do not turn the line's direction about, and do not drive the terminal that shows it.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace thresh {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
[[nodiscard]] std::string_view to_string(LogLevel level);

enum class LogFormat : std::uint8_t { logfmt, json };

// A mail address: replaced by its keyed hash where log.hash_addresses is set.
struct LogAddress {
  std::string_view text;
};

// Views: valid for the call they are made for. Keys are constants of the code, [a-z0-9_].
struct LogField {
  using Value = std::variant<std::string_view, LogAddress, std::int64_t, std::uint64_t, double, bool>;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(std::string_view(text)) {}
  LogField(std::string_view name, LogAddress address) : key(name), value(address) {}
  LogField(std::string_view name, bool yes) : key(name), value(yes) {}
  LogField(std::string_view name, double number) : key(name), value(number) {}
  template <std::signed_integral T>
  LogField(std::string_view name, T number) : key(name), value(std::int64_t{number}) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view name, T number) : key(name), value(std::uint64_t{number}) {}

  std::string_view key;
  Value value;
};

// Hides addresses: HMAC-SHA256 under a key, so that nobody without it finds an address by trying.
class AddressHash {
 public:
  explicit AddressHash(std::string key) : key_(std::move(key)) {}
  // "h:" and 16 hexadecimal digits, the same for one address in any case. The null sender stays empty.
  [[nodiscard]] std::string operator()(std::string_view address) const;

 private:
  std::string key_;
};

struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string_view event;
  std::span<const LogField> fields;
  std::chrono::system_clock::time_point time;
};

// Bytes of one value and of one line. The line fits rsyslog's 8 KiB ($MaxMessageSize) with its header; a
// longer value ends in "...", fields that no longer fit are left out and counted in the field `cut`.
inline constexpr std::size_t max_log_value = 1024;
inline constexpr std::size_t max_log_line = 8000;

// Without a line end. `stamped`: begins with the time (UTC, milliseconds); syslog and the journal have their
// own. `hash`: null where addresses are shown.
[[nodiscard]] std::string log_line(const LogRecord& record, LogFormat format, bool stamped,
                                   const AddressHash* hash);
// systemd's native journal protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): MESSAGE is the line in
// `format`, every field stands beside it as THRESH_NAME.
[[nodiscard]] std::string journal_datagram(const LogRecord& record, LogFormat format,
                                           const AddressHash* hash);

// RFC 5424's severity.
[[nodiscard]] int syslog_severity(LogLevel level);

}  // namespace thresh
