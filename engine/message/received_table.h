// Tables of Received formats: what a line looks like at its start decides cheaply which of them can match.
#pragma once

#include <string_view>

#include "engine/message/received_formats.h"
#include "engine/message/received_scan.h"

namespace thresh::received {

enum class Shape : unsigned {
  any = 0,
  bracket = 1,       // [...
  paren = 2,         // (...
  name_paren = 4,    // name (
  name_bracket = 8,  // name [
  name_by = 16,      // name by
  glued = 32,        // name(ip) or name(ip, in the first part
};

// A line behind "from ".
struct Line {
  std::string_view text;
  std::string_view first;  // up to the first blank
  unsigned shape = 0;

  explicit Line(std::string_view line) : text(line), first(line.substr(0, line.find(' '))) {
    const auto add = [&](Shape s) { shape |= static_cast<unsigned>(s); };
    if (line.starts_with('[')) add(Shape::bracket);
    if (line.starts_with('(')) add(Shape::paren);
    const std::string_view rest = line.substr(first.size());
    if (rest.starts_with(" (")) add(Shape::name_paren);
    if (rest.starts_with(" [")) add(Shape::name_bracket);
    if (rest.starts_with(" by ")) add(Shape::name_by);
    if (first.ends_with(')') || first.ends_with(',')) add(Shape::glued);
  }
  // Behind the first part.
  [[nodiscard]] Cursor rest() const { return Cursor(text, first.size()); }
  // Behind the first part and the " (" or " [" that its shape promises.
  [[nodiscard]] Cursor inside() const { return Cursor(text, first.size() + 2); }
  [[nodiscard]] bool has(Shape s) const { return s == Shape::any || (shape & static_cast<unsigned>(s)) != 0; }
};

enum class LookedUp { unsaid, yes, no };

// What a format found; what it does not name stays as it was.
struct Fields {
  std::string_view helo{}, rdns{}, ip{}, by{}, ident{};

  Outcome give(ReceivedLine& out, LookedUp looked_up = LookedUp::unsaid) const {
    if (looked_up != LookedUp::unsaid) out.mta_looked_up_dns = looked_up == LookedUp::yes;
    const auto set = [](std::string_view& to, std::string_view from) {
      if (from.data() != nullptr) to = from;
    };
    set(out.helo, helo);
    set(out.rdns, rdns);
    set(out.ip, ip);
    set(out.by, by);
    set(out.ident, ident);
    return Outcome::enough;
  }
};

struct Format {
  Shape shape;
  Outcome (*match)(const Line& line, ReceivedLine& out);
};

template <std::size_t N>
Outcome match_table(const Format (&formats)[N], std::string_view text, ReceivedLine& out) {
  const Line line(text);
  for (const Format& format : formats) {
    if (!line.has(format.shape)) continue;
    if (const Outcome outcome = format.match(line, out); outcome != Outcome::go_on) return outcome;
  }
  return Outcome::go_on;
}

}  // namespace thresh::received
