#include "engine/evals/pdf_details.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "engine/base/ascii.h"
#include "engine/evals/patterns.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

constexpr std::size_t none = std::string_view::npos;

class Md5 {
 public:
  Md5() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr);
  }
  void add(std::string_view text) { EVP_DigestUpdate(context_.get(), text.data(), text.size()); }
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, 16> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    std::string text;
    for (const unsigned char byte : digest) {
      text += "0123456789ABCDEF"[byte >> 4];
      text += "0123456789ABCDEF"[byte & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

std::string md5_unless_false(std::string_view text) {
  if (!perl_true(text)) return {};
  Md5 md5;
  md5.add(text);
  return md5.hex();
}

// --- scanning one line ---------------------------------------------------------------------------------

std::string_view take_digits(std::string_view text, std::size_t& at) {
  const std::size_t start = at;
  while (at < text.size() && ascii::is_digit(text[at])) ++at;
  return text.substr(start, at - start);
}

// At most `most` of white space.
std::size_t skip_spaces(std::string_view text, std::size_t at, std::size_t most = none) {
  for (; most > 0 && at < text.size() && ascii::is_space(text[at]); --most) ++at;
  return at;
}

// /^\d+\s+\d+\s+\d+\s+\d+\s+\d+\s+\d+\s+cm$/ : the first and the fourth number.
struct Matrix {
  std::string_view first, fourth;
};
std::optional<Matrix> image_matrix(std::string_view line) {
  Matrix matrix;
  std::size_t at = 0;
  for (int i = 0; i < 6; ++i) {
    const std::string_view number = take_digits(line, at);
    const std::size_t next = skip_spaces(line, at);
    if (number.empty() || next == at) return std::nullopt;
    if (i == 0) matrix.first = number;
    if (i == 3) matrix.fourth = number;
    at = next;
  }
  if (line.substr(at) != "cm") return std::nullopt;
  return matrix;
}

// The number in m/\/Width\s(\d+)\/Height\s(\d+)/, anywhere in the line.
bool find_width_and_height(std::string_view line, std::string_view& width, std::string_view& height) {
  for (std::size_t at = line.find("/Width"); at != none; at = line.find("/Width", at + 1)) {
    std::size_t here = at + 6;
    if (here >= line.size() || !ascii::is_space(line[here])) continue;
    ++here;
    width = take_digits(line, here);
    if (width.empty() || !line.substr(here).starts_with("/Height")) continue;
    here += 7;
    if (here >= line.size() || !ascii::is_space(line[here])) continue;
    ++here;
    height = take_digits(line, here);
    if (!height.empty()) return true;
  }
  return false;
}

// Strings of one line. Once there is no closing mark behind one place there is none behind a later one, so
// the search for it happens at most once in vain.
class Strings {
 public:
  explicit Strings(std::string_view line) : line_(line) {}

  // ( \( .*? (?<!\\) \) | < [^>]* > ) at `at`; empty when there is none.
  std::string_view at(std::size_t at) {
    if (at >= line_.size()) return {};
    if (line_[at] == '<' && angle_ends_) {
      const std::size_t end = line_.find('>', at + 1);
      angle_ends_ = end != none;
      return angle_ends_ ? line_.substr(at, end - at + 1) : std::string_view();
    }
    if (line_[at] != '(' || !parenthesis_ends_) return {};
    for (std::size_t end = line_.find(')', at + 1); end != none; end = line_.find(')', end + 1))
      if (line_[end - 1] != '\\') return line_.substr(at, end - at + 1);
    parenthesis_ends_ = false;
    return {};
  }

  // The string behind the first "/NAME" that has one, with up to two blanks between.
  std::string_view after(std::string_view name) {
    for (std::size_t at = line_.find(name); at != none; at = line_.find(name, at + 1)) {
      const std::string_view found = this->at(skip_spaces(line_, at + name.size(), 2));
      if (!found.empty()) return found;
    }
    return {};
  }

 private:
  std::string_view line_;
  bool angle_ends_ = true, parenthesis_ends_ = true;
};

// "/Name (D:20240131...": the digits.
std::string_view date_after(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != none; at = line.find(name, at + 1)) {
    std::size_t here = skip_spaces(line, at + name.size(), 2);
    if (!line.substr(here).starts_with("(D:")) continue;
    here += 3;
    const std::string_view digits = take_digits(line, here);
    if (!digits.empty()) return digits;
  }
  return {};
}

// Where a URI stands in the line, in the first of its two forms or in the second.
struct UriPlace {
  std::string_view string;   // a PDF string behind /URI
  std::string_view address;  // https?://... between ( and )>>
};

// (?:\/S\s{0,2}\/URI\s{0,2}|^\s*)\/URI\s{0,2}STRING
std::string_view uri_string_at(std::string_view line, std::size_t at, Strings& strings) {
  if (line.substr(at).starts_with("/S")) {
    std::size_t here = skip_spaces(line, at + 2, 2);
    if (line.substr(here).starts_with("/URI")) {
      here = skip_spaces(line, here + 4, 2);
      if (line.substr(here).starts_with("/URI")) {
        const std::string_view found = strings.at(skip_spaces(line, here + 4, 2));
        if (!found.empty()) return found;
      }
    }
  }
  if (at != 0) return {};
  const std::size_t here = skip_spaces(line, 0);
  if (!line.substr(here).starts_with("/URI")) return {};
  return strings.at(skip_spaces(line, here + 4, 2));
}

// \((https?:\/\/.{8,256})\)>>
constexpr std::size_t shortest_address = 8;
constexpr std::size_t longest_address = 256;
std::string_view address_at(std::string_view line, std::size_t at) {
  if (line[at] != '(') return {};
  const std::string_view rest = line.substr(at + 1);
  const std::size_t scheme = rest.starts_with("http://") ? 7 : rest.starts_with("https://") ? 8 : 0;
  if (scheme == 0) return {};
  const std::string_view window = rest.substr(0, scheme + longest_address + 3);
  const std::size_t end = window.rfind(")>>");
  if (end == none || end < scheme + shortest_address) return {};
  return rest.substr(0, end);
}

UriPlace find_uri(std::string_view line) {
  Strings strings(line);
  std::size_t close = line.find(")>>");
  // At the head of the line, perhaps behind blanks, and then wherever the first characters of either form
  // stand.
  for (std::size_t at = 0; at < line.size();) {
    if (const std::string_view found = uri_string_at(line, at, strings); !found.empty()) return {found, {}};
    if (close < at) close = line.find(")>>", at);
    if (close != none && close - at < longest_address + 16)
      if (const std::string_view found = address_at(line, at); !found.empty()) return {{}, found};
    do {
      at = line.find_first_of("/(", at + 1);
    } while (at != none && !line.substr(at).starts_with("/S") && !line.substr(at).starts_with("(http"));
    if (at == none) break;
  }
  return {};
}

// --- the whole file ------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(PdfDetails& details) : details_(details) {}

  void read_line(std::string_view line) {
    line = collect_fuzzy(line);
    if (line.find("/Image") != none) got_image_ = true;
    if (line.starts_with("/Encrypt")) details_.encrypted = true;
    if (got_image_) read_image(line);
    if (line.find('/') == none) return;
    read_tag(line);
    if (read_uri(line)) read_properties(line);
  }

  void finish() {
    if (total_height_ != 0 && total_width_ != 0)
      details_.dimensions.push_back(perl_text(total_height_) + "x" + perl_text(total_width_));
    details_.fuzzy_md5 = md5_unless_false(fuzzy_);
    details_.tags_md5 = md5_unless_false(tags_);
  }

 private:
  // The beginning of the file without what differs from mail to mail. Returns the line as later steps see it.
  std::string_view collect_fuzzy(std::string_view line) {
    constexpr int lines = 70;
    if (fuzzy_ended_ || ++line_count_ >= lines) return line;
    const bool varies = line.starts_with('%') || line.starts_with("/Height") || line.starts_with("/Width") ||
                        line.starts_with("/MediaBox") || line.starts_with("/CropBox") || image_matrix(line);
    if (!varies) {
      line = ascii::trim_right(line);
      fuzzy_ += line;
    }
    if (line.find("stream") != none) fuzzy_ended_ = true;
    return line;
  }

  void read_image(std::string_view line) {
    std::string_view width;
    std::string_view height;
    if (const std::optional<Matrix> matrix = image_matrix(line)) {
      width = matrix->first;
      height = matrix->fourth;
    } else if (is_number_line(line, "/Width") || is_number_line(line, "/Height") ||
               !find_width_and_height(line, width, height)) {
      // PDFInfo does not carry one over to the line that has the other.
      return;
    }
    if (!perl_true(width) || !perl_true(height)) return;
    fuzzy_ended_ = true;
    got_image_ = false;
    details_.images += 1;
    details_.pixels += perl_number(width) * perl_number(height);
    total_height_ += perl_number(height);
    total_width_ += perl_number(width);
    details_.dimensions.push_back(std::string(height) + "x" + std::string(width));
  }

  // /^\/Width\s(\d+)/
  static bool is_number_line(std::string_view line, std::string_view name) {
    return line.starts_with(name) && line.size() > name.size() + 1 && ascii::is_space(line[name.size()]) &&
           ascii::is_digit(line[name.size() + 1]);
  }

  void read_tag(std::string_view line) {
    if (line.front() != '/') return;
    for (std::size_t at = 1; at < line.size() && ascii::is_alpha(line[at]); ++at) tags_ += line[at];
  }

  // False when the rest of the line is not to be read: something looked like a URI and is none.
  bool read_uri(std::string_view line) {
    constexpr std::size_t most_uris = 20;  // PDFInfo.pm's own bound
    if (details_.uris.size() >= most_uris) return true;
    const UriPlace place = find_uri(line);
    if (place.string.empty() && place.address.empty()) return true;
    const auto has_dot = [](std::string_view text) { return text.find('.') != none && text.find('.') != 0; };
    std::string location;
    if (!place.string.empty()) {
      if (!has_dot(place.string)) return false;
      location = pdf_string(place.string);
    } else {
      location = pdf_string(place.address);
    }
    if (!has_dot(location) || location.find('\0') != none) return false;
    if (std::ranges::find(details_.uris, location) == details_.uris.end())
      details_.uris.push_back(std::move(location));
    return true;
  }

  void read_properties(std::string_view line) {
    const auto string = [&](std::string_view key, std::string_view name) {
      if (line.find(key) == none) return;
      const std::string_view found = Strings(line).after(key);
      if (!found.empty()) details_.properties.push_back({name, pdf_string(found)});
    };
    const auto date = [&](std::string_view key, std::string_view name) {
      const std::string_view found = date_after(line, key);
      if (!found.empty()) details_.properties.push_back({name, pdf_string(found)});
    };
    string("/Author", "author");
    string("/Creator", "creator");
    date("/CreationDate", "created");
    date("/ModDate", "modified");
    string("/Producer", "producer");
    string("/Title", "title");
  }

  PdfDetails& details_;
  bool fuzzy_ended_ = false, got_image_ = false;
  int line_count_ = 0;
  double total_height_ = 0, total_width_ = 0;
  std::string fuzzy_, tags_;
};

// /^.{0,1024}\%PDF\-(\d\.\d)/s, the last such place.
std::string_view find_version(std::string_view data) {
  constexpr std::size_t farthest = 1024;
  constexpr std::string_view magic = "%PDF-";
  for (std::size_t at = data.rfind(magic, farthest); at != none;
       at = at == 0 ? none : data.rfind(magic, at - 1)) {
    const std::string_view version = data.substr(at + magic.size(), 3);
    if (version.size() == 3 && ascii::is_digit(version[0]) && version[1] == '.' &&
        ascii::is_digit(version[2]))
      return version;
  }
  return {};
}

// s/\x00//g if (s/^(?:\xfe\xff|\xff\xfe)//)
void strip_utf16(std::string& text) {
  if (!text.starts_with("\xfe\xff") && !text.starts_with("\xff\xfe")) return;
  text.erase(0, 2);
  std::erase(text, '\0');
}

bool is_octal(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '7'; };
  return text.size() == 3 && text[0] >= '0' && text[0] <= '3' && digit(text[1]) && digit(text[2]);
}

}  // namespace

std::string pdf_string(std::string_view written) {
  constexpr std::size_t longest_string = 256;  // PDFInfo.pm's own bound
  std::string text;
  if (written.starts_with('<')) {
    for (std::size_t at = 0; at + 1 < written.size();) {
      if (!ascii::is_xdigit(written[at]) || !ascii::is_xdigit(written[at + 1])) {
        ++at;
        continue;
      }
      text += static_cast<char>(ascii::hex_value(written[at]) * 16 + ascii::hex_value(written[at + 1]));
      at += 2;
    }
    strip_utf16(text);
  } else {
    if (written.starts_with('(')) written.remove_prefix(1);
    if (written.ends_with(')')) written.remove_suffix(1);
    // (?<!\\)\\([0-3][0-7][0-7]): the byte before is looked at as it is written.
    for (std::size_t at = 0; at < written.size();) {
      const std::string_view octal = written.substr(at + 1, 3);
      if (written[at] == '\\' && (at == 0 || written[at - 1] != '\\') && is_octal(octal)) {
        text += static_cast<char>((octal[0] - '0') * 64 + (octal[1] - '0') * 8 + (octal[2] - '0'));
        at += 4;
      } else {
        text += written[at++];
      }
    }
    strip_utf16(text);
    // \( \) \\ stand for themselves.
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const bool escapes = text[at] == '\\' && at + 1 < text.size() &&
                           (text[at + 1] == '(' || text[at + 1] == ')' || text[at + 1] == '\\');
      plain += text[escapes ? ++at : at];
    }
    text = std::move(plain);
  }
  if (text.size() > longest_string) text.resize(longest_string);
  return text;
}

bool read_pdf(std::string_view data, PdfDetails& details) {
  if (data.starts_with("\xef\xbb\xbf")) data.remove_prefix(3);
  details.version = find_version(data);
  if (details.version.empty()) return false;
  Reader reader(details);
  for (std::size_t at = 0; at < data.size();) {
    const std::size_t newline = data.find('\n', at);
    const std::size_t end = newline == none ? data.size() : newline;
    if (end > at) reader.read_line(data.substr(at, end - at));
    at = end + 1;
  }
  reader.finish();
  details.md5 = md5_unless_false(data);
  return true;
}

}  // namespace thresh
