// Mail::SpamAssassin::Plugin::AntiVirus: attachments that run on Windows, and names that belie the declared
// type.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/mime_census.h"
#include "engine/evals/perl_values.h"
#include "engine/message/content_type.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;

struct Attachments {
  bool known = false;
  bool executable = false;
  bool suspect_name = false;
};

// Extensions that Windows runs.
constexpr auto executable_extensions = std::to_array<std::string_view>(
    {"ade", "adp", "asx", "bas", "bat", "chm", "cmd", "com", "cpl", "crt", "dll",  "exe", "hlp", "hta",
     "inf", "ins", "isp", "js",  "jse", "lnk", "mda", "mdb", "mde", "mdt", "mdw",  "mdz", "msc", "msi",
     "msp", "mst", "nws", "ops", "pcd", "pif", "prf", "reg", "scf", "scr", "scr?", "sct", "shb", "shs",
     "shm", "swf", "url", "vb",  "vbe", "vbs", "vbx", "vxd", "wsc", "wsf", "wsh"});

bool has_executable_extension(std::string_view name) {
  if (name.ends_with('\n')) name.remove_suffix(1);
  const std::size_t dot = name.rfind('.');
  return dot != none &&
         std::ranges::find(executable_extensions, name.substr(dot + 1)) != executable_extensions.end();
}

// The base64 of a DOS executable's head: /^TV[opqr].A..[AB].[AQgw][A-H].A/
bool is_encoded_executable(std::string_view line) {
  constexpr std::size_t length = 13;
  if (line.size() < length || line.substr(0, length).find('\n') != none || !line.starts_with("TV"))
    return false;
  const auto in = [&](std::size_t at, std::string_view set) { return set.find(line[at]) != none; };
  return in(2, "opqr") && line[4] == 'A' && in(7, "AB") && in(9, "AQgw") && in(10, "ABCDEFGH") &&
         line[12] == 'A';
}

// The same uuencoded: /^M35[GHIJK].`..`..*````/
bool is_uuencoded_executable(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() < 14 || !line.starts_with("M35") || line[3] < 'G' || line[3] > 'K') return false;
  return line[5] == '`' && line[8] == '`' && line.substr(10).find("````") != none;
}

// /^(?:txt|[px]?html?|xml)$/
bool is_text_extension(std::string_view extension) {
  static constexpr std::array<std::string_view, 8> names{"txt",  "xml",   "htm",  "html",
                                                         "phtm", "phtml", "xhtm", "xhtml"};
  return std::ranges::find(names, extension) != names.end();
}

bool starts_with_any(std::string_view type, std::span<const std::string_view> prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view prefix) { return type.starts_with(prefix); });
}

bool belies(std::string_view extension, std::string_view type) {
  static constexpr std::array<std::string_view, 10> texts{
      "text/plain", "text/htm", "text/phtm",     "text/xhtm",     "text/english",
      "text/sgml",  "text/xml", "text/enriched", "text/richtext", "message/external-body"};
  static constexpr std::array<std::string_view, 6> images{"jpg", "jpeg", "tif", "tiff", "gif", "png"};
  static constexpr std::array<std::string_view, 2> image_types{"image/", "application/mac-binhex"};
  static constexpr std::array<std::string_view, 7> programs{"bat", "com", "exe", "pif", "scr", "swf", "vbs"};
  const auto is_in = [&](const auto& names) { return std::ranges::find(names, extension) != names.end(); };
  const bool application = type.starts_with("application/");
  if (is_text_extension(extension)) return !starts_with_any(type, texts);
  if (is_in(images)) return !starts_with_any(type, image_types);
  if (extension == "vcf") return type != "text/vcard";
  if (is_in(programs)) return !application;
  if (extension == "doc") return !(application && type.ends_with("word"));
  if (extension == "ppt") return !(application && (type.ends_with("powerpoint") || type.ends_with("ppt")));
  if (extension == "xls") return !(application && type.ends_with("excel"));
  return false;
}

// `$ctype =~ s@/(x-|vnd\.)@/@`
std::string plain_type(std::string_view type) {
  std::string result(type);
  for (std::size_t slash = result.find('/'); slash != none; slash = result.find('/', slash + 1)) {
    const std::string_view rest = std::string_view(result).substr(slash + 1);
    const std::size_t extra = rest.starts_with("x-") ? 2 : rest.starts_with("vnd.") ? 4 : 0;
    if (extra == 0) continue;
    result.erase(slash + 1, extra);
    break;
  }
  return result;
}

bool is_executable(const Part& part, std::string_view name, std::string_view type) {
  if (perl_true(name) && has_executable_extension(name)) return true;
  const bool base64 = ascii::ifind(part.header("Content-Transfer-Encoding"), "base64") != none;
  if (base64 && is_encoded_executable(part.raw().substr(0, part.raw().find('\n')))) return true;
  bool found = false;
  if (starts_with_word(type, "text"))
    each_raw_line(part, [&](std::string_view line) { found = found || is_uuencoded_executable(line); });
  return found;
}

const Attachments& attachments_of(EvalContext& context) {
  auto& found = context.state<Attachments>();
  if (found.known) return found;
  found.known = true;
  for (const Part* part : context.message.leaves()) {
    const ContentType declared = parse_content_type(content_type_field(*part), context.message.arena());
    const std::string name = ascii::lower(declared.name.value_or(""));
    found.executable = found.executable || is_executable(*part, name, declared.type);
    if (perl_true(name) && declared.type != "application/octet-stream") {
      const std::size_t dot = name.rfind('.');
      const std::string_view extension = dot == none ? name : std::string_view(name).substr(dot + 1);
      found.suspect_name = found.suspect_name || belies(extension, plain_type(declared.type));
    }
  }
  return found;
}

EvalResult check_microsoft_executable(EvalContext& context, const EvalCall&) {
  return attachments_of(context).executable;
}

EvalResult check_suspect_name(EvalContext& context, const EvalCall&) {
  return attachments_of(context).suspect_name;
}

constexpr std::string_view plugin = "AntiVirus";
constexpr std::array entries{
    EvalEntry{"check_microsoft_executable", plugin, check_microsoft_executable},
    EvalEntry{"check_suspect_name", plugin, check_suspect_name},
};

}  // namespace

const EvalFamily& antivirus_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

}  // namespace thresh
