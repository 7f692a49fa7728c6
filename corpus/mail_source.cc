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

// How deep folders may lie in each other, and how deep lists may name lists: enough for any mail store.
constexpr int max_depth = 32;

std::string reason() {
  return std::strerror(errno);
}

// Bytes of a line that are looked at: a `From ` line is far shorter, and a file that is one line must not be
// kept in memory.
constexpr std::size_t longest_from_line = 4096;
constexpr std::size_t read_at_once = std::size_t{64} << 10;

// Takes an mbox in pieces of any size and finds where its messages begin.
class MboxLines {
 public:
  void take(std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t end = piece.find('\n');
      const std::string_view more = piece.substr(0, end);
      line_.append(more.substr(0, longest_from_line - line_.size()));
      length_ += more.size();
      if (end == std::string_view::npos) return;
      end_line();
      piece.remove_prefix(end + 1);
    }
  }
  // Once everything is taken. One offset for what is no mbox.
  [[nodiscard]] std::vector<std::size_t> finish() {
    if (length_ > 0) end_line();
    return std::move(offsets_);
  }
  // The first line is not mbox's: nothing that follows matters.
  [[nodiscard]] bool is_plain() const { return plain_; }

 private:
  void end_line() {
    const std::size_t next = at_ + length_ + 1;
    if (line_.ends_with('\r')) line_.pop_back();
    if (at_ == 0)
      plain_ = !is_mbox_from_line(line_);
    else if (!plain_ && after_blank_ && is_mbox_from_line(line_))
      offsets_.push_back(at_);
    after_blank_ = line_.empty();
    at_ = next;
    length_ = 0;
    line_.clear();
  }

  std::vector<std::size_t> offsets_{0};
  std::string line_;        // its first bytes
  std::size_t length_ = 0;  // all its bytes
  std::size_t at_ = 0;      // where it begins
  bool after_blank_ = false, plain_ = false;
};

// Offsets of the messages of an mbox: one for a plain message.
Result<std::vector<std::size_t>> file_offsets(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail("cannot be read: " + reason(), path);
  std::vector<char> buffer(read_at_once);
  MboxLines lines;
  bool first = true;
  for (;; first = false) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (first && !piece.starts_with("From ")) return std::vector<std::size_t>{0};
    if (piece.empty() || lines.is_plain()) return lines.finish();
    lines.take(piece);
  }
}

class Finder {
 public:
  explicit Finder(MailSources& found) : found_(found) {}

  // A path that somebody named: it must lead to mail, or to trouble that is said.
  void named(const std::string& path, int depth) {
    const std::size_t before = found_.messages.size() + found_.errors.size();
    this->path(path, depth);
    if (found_.messages.size() + found_.errors.size() == before)
      found_.errors.push_back({.what = path.starts_with('@') ? "names no path" : "holds no message",
                               .where = path,
                               .remedy = {}});
  }

 private:
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
      found_.errors.push_back({.what = "cannot be read: " + (error ? error.message() : "no such file"),
                               .where = path,
                               .remedy = {}});
    } else if (fs::is_directory(status)) {
      directory(path, depth);
    } else if (fs::is_regular_file(status)) {
      file(path);
    } else {
      found_.errors.push_back({.what = "is neither a file nor a directory", .where = path, .remedy = {}});
    }
  }

  // False, and an error, where the list or folder is one of those that are being read: two links that turn in
  // circles would otherwise double the work at every turn.
  bool enter(const std::string& path, const std::string& shown, int depth) {
    std::error_code error;
    std::string real = fs::weakly_canonical(path, error).string();
    if (depth >= max_depth || std::ranges::find(open_, real) != open_.end()) {
      found_.errors.push_back({.what = depth >= max_depth ? "lies too deep" : "contains itself",
                               .where = shown,
                               .remedy = "remove the link or the line that leads back"});
      return false;
    }
    open_.push_back(std::move(real));
    return true;
  }

  void list(const std::string& path, int depth) {
    const std::string shown = "@" + path;
    std::error_code error;
    if (fs::is_directory(path, error)) {
      found_.errors.push_back(
          {.what = "is a directory, not a list of paths", .where = shown, .remedy = "leave out the @"});
      return;
    }
    std::ifstream in(path);
    if (!in) {
      found_.errors.push_back({.what = "cannot be read: " + reason(), .where = shown, .remedy = {}});
      return;
    }
    if (!enter(path, shown, depth)) return;
    std::string line;
    while (std::getline(in, line)) {
      const std::string_view name = ascii::trim(line);
      if (!name.empty()) this->named(std::string(name), depth + 1);
    }
    open_.pop_back();
  }

  void directory(const std::string& path, int depth) {
    if (!enter(path, path, depth)) return;
    std::error_code error;
    if (fs::is_directory(fs::path(path) / "cur", error) && fs::is_directory(fs::path(path) / "new", error)) {
      entries((fs::path(path) / "cur").string(), depth + 1);
      entries((fs::path(path) / "new").string(), depth + 1);
    } else {
      entries(path, depth);
    }
    open_.pop_back();
  }

  void entries(const std::string& path, int depth) {
    std::vector<std::string> names;
    std::error_code error;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      std::string name = it->path().filename().string();
      if (!name.starts_with('.')) names.push_back(std::move(name));
    }
    if (error)
      found_.errors.push_back({.what = "cannot be read: " + error.message(), .where = path, .remedy = {}});
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) this->path((fs::path(path) / name).string(), depth + 1);
  }

  void file(const std::string& path) {
    auto offsets = file_offsets(path);
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
  std::vector<std::string> open_;  // lists and folders being read, as they really lie
};

bool is_one_of(std::string_view word, std::string_view list) {
  return word.size() == 3 && list.find(word) != std::string_view::npos;
}

}  // namespace

std::vector<std::size_t> mbox_offsets(std::string_view text) {
  if (!text.starts_with("From ")) return {0};
  MboxLines lines;
  lines.take(text);
  return lines.finish();
}

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
        is_one_of(words[i + 2], "JanFebMarAprMayJunJulAugSepOctNovDec") &&
        is_one_of(words[i + 3], "MonTueWedThuFriSatSun"))
      return true;
  }
  return false;
}

MailSources find_mail(std::span<const std::string> paths) {
  MailSources found;
  Finder finder(found);
  for (const std::string& path : paths) finder.named(path, 0);
  return found;
}

Result<std::string> read_mail(const MailSource& source, std::size_t max_size) {
  const auto too_large = [&] {
    return fail("is larger than " + std::to_string(max_size) + " bytes", source.name,
                "raise scan.max_message_size");
  };
  std::string bytes;
  if (source.path == "-") {
    while (std::cin && bytes.size() <= max_size) {
      const std::size_t had = bytes.size();
      bytes.resize(had + read_at_once);
      std::cin.read(bytes.data() + had, read_at_once);
      bytes.resize(had + static_cast<std::size_t>(std::cin.gcount()));
    }
    if (bytes.size() > max_size) return too_large();
  } else {
    std::ifstream in(source.path, std::ios::binary);
    if (!in) return fail("cannot be read: " + reason(), source.name);
    in.seekg(0, std::ios::end);
    const std::streamoff end = in.tellg();
    if (end < 0) return fail("cannot be read: " + reason(), source.name);
    const std::size_t rest =
        static_cast<std::size_t>(end) - std::min(static_cast<std::size_t>(end), source.offset);
    // The file may have shrunk since it was looked through.
    const std::size_t size = source.size != 0 ? std::min(source.size, rest) : rest;
    if (size > max_size) return too_large();
    in.seekg(static_cast<std::streamoff>(source.offset));
    bytes.resize(size);
    in.read(bytes.data(), static_cast<std::streamsize>(size));
    if (in.bad() || (size > 0 && in.gcount() == 0)) return fail("cannot be read: " + reason(), source.name);
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
