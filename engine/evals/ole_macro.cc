// Mail::SpamAssassin::Plugin::OLEVBMacro: macros in Office documents, by the marks they leave in the bytes of
// the old (OLE) format, RTF and CSV. As SpamAssassin without the Perl module Archive::Zip, it does not open
// ZIP archives, which the new formats are.
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t none = std::string_view::npos;
constexpr std::string_view plugin = "OLEVBMacro";

struct Settings {
  std::optional<Regex> skipped_types, skipped_names, macro_names, document_names, archive_names, download;
  double max_attachments = 5;
  std::size_t max_bytes = 1'024'000;
  bool extended_scan = false, prefer_disposition = true;
};

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto settings = std::make_shared<Settings>();
  struct Pattern {
    std::string_view name, fallback;
    std::optional<Regex>& into;
  };
  const std::array<Pattern, 6> patterns{{
      {"olemacro_skip_ctypes", "^(?:text\\/)", settings->skipped_types},
      {"olemacro_skip_exts", "(?:dotx|potx|ppsx|pptx|sldx)$", settings->skipped_names},
      {"olemacro_macro_exts", "(?:docm|dotm|ppam|potm|ppst|ppsm|pptm|sldm|xlm|xlam|xlsb|xlsm|xltm|xps)$",
       settings->macro_names},
      {"olemacro_exts", "(?:doc|docx|dot|pot|ppa|pps|ppt|rtf|sldm|xl|xla|xls|xlsx|xlt|xltx|xslb)$",
       settings->document_names},
      {"olemacro_zips", "(?:zip)$", settings->archive_names},
      {"olemacro_download_marker", "(?:cmd(?:\\.exe)? \\/c ms\\^h\\^ta ht\\^tps?:\\/\\^\\/)",
       settings->download},
  }};
  for (const Pattern& pattern : patterns) {
    // A pattern of the rules is compiled without /i, and stays so inside `=~ /$re/i`; so do the plugin's own.
    Result<Regex> compiled = Regex::compile(rules.setting(pattern.name, pattern.fallback));
    if (!compiled) return std::unexpected(std::move(compiled.error()));
    pattern.into.emplace(std::move(*compiled));
  }
  const auto number = [&](std::string_view name, double fallback) {
    const std::string_view value = rules.setting(name);
    return value.empty() ? fallback : perl_number(value);
  };
  settings->max_attachments = number("olemacro_num_mime", 5);
  settings->max_bytes =
      static_cast<std::size_t>(std::clamp(number("olemacro_max_file", 1'024'000), 0.0, 1e9));
  settings->extended_scan = number("olemacro_extended_scan", 0) != 0;
  settings->prefer_disposition = number("olemacro_prefer_contentdisposition", 1) != 0;
  return settings;
}

struct Macros {
  bool known = false;
  bool exists = false, malice = false, csv = false, renamed = false, encrypted = false, download = false;
};

bool contains(std::string_view data, std::string_view mark) {
  return data.find(mark) != none;
}

bool is_ole(std::string_view data) {
  return data.starts_with("\xd0\xcf\x11\xe0");
}

// Marks of macros: in OLE files, and of embedded objects in RTF and of macros in flat XML.
bool has_macro(std::string_view data) {
  if (is_ole(data))
    return contains(data, "\0Attribut\0"sv) || contains(data, "\x01\0O\0l\0e\0001\0000\0N\0a\0"sv);
  return contains(data, "\\objemb") || contains(data, "\\objdat") || contains(data, "\\ objdat") ||
         contains(data, "w:macrosPresent=\"yes\"") || contains(data, "vbaProject.bin.rels");
}

// "EncryptedPackage" in UTF-16, without the last byte.
constexpr std::string_view encrypted_package = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e"sv;
constexpr std::string_view workbook = "W\0o\0r\0k\0b\0o\0o\0k\0"sv;

bool is_encrypted(std::string_view data) {
  if (!is_ole(data)) return false;
  if (find_folded(data, "<encryption xmlns") != none) return true;
  const std::string_view head = data.substr(0, 2000);
  if (contains(head, encrypted_package)) return true;
  // The plugin makes spaces of backslashes with a zero behind them, meaning NULs.
  std::string spaced;
  for (std::size_t at = 0; at < head.size(); ++at) {
    const bool escape = head.substr(at).starts_with("\\0");
    spaced += escape ? ' ' : head[at];
    at += escape;
  }
  if (contains(spaced, "E n c r y p t e d P a c k a g e")) return true;
  if (contains(spaced, workbook)) return false;
  const auto byte_is = [&](std::size_t at, char c) { return at < data.size() && data[at] == c; };
  return byte_is(0x208, '\xfe') || byte_is(0x214, '\x2f') || byte_is(0x20b, '\x13');
}

// One attachment on its way through the checks.
class Check {
 public:
  Check(Macros& macros, const Settings& settings, RegexScratch& scratch)
      : macros_(macros), settings_(settings), scratch_(scratch) {}

  // False when there was nothing to check for this name.
  bool run(std::string_view name, std::string_view data) {
    if (ascii::iends_with(name, ".csv")) check_csv(data);
    const auto named = [&](const std::optional<Regex>& pattern) { return pattern->matches(name, scratch_); };
    if (named(settings_.archive_names)) return true;
    if (named(settings_.macro_names)) {
      macros_.exists = true;
      check_encrypted(data);
      check_download(data);
    } else if (named(settings_.document_names)) {
      check_encrypted(data);
      check_macro(data);
      check_download(data);
    } else if (settings_.extended_scan) {
      const bool ole = is_ole(data);
      const bool encrypted = check_encrypted(data);
      const bool macro = check_macro(data);
      if (ole || encrypted || macro) {
        macros_.renamed = true;
        check_download(data);
      }
    } else {
      return false;
    }
    return true;
  }

 private:
  void check_csv(std::string_view data) {
    static const Regex exploit = fixed_pattern("MSEXCEL\\|.{1,20}Windows\\\\System32\\\\cmd\\.exe");
    if (contains(data, "cmd.exe") && exploit.matches(data, scratch_)) macros_.csv = true;
  }
  bool check_encrypted(std::string_view data) {
    const bool encrypted = is_encrypted(data);
    macros_.encrypted = macros_.encrypted || encrypted;
    return encrypted;
  }
  bool check_macro(std::string_view data) {
    static const Regex opens = fixed_pattern("(?:document|auto|workbook)_?open", "i");
    if (!has_macro(data)) return false;
    macros_.exists = true;
    if (opens.matches(data, scratch_)) macros_.malice = true;
    return true;
  }
  void check_download(std::string_view data) {
    static const Regex address = fixed_pattern(
        "\\x00(https?://[-a-z0-9+&@#/%?=~_|!:,.;]{5,1000}[-a-z0-9+&@#/"
        "%=~_|]{5,1000}.(?:exe|cmd|bat))[\\x06|\\x00]",
        "i");
    // The plugin means "contains" and asks "does not start with".
    const bool downloads = !data.starts_with("URLDownloadToFileA") && find_folded(data, "\0http"sv) != none &&
                           address.matches(data, scratch_);
    if (downloads || settings_.download->matches(data, scratch_)) macros_.download = true;
  }

  Macros& macros_;
  const Settings& settings_;
  RegexScratch& scratch_;
};

// m/KEY\s*=\s*["']?([^"';]*)/is without blanks at the end.
std::string_view parameter(std::string_view value, std::string_view key) {
  for (std::size_t at = find_folded(value, key); at != none; at = find_folded(value, key, at + 1)) {
    std::string_view rest = ascii::trim_left(value.substr(at + key.size()));
    if (!rest.starts_with('=')) continue;
    rest = ascii::trim_left(rest.substr(1));
    if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
    return ascii::trim_right(rest.substr(0, rest.find_first_of("\"';")));
  }
  return {};
}

// Util::get_part_details: the attachment's name; empty when the part is not to be looked at.
std::string_view attachment_name(const Part& part, bool prefer_disposition) {
  if (part.find_header("Content-Type") == nullptr) return {};
  const std::string_view encoding = part.header("Content-Transfer-Encoding");
  if (!ascii::iequals(encoding, "base64") && !ascii::iequals(encoding, "quoted-printable")) return {};
  const std::string_view by_type = parameter(part.header("Content-Type"), "name");
  const std::string_view by_disposition = parameter(part.header("Content-Disposition"), "filename");
  if (by_disposition.empty()) return by_type;
  if (by_type.empty() || prefer_disposition || ascii::iequals(by_type, by_disposition)) return by_disposition;
  return by_type;
}

const Macros& macros_of(EvalContext& context) {
  auto& macros = context.state<Macros>();
  if (macros.known) return macros;
  macros.known = true;
  const auto& settings = context.family<Settings>(plugin);
  Check check(macros, settings, context.regex);
  double checked = 0;
  for (const Part* part : context.message.leaves()) {
    if (settings.skipped_types->matches(part->type(), context.regex)) continue;
    const std::string_view name = attachment_name(*part, settings.prefer_disposition);
    if (name.empty() || settings.skipped_names->matches(name, context.regex)) continue;
    std::string_view data = part->decoded();
    if (settings.max_bytes != 0) data = data.substr(0, settings.max_bytes);
    if (data.empty() || !check.run(name, data)) continue;
    checked += 1;
    if (checked >= settings.max_attachments) break;
  }
  return macros;
}

EvalResult check_olemacro(EvalContext& context, const EvalCall&) {
  return macros_of(context).exists;
}
EvalResult check_olemacro_csv(EvalContext& context, const EvalCall&) {
  return macros_of(context).csv;
}
EvalResult check_olemacro_malice(EvalContext& context, const EvalCall&) {
  return macros_of(context).malice;
}
EvalResult check_olemacro_renamed(EvalContext& context, const EvalCall&) {
  return macros_of(context).renamed;
}
EvalResult check_olemacro_encrypted(EvalContext& context, const EvalCall&) {
  return macros_of(context).encrypted;
}
EvalResult check_olemacro_download_exe(EvalContext& context, const EvalCall&) {
  return macros_of(context).download;
}
// What only a ZIP archive can tell.
EvalResult check_in_archive(EvalContext&, const EvalCall&) {
  return false;
}

constexpr std::array entries{
    EvalEntry{"check_olemacro", plugin, check_olemacro},
    EvalEntry{"check_oleobject", plugin, check_in_archive},
    EvalEntry{"check_olertfobject", plugin, check_in_archive},
    EvalEntry{"check_olemacro_csv", plugin, check_olemacro_csv},
    EvalEntry{"check_olemacro_malice", plugin, check_olemacro_malice},
    EvalEntry{"check_olemacro_renamed", plugin, check_olemacro_renamed},
    EvalEntry{"check_olemacro_encrypted", plugin, check_olemacro_encrypted},
    EvalEntry{"check_olemacro_zip_password", plugin, check_in_archive},
    EvalEntry{"check_olemacro_download_exe", plugin, check_olemacro_download_exe},
    EvalEntry{"check_olemacro_redirect_uri", plugin, check_in_archive},
    EvalEntry{"check_olemacro_mhtml_uri", plugin, check_in_archive},
};

}  // namespace

const EvalFamily& ole_macro_family() {
  static const EvalFamily family{plugin, entries, make_settings};
  return family;
}

}  // namespace thresh
