#include "corpus/mail_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/base/ascii.h"

namespace thresh {
namespace {

namespace fs = std::filesystem;

// How deep folders may lie in each other, and how deep lists may name lists: enough for any mail store, and an end to
// links that turn in circles.
constexpr int max_depth = 32;

std::string reason() { return std::strerror(errno); }

// Offsets of the messages of an mbox: one for a plain message.
Result<std::vector<std::size_t>> message_offsets(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("cannot be read: " + reason(), path);
  std::vector<std::size_t> offsets{0};
  std::array<char, 5> head{};
  in.read(head.data(), head.size());
  if (in.gcount() < 5 || std::string_view(head.data(), 5) != "From ") return offsets;
  in.seekg(0);

  std::string line;
  std::size_t at = 0;
  bool after_blank = false;
  bool first = true;
  while (std::getline(in, line)) {
    const std::size_t next = at + line.size() + 1;
    if (line.ends_with('\r')) line.pop_back();
    if (!first && after_blank && is_mbox_from_line(line)) offsets.push_back(at);
    if (first && !is_mbox_from_line(line)) return offsets;  // a message whose envelope line is not mbox's
    after_blank = line.empty();
    first = false;
    at = next;
  }
  return offsets;
}

class Finder {
 public:
  explicit Finder(MailSources& found) : found_(found) {}

  void path(const std::string& path, int depth) {
    if (path == "-") {
      found_.messages.push_back({.path = "-", .name = "-"});
      return;
    }
    if (path.size() > 1 && path[0] == '@') {
      list(path.substr(1), depth);
      return;
    }
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (error || !fs::exists(status)) {
      found_.errors.push_back({.what = "cannot be read: " + (error ? error.message() : "no such file"), .where = path, .remedy = {}});
    } else if (fs::is_directory(status)) {
      directory(path, depth);
    } else if (fs::is_regular_file(status)) {
      file(path);
    } else {
      found_.errors.push_back({.what = "is neither a file nor a directory", .where = path, .remedy = {}});
    }
  }

 private:
  void list(const std::string& path, int depth) {
    std::ifstream in(path);
    if (!in || depth >= max_depth) {
      found_.errors.push_back({.what = in ? "lists name each other too deeply" : "cannot be read: " + reason(), .where = "@" + path, .remedy = {}});
      return;
    }
    std::string line;
    while (std::getline(in, line)) {
      const std::string_view name = ascii::trim(line);
      if (!name.empty()) this->path(std::string(name), depth + 1);
    }
  }

  void directory(const std::string& path, int depth) {
    if (depth >= max_depth) {
      found_.errors.push_back({.what = "folders lie too deep", .where = path, .remedy = "links that turn in circles?"});
      return;
    }
    std::error_code error;
    if (fs::is_directory(fs::path(path) / "cur", error) && fs::is_directory(fs::path(path) / "new", error)) {
      entries((fs::path(path) / "cur").string(), depth + 1);
      entries((fs::path(path) / "new").string(), depth + 1);
      return;
    }
    entries(path, depth);
  }

  void entries(const std::string& path, int depth) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      std::string name = it->path().filename().string();
      if (!name.starts_with('.')) names.push_back(std::move(name));
    }
    if (error) found_.errors.push_back({.what = "cannot be read: " + error.message(), .where = path, .remedy = {}});
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) this->path((fs::path(path) / name).string(), depth + 1);
  }

  void file(const std::string& path) {
    auto offsets = message_offsets(path);
    if (!offsets) {
      found_.errors.push_back(offsets.error());
      return;
    }
    for (std::size_t i = 0; i < offsets->size(); ++i) {
      MailSource source{.path = path, .name = path, .offset = (*offsets)[i]};
      if (offsets->size() > 1) source.name += "#" + std::to_string(i + 1);
      if (i + 1 < offsets->size()) source.size = (*offsets)[i + 1] - (*offsets)[i];
      found_.messages.push_back(std::move(source));
    }
  }

  MailSources& found_;
};

bool is_one_of(std::string_view word, std::string_view list) {
  return word.size() == 3 && list.find(word) != std::string_view::npos;
}

}  // namespace

bool is_mbox_from_line(std::string_view line) {
  if (!line.starts_with("From ")) return false;
  // The sender may hold anything; what follows it is a date in asctime's form.
  std::array<std::string_view, 8> words;
  std::size_t count = 0;
  for (std::string_view rest = ascii::trim(line); !rest.empty() && count < words.size();) {
    // The last eight words are kept: a sender with spaces in it is rare, and harmless.
    const std::size_t cut = rest.find_last_of(" \t");
    words[count++] = cut == std::string_view::npos ? rest : rest.substr(cut + 1);
    rest = cut == std::string_view::npos ? std::string_view() : ascii::trim_right(rest.substr(0, cut));
  }
  const auto is_number = [](std::string_view s, std::size_t least, std::size_t most) {
    return s.size() >= least && s.size() <= most && std::all_of(s.begin(), s.end(), ascii::is_digit);
  };
  const auto is_time = [](std::string_view s) {
    return s.size() >= 4 && s.size() <= 8 && s.find(':') != std::string_view::npos &&
           std::all_of(s.begin(), s.end(), [](char c) { return ascii::is_digit(c) || c == ':'; });
  };
  // From the end: [zone] year, or year [zone]; then time, day, month, weekday.
  for (std::size_t skip = 0; skip < 2 && skip + 5 < count; ++skip) {
    std::size_t i = skip;
    if (!is_number(words[i], 4, 4)) continue;
    ++i;
    if (!is_time(words[i])) ++i;  // a zone between time and year
    if (i + 3 < count && is_time(words[i]) && is_number(words[i + 1], 1, 2) &&
        is_one_of(words[i + 2], "JanFebMarAprMayJunJulAugSepOctNovDec") && is_one_of(words[i + 3], "MonTueWedThuFriSatSun"))
      return true;
  }
  return false;
}

MailSources find_mail(std::span<const std::string> paths) {
  MailSources found;
  Finder finder(found);
  for (const std::string& path : paths) finder.path(path, 0);
  return found;
}

Result<std::string> read_mail(const MailSource& source, std::size_t max_size) {
  std::string bytes;
  if (source.path == "-") {
    bytes.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream in(source.path, std::ios::binary);
    if (!in) return fail("cannot be read: " + reason(), source.name);
    in.seekg(0, std::ios::end);
    const auto end = static_cast<std::size_t>(in.tellg());
    const std::size_t size = source.size != 0 ? source.size : end - std::min(end, source.offset);
    if (size > max_size)
      return fail("is larger than " + std::to_string(max_size) + " bytes", source.name, "raise scan.max_message_size");
    in.seekg(static_cast<std::streamoff>(source.offset));
    bytes.resize(size);
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (bytes.starts_with("From ")) {
    const std::size_t line_end = bytes.find('\n');
    bytes.erase(0, line_end == std::string::npos ? bytes.size() : line_end + 1);
  }
  if (bytes.empty()) return fail("is empty", source.name);
  return bytes;
}

}  // namespace thresh
