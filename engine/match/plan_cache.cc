// The file: "THRMATCH", the key, the SHA-256 of what follows; then the sets of bytes that occur, then for
// each group the number of its patterns and for each pattern its requirement. Numbers are in the machine's
// order (the key knows the platform).
#include "engine/match/plan_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <type_traits>

#include "engine/match/hyperscan.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace thresh {
namespace {

// Raised whenever analysis, choice or layout change.
constexpr std::uint32_t format_version = 9;
constexpr std::string_view magic = "THRMATCH";
constexpr std::size_t digest_size = 32;
constexpr std::size_t head_size = magic.size() + 2 * digest_size;

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context_); }
  void add(const void* data, std::size_t size) { EVP_DigestUpdate(context_, data, size); }
  void add(std::string_view text) {
    const std::uint64_t size = text.size();
    add(&size, sizeof size);
    add(text.data(), text.size());
  }
  void add(std::uint32_t number) { add(&number, sizeof number); }
  PlanKey finish() {
    PlanKey key{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, key.data(), &size);
    return key;
  }

 private:
  EVP_MD_CTX* context_;
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Only we or root may own what we trust, and only the owner may write it.
bool is_ours(const struct stat& status) {
  return (status.st_uid == ::geteuid() || status.st_uid == 0) && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::string file_name(const PlanKey& key) {
  std::string name = "match-";
  for (std::uint8_t byte : key) name += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return name + ".plan";
}

class Writer {
 public:
  void number(std::uint32_t value) { bytes(&value, sizeof value); }
  void bytes(const void* data, std::size_t size) { text_.append(static_cast<const char*>(data), size); }
  [[nodiscard]] std::string& text() { return text_; }

 private:
  std::string text_;
};

// Every read checks what is left; after a failure everything reads as zero and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool bytes(void* to, std::size_t size) {
    // Behind a failure there is no text, not even for no bytes.
    if (!ok_ || size > text_.size()) {
      ok_ = false;
      text_ = {};
      std::memset(to, 0, size);
      return false;
    }
    std::memcpy(to, text_.data(), size);
    text_.remove_prefix(size);
    return true;
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    bytes(&value, sizeof value);
    return value;
  }
  // A count of things that take at least `each` bytes.
  std::uint32_t count(std::size_t each) {
    const std::uint32_t n = number();
    if (n > text_.size() / each) {
      ok_ = false;
      text_ = {};
      return 0;
    }
    return n;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
  bool ok_ = true;
};

std::string serialize(const MatchPlan& plan) {
  Writer out;
  out.number(static_cast<std::uint32_t>(plan.sets.size()));
  for (const ByteSet& set : plan.sets) out.bytes(&set, sizeof set);
  out.number(static_cast<std::uint32_t>(plan.groups.size()));
  for (const auto& group : plan.groups) {
    out.number(static_cast<std::uint32_t>(group.size()));
    for (const PatternPlan& pattern : group) {
      out.number(pattern ? 1 : 0);
      if (!pattern) continue;
      out.number(pattern->least_before);
      out.number(pattern->most_before);
      out.number(pattern->times);
      out.number(pattern->run_length);
      out.number(pattern->run_set);
      out.number(static_cast<std::uint32_t>(pattern->windows.size()));
      for (const PlannedWindow& window : pattern->windows) out.bytes(&window, sizeof window);
    }
  }
  for (const std::string& database : plan.databases) {
    out.number(static_cast<std::uint32_t>(database.size()));
    out.bytes(database.data(), database.size());
  }
  return std::move(out.text());
}

// The filter trusts what it is given, so nothing is taken that does not fit together.
bool is_sound(const PlannedWindow& window, const std::vector<ByteSet>& sets) {
  constexpr std::size_t gram_size = 4;
  // The filter spells out at most so many once case is folded away, which may hide two bytes at each place.
  constexpr std::size_t most_spellings = limits::spellings << gram_size;
  if (window.size == 0 || window.size > max_checked) return false;
  for (std::size_t i = 0; i < window.size; ++i)
    if (window.sets[i] >= sets.size()) return false;
  if (window.gram == PlannedWindow::no_gram) return true;
  if (window.gram + gram_size > std::min<std::size_t>(window.size, max_window)) return false;
  std::size_t spellings = 1;
  for (std::size_t i = window.gram; i < window.gram + gram_size; ++i)
    spellings *= std::max<std::size_t>(1, static_cast<std::size_t>(sets[window.sets[i]].size()));
  return spellings <= most_spellings;
}

}  // namespace

std::optional<MatchPlan> parse_plan(std::string_view text, std::span<const PatternGroup> groups) {
  static_assert(std::is_trivially_copyable_v<PlannedWindow> && std::is_trivially_copyable_v<ByteSet>);
  Reader in(text);
  MatchPlan plan;
  plan.sets.resize(in.count(sizeof(ByteSet)));
  for (ByteSet& set : plan.sets) in.bytes(&set, sizeof set);
  if (in.number() != groups.size()) return std::nullopt;
  plan.groups.resize(groups.size());
  for (std::size_t g = 0; g < groups.size() && in.ok(); ++g) {
    if (in.number() != groups[g].patterns.size()) return std::nullopt;
    plan.groups[g].resize(groups[g].patterns.size());
    for (PatternPlan& pattern : plan.groups[g]) {
      if (in.number() == 0) continue;
      pattern.emplace();
      pattern->least_before = in.number();
      pattern->most_before = in.number();
      pattern->times = in.number();
      pattern->run_length = in.number();
      pattern->run_set = static_cast<std::uint16_t>(in.number());
      pattern->windows.resize(in.count(sizeof(PlannedWindow)));
      if (pattern->times == 0 || pattern->times > max_times ||
          (pattern->run_length > 0 && pattern->run_set >= plan.sets.size()))
        return std::nullopt;
      for (PlannedWindow& window : pattern->windows)
        if (!in.bytes(&window, sizeof window) || !is_sound(window, plan.sets)) return std::nullopt;
    }
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::string& database = plan.databases.emplace_back(in.count(1), '\0');
    in.bytes(database.data(), database.size());
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return plan;
}

namespace {

PlanKey digest_of(std::string_view text) {
  Digest digest;
  digest.add(text.data(), text.size());
  return digest.finish();
}

std::string_view as_text(const PlanKey& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Descriptor open_directory(const std::filesystem::path& directory, bool& trusted) {
  Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status{};
  trusted = fd && ::fstat(fd.get(), &status) == 0 && is_ours(status);
  return Descriptor(trusted ? ::dup(fd.get()) : -1);
}

}  // namespace

PlanKey plan_key(std::span<const PatternGroup> groups) {
  Digest digest;
  digest.add(format_version);
  char version[64] = {};
  if (pcre2_config(PCRE2_CONFIG_VERSION, nullptr) < static_cast<int>(sizeof version))
    pcre2_config(PCRE2_CONFIG_VERSION, version);
  digest.add(std::string_view(version));
  digest.add(HyperscanDatabase::platform());
  const std::uint32_t order = 0x01020304;
  digest.add(std::string_view(reinterpret_cast<const char*>(&order), sizeof order));
  digest.add(static_cast<std::uint32_t>(groups.size()));
  for (const PatternGroup& group : groups) {
    digest.add(static_cast<std::uint32_t>(group.patterns.size()));
    digest.add(static_cast<std::uint32_t>(group.kind));
    for (const PatternSpec& spec : group.patterns) {
      digest.add(spec.pattern.source);
      digest.add(spec.pattern.modifiers);
      digest.add((spec.multiple ? 1U : 0U) | (spec.want_captures ? 2U : 0U));
    }
  }
  return digest.finish();
}

std::optional<MatchPlan> read_plan(const std::filesystem::path& directory, const PlanKey& key,
                                   std::span<const PatternGroup> groups, std::size_t most_bytes) {
  bool trusted = false;
  const Descriptor dir = open_directory(directory, trusted);
  if (!trusted) return std::nullopt;
  const Descriptor fd(::openat(dir.get(), file_name(key).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || !is_ours(status))
    return std::nullopt;
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size < head_size || size > most_bytes) return std::nullopt;
  std::string text(size, '\0');
  for (std::size_t got = 0; got < size;) {
    const ssize_t n = ::read(fd.get(), text.data() + got, size - got);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    got += static_cast<std::size_t>(n);
  }
  const std::string_view all = text;
  const std::string_view body = all.substr(head_size);
  if (!all.starts_with(magic) || all.substr(magic.size(), digest_size) != as_text(key) ||
      all.substr(magic.size() + digest_size, digest_size) != as_text(digest_of(body)))
    return std::nullopt;
  return parse_plan(body, groups);
}

Result<void> write_plan(const std::filesystem::path& directory, const PlanKey& key, const MatchPlan& plan,
                        std::size_t most_bytes) {
  const std::string body = serialize(plan);
  if (head_size + body.size() > most_bytes)
    return fail(fmt::format("the match plan takes {} bytes and is not kept: more than {}",
                            head_size + body.size(), most_bytes),
                directory.string(), "every start makes it again; give fewer rules to one scanner");
  std::error_code error;
  if (!std::filesystem::exists(directory, error)) {
    std::filesystem::create_directories(directory, error);
    std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  }
  bool trusted = false;
  const Descriptor dir = open_directory(directory, trusted);
  if (!trusted)
    return fail("the cache directory is missing or can be written by others", directory.string(),
                "make it with mode 0700 for the user Thresh runs as");
  const std::string name = file_name(key);
  static std::atomic<unsigned> turn = 0;
  const std::string aside = fmt::format(".{}.{}.{}", name, ::getpid(), turn++);
  ::unlinkat(dir.get(), aside.c_str(), 0);
  const Descriptor fd(
      ::openat(dir.get(), aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return fail(fmt::format("cannot write the cache: {}", std::strerror(errno)), directory.string());
  std::string head(magic);
  head += as_text(key);
  head += as_text(digest_of(body));
  if (!write_all(fd.get(), head) || !write_all(fd.get(), body) || ::fsync(fd.get()) != 0 ||
      ::renameat(dir.get(), aside.c_str(), dir.get(), name.c_str()) != 0) {
    const int why = errno;
    ::unlinkat(dir.get(), aside.c_str(), 0);
    return fail(fmt::format("cannot write the cache: {}", std::strerror(why)), directory.string());
  }
  return {};
}

}  // namespace thresh
