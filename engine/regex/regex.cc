// PCRE2 behind Regex: 8-bit, no UTF; case tables that fold Latin-1 as Perl does; JIT compiled at the first
// match.
#include "engine/regex/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "engine/regex/limits.h"
#include "engine/regex/syntax.h"
#include "engine/regex/translation.h"

namespace thresh {
namespace {

// PCRE2's tables of the C locale begin with 256 bytes of lower case and 256 of the other case; Perl also
// folds the letters of Latin-1.
const std::uint8_t* character_tables() {
  static const std::uint8_t* const tables = [] {
    auto* made = const_cast<std::uint8_t*>(pcre2_maketables(nullptr));
    if (made == nullptr) return static_cast<std::uint8_t*>(nullptr);
    for (unsigned b = 0; b < 256; ++b) {
      const unsigned char other = bytes::other_case(static_cast<unsigned char>(b));
      made[256 + b] = other;
      made[b] = std::max(static_cast<unsigned char>(b), other);
      if (other == b) made[b] = static_cast<std::uint8_t>(b);
    }
    return made;
  }();
  return tables;
}

pcre2_compile_context* compile_context() {
  static pcre2_compile_context* const context = [] {
    pcre2_compile_context* made = pcre2_compile_context_create(nullptr);
    if (made != nullptr) {
      pcre2_set_character_tables(made, character_tables());
      pcre2_set_newline(made, PCRE2_NEWLINE_LF);
      pcre2_set_bsr(made, PCRE2_BSR_UNICODE);
    }
    return made;
  }();
  return context;
}

struct CodeFree {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};

}  // namespace

// A pattern is interpreted a few times before it is worth machine code. The machine code belongs to a copy,
// so that threads which still interpret the original are not disturbed.
struct Regex::Code {
  static constexpr unsigned interpreted_uses = 2;
  std::unique_ptr<pcre2_code, CodeFree> code;
  std::unique_ptr<pcre2_code, CodeFree> compiled;
  std::atomic<const pcre2_code*> ready = nullptr;  // `compiled`, once it is there
  std::atomic<unsigned> uses = 0;
  std::once_flag once;
  std::uint32_t groups = 0;
  std::string translated;
  std::vector<std::pair<std::string, unsigned>> names;

  const pcre2_code* machine_code() {
    if (const pcre2_code* done = ready.load(std::memory_order_acquire)) return done;
    constexpr unsigned refused = 1U << 31;
    const unsigned before = uses.load(std::memory_order_relaxed);
    if (before >= refused || uses.fetch_add(1, std::memory_order_relaxed) < interpreted_uses) return nullptr;
    std::call_once(once, [this] {
      compiled.reset(pcre2_code_copy(code.get()));
      if (compiled && pcre2_jit_compile(compiled.get(), PCRE2_JIT_COMPLETE) == 0)
        ready.store(compiled.get(), std::memory_order_release);
      else
        uses.store(refused, std::memory_order_relaxed);
    });
    return ready.load(std::memory_order_acquire);
  }
};

struct RegexScratch::State {
  pcre2_match_data* data = nullptr;
  pcre2_match_context* context = nullptr;
  pcre2_jit_stack* stack = nullptr;
  std::uint32_t pairs = 0;

  State() {
    context = pcre2_match_context_create(nullptr);
    stack = pcre2_jit_stack_create(limits::jit_stack_start, limits::jit_stack, nullptr);
    if (context != nullptr) {
      pcre2_set_match_limit(context, limits::backtracks);
      pcre2_set_depth_limit(context, limits::backtrack_depth);
      pcre2_set_heap_limit(context, limits::match_heap_kib);
      if (stack != nullptr) pcre2_jit_stack_assign(context, nullptr, stack);
    }
    reserve(16);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(stack);
  }
  void reserve(std::uint32_t wanted) {
    if (pairs >= wanted && data != nullptr) return;
    pcre2_match_data_free(data);
    data = pcre2_match_data_create(wanted, nullptr);
    pairs = data != nullptr ? wanted : 0;
  }
};

RegexScratch::RegexScratch() : state_(std::make_unique<State>()) {}
RegexScratch::RegexScratch(RegexScratch&&) noexcept = default;
RegexScratch::~RegexScratch() = default;

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view source, std::string_view modifiers) {
  auto pattern = syntax::parse(source, modifiers);
  if (!pattern) return std::unexpected(std::move(pattern.error()));
  return compile(*pattern);
}

Result<Regex> Regex::compile(const syntax::Pattern& pattern) {
  auto code = std::make_unique<Code>();
  for (const bool share : {false, true}) {
    auto expression = syntax::to_pcre2(pattern, share);
    if (!expression) return std::unexpected(std::move(expression.error()));
    code->translated = std::move(expression->text);
    int error = 0;
    PCRE2_SIZE offset = 0;
    const std::uint32_t options =
        PCRE2_DOTALL | PCRE2_DUPNAMES | PCRE2_USE_OFFSET_LIMIT | (expression->caseless ? PCRE2_CASELESS : 0U);
    code->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(code->translated.data()),
                                   code->translated.size(), options, &error, &offset, compile_context()));
    if (code->code) break;
    if (error == PCRE2_ERROR_PATTERN_TOO_LARGE && !share) continue;
    PCRE2_UCHAR message[256] = {};
    pcre2_get_error_message(error, message, sizeof message);
    constexpr std::size_t shown = 200;
    return fail(fmt::format("{} (at offset {} of {})", reinterpret_cast<const char*>(message), offset,
                            code->translated.substr(0, shown)));
  }
  code->groups = pattern.groups;
  code->names = pattern.names;
  return Regex(std::move(code));
}

MatchStatus Regex::next(std::string_view text, std::size_t from, bool not_empty_at_start,
                        RegexScratch& scratch, Span& found, std::vector<Span>* groups) const {
  RegexScratch::State& state = *scratch.state_;
  if (groups != nullptr) state.reserve(code_->groups + 1);
  if (state.data == nullptr || from > text.size()) return MatchStatus::no_match;
  const pcre2_code* const machine_code = code_->machine_code();
  // PCRE2 dereferences the subject's address even for length 0.
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data() != nullptr ? text.data() : "");
  const std::uint32_t options = not_empty_at_start ? PCRE2_NOTEMPTY_ATSTART : 0U;
  int rc = PCRE2_ERROR_JIT_STACKLIMIT;
  if (machine_code != nullptr)
    rc = pcre2_jit_match(machine_code, subject, text.size(), from, options, state.data, state.context);
  if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
    rc = pcre2_match(code_->code.get(), subject, text.size(), from, options, state.data, state.context);
  if (rc == PCRE2_ERROR_NOMATCH) return MatchStatus::no_match;
  if (rc < 0) {
    ++scratch.limits_hit_;
    return MatchStatus::limit;
  }
  const PCRE2_SIZE* pairs = pcre2_get_ovector_pointer(state.data);
  // \K in an assertion could set a start past the end.
  found = {std::min(pairs[0], pairs[1]), pairs[1]};
  if (groups != nullptr) {
    groups->assign(code_->groups + 1, Span{std::string_view::npos, std::string_view::npos});
    for (int i = 0; i < std::min(rc, static_cast<int>(code_->groups) + 1); ++i)
      (*groups)[static_cast<std::size_t>(i)] = {pairs[2 * i], pairs[2 * i + 1]};
    (*groups)[0] = found;
  }
  return MatchStatus::match;
}

MatchStatus Regex::match(std::string_view text, std::size_t from, RegexScratch& scratch, Span& found,
                         std::vector<Span>* groups) const {
  return next(text, from, false, scratch, found, groups);
}

MatchStatus Regex::match_starting(std::string_view text, std::size_t from, std::size_t last_start,
                                  RegexScratch& scratch, Span& found) const {
  pcre2_set_offset_limit(scratch.state_->context, last_start);
  const MatchStatus status = next(text, from, false, scratch, found, nullptr);
  pcre2_set_offset_limit(scratch.state_->context, PCRE2_UNSET);
  return status;
}

bool Regex::matches(std::string_view text, RegexScratch& scratch) const {
  Span found;
  return next(text, 0, false, scratch, found, nullptr) == MatchStatus::match;
}

std::span<const std::pair<std::string, unsigned>> Regex::names() const {
  return code_->names;
}
const std::string& Regex::translated() const {
  return code_->translated;
}

}  // namespace thresh
