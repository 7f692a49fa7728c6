// Mail::SpamAssassin::Plugin::VBounce: whether a bounce returns mail that our own relays had sent.
#include <algorithm>
#include <array>
#include <string>

#include "engine/base/ascii.h"
#include "engine/evals/address_lists.h"
#include "engine/evals/families.h"
#include "engine/evals/patterns.h"

namespace thresh {
namespace {

constexpr auto npos = std::string_view::npos;

Result<std::shared_ptr<const void>> make_settings(const RuleSet& rules) {
  auto relays = std::make_shared<AddressList>();
  for (const Directive& directive : rules.directives("welcomelist_bounce_relays"))
    for (const std::string_view word : split_words(directive.value)) relays->add(word);
  return relays;
}

const AddressList& our_relays(const EvalContext& context) {
  return context.family<AddressList>("VBounce");
}

// /^[> ]*Received:/i
bool is_received_line(std::string_view line) {
  const std::size_t start = line.find_first_not_of("> ");
  return start != npos && ascii::istarts_with(line.substr(start), "received:");
}

// The words of a text that hold a dot with something on both sides, where each has a blank in front and one
// behind, and a blank serves one word only: / (\S+\.\S+) /g, with \s for the blanks when `any_space`. The
// text may grow between calls.
class RelayWords {
 public:
  RelayWords(const AddressList& relays, bool any_space) : relays_(&relays), any_space_(any_space) {}
  [[nodiscard]] bool names_our_relay(std::string_view text) {
    while (at_ < text.size()) {
      if (!is_blank(text[at_])) {
        ++at_;
        continue;
      }
      const std::size_t start = at_ + 1;
      std::size_t end = start;
      while (end < text.size() && !ascii::is_space(text[end])) ++end;
      if (end == text.size()) return false;  // what is still to come decides
      const std::string_view word = text.substr(start, end - start);
      const std::size_t dot = word.empty() ? npos : word.find('.', 1);
      const bool is_name = dot != npos && dot + 1 < word.size() && is_blank(text[end]);
      if (is_name && relays_->contains(word)) return true;
      at_ = is_name ? end + 1 : end;
    }
    return false;
  }

 private:
  [[nodiscard]] bool is_blank(char c) const { return any_space_ ? ascii::is_space(c) : c == ' '; }
  const AddressList* relays_;
  bool any_space_;
  std::size_t at_ = 0;
};

// A Received header of an attached message, put together from its lines.
class HeaderLines {
 public:
  explicit HeaderLines(const AddressList& relays) : relays_(relays), words_(relays, true) {}
  // True when the header, as far as it has come, names one of our relays.
  [[nodiscard]] bool add(std::string_view line) {
    if (line.empty() || !ascii::is_space(line.front())) {
      text_.clear();
      words_ = RelayWords(relays_, true);
      kind_ = Kind::unknown;
    }
    if (kind_ == Kind::other) return false;
    text_ += line;
    if (kind_ == Kind::unknown) {
      if (is_received_line(text_))
        kind_ = Kind::received;
      else if (text_.find_first_not_of("> ") != npos)
        kind_ = Kind::other;
      else
        text_.clear();  // quotation marks and blanks only: it can still begin
    }
    return kind_ == Kind::received && words_.names_our_relay(text_);
  }

 private:
  enum class Kind { unknown, received, other };
  const AddressList& relays_;
  RelayWords words_;
  std::string text_;
  Kind kind_ = Kind::unknown;
};

EvalResult have_any_bounce_relays(EvalContext& context, const EvalCall&) {
  return !our_relays(context).empty();
}

EvalResult check_welcomelist_bounce_relays(EvalContext& context, const EvalCall&) {
  const AddressList& relays = our_relays(context);
  if (relays.empty()) return false;
  for (const std::string_view line : context.body())
    if (is_received_line(line) && RelayWords(relays, false).names_our_relay(line)) return true;

  // Attached messages, by the bytes as they came.
  std::string_view rest = context.message.pristine_body();
  if (find_folded(rest, "received:") == npos) return false;
  HeaderLines header(relays);
  bool found = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    found = found || is_received_line(line);
    if (found && header.add(line)) return true;
  }
  return false;
}

constexpr std::array entries = {
    EvalEntry{"have_any_bounce_relays", "VBounce", have_any_bounce_relays},
    EvalEntry{"check_welcomelist_bounce_relays", "VBounce", check_welcomelist_bounce_relays},
    EvalEntry{"check_whitelist_bounce_relays", "VBounce", check_welcomelist_bounce_relays},
};

}  // namespace

const EvalFamily& vbounce_family() {
  static const EvalFamily family{"VBounce", entries, make_settings};
  return family;
}

}  // namespace thresh
