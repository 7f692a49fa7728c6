// The handlers of HTML tokens (see html_reader.h): html_tag, html_text, html_tests, html_declaration,
// html_end.
#include "engine/message/html_reader.h"

#include "engine/base/ascii.h"
#include "engine/message/html_entities.h"

namespace thresh::html {
namespace {

using std::size_t;
using std::string_view;

const size_t kSlotA = slot_of("a");
const size_t kSlotScript = slot_of("script");
const size_t kSlotStyle = slot_of("style");
const size_t kSlotTitle = slot_of("title");

constexpr string_view kDoctype = "!doctype";

// <font face=...> that names fonts as mail programs do:
//   ^\s*["'.]?[a-z ][a-z -]*[a-z]\d?["']?(?:,\s*["']?[a-z][a-z -]*[a-z]\d?["']?)*;?$   under /i
// run as the set of places in the pattern that the text can be at.
bool is_usual_face(HtmlText face) {
  enum Place : unsigned {
    start = 1,
    quoted = 2,
    name = 4,
    name_end = 8,
    digit = 16,
    closed = 32,
    comma = 64,
    next_quoted = 128,
    next_name = 256,
    semicolon = 512,
  };
  constexpr unsigned kAccepting = name_end | digit | closed | semicolon;
  unsigned at = start;
  for (size_t i = 0; i < face.text.size() && at != 0;) {
    const Character c = character_at(face.text, i);
    i += c.size;
    if (c.value == '\n' && i == face.text.size() && (at & kAccepting) != 0) return true;
    const bool space = is_space(c.value, face.characters);
    const bool letter = (c.value < 0x80 && ascii::is_alpha(static_cast<char>(c.value))) ||
                        (face.characters && (c.value == 0x17F || c.value == 0x212A));
    const bool quote = c.value == '"' || c.value == '\'';
    unsigned next = 0;
    if ((at & start) != 0) next |= (space ? start : 0u) | (quote || c.value == '.' ? quoted : 0u);
    if ((at & (start | quoted)) != 0 && (letter || c.value == ' ')) next |= name;
    if ((at & name) != 0)
      next |= (letter || c.value == ' ' || c.value == '-' ? name : 0u) | (letter ? name_end : 0u);
    if ((at & name_end) != 0 && is_digit(c.value, face.characters)) next |= digit;
    if ((at & (name_end | digit)) != 0 && quote) next |= closed;
    if ((at & (name_end | digit | closed)) != 0)
      next |= (c.value == ',' ? comma : 0u) | (c.value == ';' ? semicolon : 0u);
    if ((at & comma) != 0) next |= (space ? comma : 0u) | (quote ? next_quoted : 0u);
    if ((at & (comma | next_quoted)) != 0 && letter) next |= next_name;
    if ((at & next_name) != 0)
      next |= (letter || c.value == ' ' || c.value == '-' ? next_name : 0u) | (letter ? name_end : 0u);
    at = next;
  }
  return (at & kAccepting) != 0;
}

// A width or height: /^(\d+)(\%)?$/; a percentage is of `full`. 200 for what is none or nothing.
double read_dimension(HtmlText value, double percent) {
  constexpr double kGuess = 200;
  const size_t digits = leading_digits(value);
  if (digits == 0) return kGuess;
  string_view rest = value.text.substr(digits);
  double number = number_of(value.text);
  if (rest.starts_with('%')) {
    number *= percent;
    rest.remove_prefix(1);
  }
  if (!rest.empty() && rest != "\n") return kGuess;
  return number <= 0 ? kGuess : number;
}

}  // namespace

string_view HtmlReader::Growing::operator[](size_t i) const {
  const size_t end = i + 1 < starts_.size() ? starts_[i + 1] : text_.size();
  return {text_.data() + starts_[i], end - starts_[i]};
}

HtmlReader::HtmlReader(HtmlResults& results, bool characters, size_t length, size_t capacity, Arena& arena)
    : results_(results),
      arena_(arena),
      characters_(characters),
      length_(length),
      styles_(&arena),
      text_(capacity, arena),
      uris_(results, arena),
      anchors_(&arena),
      titles_(&arena),
      anchor_uris_(&arena),
      other_places_(&arena),
      lower_(&arena) {
  known_places_.fill(-1);
}

bool HtmlReader::is_inside(Tag tag) const {
  const size_t slot = tag == Tag::a        ? kSlotA
                      : tag == Tag::script ? kSlotScript
                      : tag == Tag::style  ? kSlotStyle
                                           : kSlotTitle;
  const std::int32_t place = known_places_[slot];
  return place >= 0 && results_.inside[static_cast<size_t>(place)].value > 0;
}

NamedNumber& HtmlReader::inside_of(const TagInfo* info, size_t slot, string_view name, bool& is_new) {
  const size_t next = results_.inside.size();
  size_t place = next;
  if (info != nullptr) {
    if (known_places_[slot] < 0) known_places_[slot] = static_cast<std::int32_t>(next);
    place = static_cast<size_t>(known_places_[slot]);
    name = info->name;
  } else {
    const auto found = other_places_.find(name);
    if (found != other_places_.end()) {
      place = found->second;
    } else {
      name = arena_.copy(name);
      other_places_.emplace(name, static_cast<std::uint32_t>(next));
    }
  }
  is_new = place == next;
  if (is_new) results_.inside.push_back({name, 0});
  return results_.inside[place];
}

// Counts a tag. Gives the entry of those that are rendered, null for others.
const TagInfo* HtmlReader::count(string_view name, int change) {
  size_t slot = 0;
  const TagInfo* info = find_tag(name, slot);
  bool element = info != nullptr && info->element;
  string_view lower = name;
  if (info == nullptr) {
    lower_.resize(name.size());
    for (size_t i = 0; i < name.size(); ++i) lower_[i] = ascii::to_lower(name[i]);
    lower = {lower_.data(), lower_.size()};
    element = is_office_name(lower, characters_);
  }
  bool is_new = false;
  NamedNumber& inside = inside_of(info, slot, lower, is_new);
  ++tags_;
  if (is_new) ++tags_seen_;
  if (element) ++elements_;
  if (element && is_new) ++elements_seen_;
  inside.value += change;
  if (inside.value < 0) {
    inside.value = 0;
    ++closed_extra_;
  }
  return info;
}

void HtmlReader::add_space(TagSpace space) {
  switch (space) {
    case TagSpace::none:
      break;
    case TagSpace::space:
      text_.add_space(" ");
      break;
    case TagSpace::line:
      text_.add_space("\n");
      break;
    case TagSpace::paragraph:
      text_.add_space("\n\n");
      break;
  }
}

bool HtmlReader::start_tag(string_view name, TagAttributes& attributes) {
  const TagInfo* info = count(name, 1);
  if (info == nullptr) return true;
  if (info->tag == Tag::other) {
    add_space(info->space);
    return true;
  }
  if (info->style && !styles_.open(info->tag, attributes)) return false;
  add_space(info->space);
  uris_.start_tag(info->tag, attributes);
  test(*info, attributes);
  return true;
}

void HtmlReader::end_tag(string_view name) {
  const TagInfo* info = count(name, -1);
  if (info == nullptr) return;
  if (info->style) styles_.close(info->tag);
  add_space(info->space);
}

// html_tests
void HtmlReader::test(const TagInfo& info, TagAttributes& attributes) {
  using enum AttributeName;
  switch (info.tag) {
    case Tag::font:
      if (attributes.has(face) && !is_usual_face(attributes.get(face))) bad_face_ = true;
      break;
    case Tag::img:
      if (is_inside(Tag::a)) anchors_.append("<img>\n");
      if (attributes.has(width) && attributes.has(height))
        image_area_ += read_dimension(attributes.get(width), 8) * read_dimension(attributes.get(height), 6);
      break;
    case Tag::form:
      if (attributes.has(action) && find_folded(attributes.get(action), "mailto:") != string_view::npos)
        mails_form_ = true;
      break;
    case Tag::object:
    case Tag::embed:
      embeds_ = true;
      break;
    case Tag::a:
      anchor_uris_.push_back(uris_.open_anchor(attributes));
      anchors_.open();
      break;
    case Tag::title:
      titles_.open();
      break;
    default:
      break;
  }
}

void HtmlReader::text(char* begin, char* end, bool literal) {
  HtmlText text{{begin, static_cast<size_t>(end - begin)}, characters_};
  if (!literal) {
    const DecodedEntities decoded = decode_entities(begin, end, characters_, true);
    text = {{begin, static_cast<size_t>(decoded.end - begin)}, decoded.characters};
  }
  if (is_inside(Tag::script)) {
    results_.scripts.push_back(text.text);
    return;
  }
  if (is_inside(Tag::style)) return;
  if (is_inside(Tag::a)) anchors_.append(text.text);
  if (is_inside(Tag::title)) titles_.append(text.text);

  FontSight sight = FontSight::visible;
  if (!is_blank(text.text)) {
    sight = styles_.sight();
    low_contrast_ = low_contrast_ || sight == FontSight::low_contrast;
    invalid_color_ = invalid_color_ || sight == FontSight::invalid_color;
  }
  text_.note_seam(text);
  text_.add_text(text, sight == FontSight::visible);
}

void HtmlReader::declaration(string_view text) {
  if (!ascii::istarts_with(text, "<!doctype")) return;
  ++elements_;
  ++tags_;
  bool is_new = false;
  inside_of(nullptr, 0, kDoctype, is_new).value = 0;
}

void HtmlReader::put(string_view name, double value) {
  results_.numbers.push_back({name, value});
}

void HtmlReader::end_document() {
  results_.complete = true;
  put("image_area", image_area_);
  put("length", static_cast<double>(length_));
  put("min_size", styles_.min_size());
  put("max_size", styles_.max_size());
  if (text_.backhairs() > 0) put("backhair_count", static_cast<double>(text_.backhairs()));
  if (tags_ == 0) return;
  const auto tags = static_cast<double>(tags_);
  put("closed_extra_ratio", static_cast<double>(closed_extra_) / tags);
  if (elements_ > 0) put("bad_tag_ratio", static_cast<double>(tags_ - elements_) / tags);
  if (elements_seen_ > 0)
    put("non_element_ratio",
        static_cast<double>(tags_seen_ - elements_seen_) / static_cast<double>(tags_seen_));
  if (text_.obfuscations() > 0) put("obfuscation_ratio", static_cast<double>(text_.obfuscations()) / tags);
}

void HtmlReader::finish() {
  put("html", 1);
  if (low_contrast_) put("font_low_contrast", 1);
  if (invalid_color_) put("font_invalid_color", 1);
  if (bad_face_) put("font_face_bad", 1);
  if (mails_form_) put("form_action_mailto", 1);
  if (embeds_) put("embeds", 1);
  if (!results_.complete) {
    results_.uris.clear();
    results_.uri_truncated = false;
    results_.scripts.clear();
    results_.comments.clear();
    results_.inside.clear();
    return;
  }
  results_.anchors.reserve(anchors_.size());
  for (size_t i = 0; i < anchors_.size(); ++i) {
    results_.anchors.push_back(anchors_[i]);
    results_.uris[anchor_uris_[i]].anchor_text.push_back(anchors_[i]);
  }
  for (size_t i = 0; i < titles_.size(); ++i) results_.titles.push_back(titles_[i]);
}

}  // namespace thresh::html
