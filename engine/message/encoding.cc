// The decoders. What each does with malformed input is the Perl module's own: Encode::XS (tables),
// Encode::Unicode, Encode::Unicode::UTF7, Encode::JP::JIS7, Encode::KR::2022_KR, Encode::CN::HZ.
#include "engine/message/encoding.h"

#include <array>
#include <cstring>

#include "engine/base/ascii.h"
#include "engine/message/encoding_tables.h"
#include "engine/message/transfer_encoding.h"
#include "engine/message/utf8.h"

namespace thresh {
namespace {

// Text in the making: room is taken for the worst case and given back.
class Output {
 public:
  Output(std::size_t room, Arena& arena)
      : arena_(arena), room_(room), begin_(arena.bytes(room)), to_(begin_) {}
  void add(char32_t c) { to_ = utf8::append(to_, c); }
  void add_bytes(std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(to_, bytes.data(), bytes.size());
    to_ += bytes.size();
  }
  // Each byte as the character of that number.
  void add_latin1(std::string_view bytes) {
    for (const char c : bytes) add(static_cast<unsigned char>(c));
  }
  [[nodiscard]] std::string_view finish() {
    const auto size = static_cast<std::size_t>(to_ - begin_);
    arena_.shrink_last(begin_, room_, size);
    return {begin_, size};
  }

 private:
  Arena& arena_;
  std::size_t room_;
  char* begin_;
  char* to_;
};

enum class Malformed { croak, substitute, quote };  // quote: \xHH, Encode::FB_PERLQQ

void add_quoted(Output& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const char text[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  out.add_bytes({text, 4});
}

// Encode::XS. False where it croaks. A character that the end cuts off ends the text without complaint.
bool decode_table(const CharTable& table, std::string_view bytes, Malformed malformed, Output& out) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t at = 0; at < bytes.size();) {
    if (table.ascii_compatible) {
      const std::size_t plain = utf8::first_high(bytes, at);
      if (table.length[0x7f] == 1) {
        out.add_bytes(bytes.substr(at, plain - at));
        at = plain;
        if (at == bytes.size()) break;
      }
    }
    const unsigned char lead = byte_at(at);
    const std::size_t length = table.length[lead];
    if (length > bytes.size() - at) break;
    bool found = length == 1;
    char32_t character = 0;
    if (length == 1) character = table.single[lead];
    if (length == 2) character = table.pairs[lead * 256u + byte_at(at + 1)];
    if (length == 3) character = table.triples[byte_at(at + 1) * 256u + byte_at(at + 2)];
    found = found || character != 0;
    if (found) {
      out.add(character);
      at += length;
      continue;
    }
    if (malformed == Malformed::croak) return false;
    if (malformed == Malformed::quote)
      add_quoted(out, lead);
    else
      out.add(0xfffd);
    ++at;
  }
  return true;
}

struct UnitForm {
  std::size_t size;  // bytes of a unit
  bool big_endian;
  bool surrogates;  // pairs of them make a character
};

bool is_noncharacter(char32_t c) {
  return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

// Encode::Unicode: UTF-16, UTF-32 and UCS-2. False where it croaks.
bool decode_units(UnitForm form, std::string_view bytes, bool strict, Output& out) {
  const auto unit_at = [&](std::size_t at) {
    char32_t unit = 0;
    for (std::size_t i = 0; i < form.size; ++i)
      unit = unit << 8 | static_cast<unsigned char>(bytes[at + (form.big_endian ? i : form.size - 1 - i)]);
    return unit;
  };
  std::size_t at = 0;
  while (at + form.size <= bytes.size()) {
    char32_t unit = unit_at(at);
    at += form.size;
    bool valid = true;
    if (unit >= 0xd800 && unit <= 0xdfff) {
      valid = false;
      if (form.surrogates && unit < 0xdc00) {
        if (at + form.size > bytes.size()) {
          if (strict) return false;
          out.add(0xfffd);
          break;
        }
        const char32_t low = unit_at(at);
        if (low >= 0xdc00 && low <= 0xdfff) {
          at += form.size;
          unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
          valid = true;
        }
      }
    }
    if (!valid || unit > 0x10ffff || is_noncharacter(unit)) {
      if (strict) return false;
      unit = 0xfffd;
    }
    out.add(unit);
  }
  return !strict || at >= bytes.size();
}

// With a byte order mark, else big endian.
bool decode_marked_units(std::size_t unit, std::string_view bytes, bool strict, Output& out) {
  using std::operator""sv;
  const std::string_view big = unit == 2 ? "\xfe\xff"sv : "\0\0\xfe\xff"sv;
  const std::string_view little = unit == 2 ? "\xff\xfe"sv : "\xff\xfe\0\0"sv;
  const bool is_little = bytes.starts_with(little);
  if (is_little || bytes.starts_with(big)) bytes.remove_prefix(unit);
  return decode_units({unit, !is_little, unit == 2}, bytes, strict, out);
}

bool is_base64(char c) {
  return ascii::is_alnum(c) || c == '+' || c == '/';
}

// Encode::Unicode::UTF7. What stands outside of base64 is taken byte by byte. Gives whether there was any
// base64.
bool decode_utf7(std::string_view bytes, Output& out, Arena& arena) {
  bool any = false;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes[at] != '+') {
      const std::size_t plus = std::min(bytes.find('+', at), bytes.size());
      out.add_latin1(bytes.substr(at, plus - at));
      at = plus;
      continue;
    }
    ++at;
    if (at < bytes.size() && bytes[at] == '-') {
      out.add('+');
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < bytes.size() && is_base64(bytes[end])) ++end;
    if (end == at) {
      out.add('+');
      continue;
    }
    any = true;
    decode_units({2, true, true}, decode_base64(bytes.substr(at, end - at), arena), false, out);
    at = end < bytes.size() && bytes[end] == '-' ? end + 1 : end;
  }
  return any;
}

// Encode::JP::JIS7: ISO-2022-JP turned into EUC-JP first. Text from the first byte above 0x7f on is lost, and
// so is what follows an escape sequence that is not known.
std::string_view jis_to_euc(std::string_view bytes, Arena& arena) {
  bytes = bytes.substr(0, utf8::first_high(bytes));
  char* const out = arena.bytes(bytes.size() * 2);
  char* to = out;
  enum { ascii_set, jisx0208, jisx0212, kana } set = ascii_set;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at);
    if (rest[0] == '\x1b') {
      if (rest.starts_with("\x1b$(D"))
        set = jisx0212, at += 4;
      else if (rest.starts_with("\x1b$@") || rest.starts_with("\x1b$B"))
        set = jisx0208, at += 3;
      else if (rest.starts_with("\x1b&@\x1b$B"))
        set = jisx0208, at += 6;
      else if (rest.starts_with("\x1b(B") || rest.starts_with("\x1b(J"))
        set = ascii_set, at += 3;
      else if (rest.starts_with("\x1b(I"))
        set = kana, at += 3;
      else
        break;
      continue;
    }
    std::size_t end = bytes.find('\x1b', at);
    if (end == std::string_view::npos) end = bytes.size();
    const auto in_set = [&](std::size_t i) { return i < end && bytes[i] >= 0x21 && bytes[i] <= 0x7e; };
    while (at < end) {
      if (set == ascii_set || !in_set(at)) {
        *to++ = bytes[at++];
        continue;
      }
      if (set == kana && bytes[at] <= 0x5f) *to++ = '\x8e';
      const bool pair = set == jisx0212 && in_set(at + 1);
      if (pair) *to++ = '\x8f';
      *to++ = static_cast<char>(bytes[at++] | 0x80);
      if (pair) *to++ = static_cast<char>(bytes[at++] | 0x80);
    }
  }
  return {out, static_cast<std::size_t>(to - out)};
}

// Encode::KR::2022_KR: turned into EUC-KR first. Shifted text that is never shifted back stays as it is.
std::string_view iso2022_kr_to_euc(std::string_view bytes, Arena& arena) {
  char* const plain = arena.bytes(bytes.size());
  char* to = plain;
  for (std::size_t at = 0; at < bytes.size();) {
    if (bytes.substr(at).starts_with("\x1b$)C")) {
      at += 4;
      continue;
    }
    *to++ = bytes[at++];
  }
  char* kept = plain;
  for (char* at = plain; at < to;) {
    if (*at == '\x0e') {
      char* const back = static_cast<char*>(std::memchr(at, '\x0f', static_cast<std::size_t>(to - at)));
      if (back != nullptr) {
        for (++at; at < back; ++at)
          *kept++ = *at >= 0x21 && *at <= 0x7e ? static_cast<char>(*at | 0x80) : *at;
        ++at;
        continue;
      }
      std::memmove(kept, at, static_cast<std::size_t>(to - at));
      kept += to - at;
      break;
    }
    *kept++ = *at++;
  }
  const std::string_view text(plain, static_cast<std::size_t>(kept - plain));
  return text.substr(0, text.find('\x1b'));
}

// Encode::CN::HZ. It stops at the first thing that is invalid. nullopt where it croaks; otherwise whether any
// GB was met.
std::optional<bool> decode_hz(std::string_view bytes, bool strict, Output& out, Arena& arena) {
  const CharTable& gb2312 = table_at(table_index("euc-cn"));
  bool any = false;
  bool in_ascii = true;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view rest = bytes.substr(at);
    if (in_ascii) {
      std::size_t end = 0;
      while (end < rest.size() && !ascii::is_high(rest[end]) && rest[end] != '~') ++end;
      out.add_bytes(rest.substr(0, end));
      at += end;
      if (end > 0) continue;
      if (rest.starts_with("~~"))
        out.add('~');
      else if (rest.starts_with("~{"))
        in_ascii = false;
      else if (!rest.starts_with("~\n"))
        break;
      at += 2;
      continue;
    }
    std::size_t end = 0;
    while (end + 1 < rest.size() && rest[end] >= 0x21 && rest[end] <= 0x77 && rest[end + 1] >= 0x21 &&
           rest[end + 1] <= 0x7e)
      end += 2;
    if (end > 0) {
      char* const high = arena.bytes(end);
      for (std::size_t i = 0; i < end; ++i) high[i] = static_cast<char>(rest[i] | 0x80);
      any = true;
      if (!decode_table(gb2312, {high, end}, strict ? Malformed::croak : Malformed::substitute, out))
        return std::nullopt;
      at += end;
    } else if (rest.starts_with("~}")) {
      in_ascii = true;
      at += 2;
    } else {
      break;
    }
  }
  return any;
}

}  // namespace

std::optional<DecodedText> decode(const Encoding& encoding, std::string_view bytes, bool strict,
                                  Arena& arena) {
  const auto units = [&](UnitForm form) -> std::optional<DecodedText> {
    Output out(bytes.size() * 2 + 4, arena);
    if (!decode_units(form, bytes, strict, out)) return std::nullopt;
    return DecodedText{out.finish(), true};
  };
  switch (encoding.kind) {
    case EncodingKind::utf8_strict:
    case EncodingKind::utf8:
      if (utf8::is_strict(bytes)) return DecodedText{bytes, true};
      if (strict) return std::nullopt;
      return DecodedText{utf8::substitute_malformed(bytes, arena), true};
    case EncodingKind::latin1: {
      if (utf8::is_ascii(bytes)) return DecodedText{bytes, true};
      Output out(bytes.size() * 2, arena);
      out.add_latin1(bytes);
      return DecodedText{out.finish(), true};
    }
    case EncodingKind::table: {
      const CharTable& table = table_at(encoding.table);
      if (table.ascii_compatible && table.length[0x7f] == 1 && utf8::is_ascii(bytes))
        return DecodedText{bytes, true};
      Output out(bytes.size() * 3 + 4, arena);
      if (!decode_table(table, bytes, strict ? Malformed::croak : Malformed::substitute, out))
        return std::nullopt;
      return DecodedText{out.finish(), true};
    }
    case EncodingKind::utf16be:
      return units({2, true, true});
    case EncodingKind::utf16le:
      return units({2, false, true});
    case EncodingKind::ucs2be:
      return units({2, true, false});
    case EncodingKind::ucs2le:
      return units({2, false, false});
    case EncodingKind::utf32be:
      return units({4, true, false});
    case EncodingKind::utf32le:
      return units({4, false, false});
    case EncodingKind::utf16:
    case EncodingKind::utf32: {
      Output out(bytes.size() * 2 + 4, arena);
      if (!decode_marked_units(encoding.kind == EncodingKind::utf16 ? 2 : 4, bytes, strict, out))
        return std::nullopt;
      return DecodedText{out.finish(), true};
    }
    case EncodingKind::utf7: {
      Output out(bytes.size() * 3 + 4, arena);
      const bool characters = decode_utf7(bytes, out, arena);
      return DecodedText{out.finish(), characters};
    }
    case EncodingKind::jis7: {
      const std::string_view euc = jis_to_euc(bytes, arena);
      Output out(euc.size() * 4 + 4, arena);
      decode_table(table_at(table_index("euc-jp")), euc, Malformed::quote, out);
      return DecodedText{out.finish(), true};
    }
    case EncodingKind::iso2022_kr: {
      const std::string_view euc = iso2022_kr_to_euc(bytes, arena);
      Output out(euc.size() * 4 + 4, arena);
      decode_table(table_at(table_index("euc-kr")), euc, Malformed::quote, out);
      return DecodedText{out.finish(), true};
    }
    case EncodingKind::hz: {
      Output out(bytes.size() * 3 + 4, arena);
      const std::optional<bool> characters = decode_hz(bytes, strict, out, arena);
      if (!characters) return std::nullopt;
      return DecodedText{out.finish(), *characters};
    }
  }
  return std::nullopt;
}

}  // namespace thresh
