// The table charsets: specifications (whose converter, what Perl's Encode maps differently) and their making.
#include "engine/message/encoding_tables.h"

#include <memory>
#include <mutex>
#include <span>

#include "engine/message/code_converter.h"

namespace thresh {
namespace {

struct Patch {
  std::uint16_t code;
  char16_t character;  // 0: no such character
};

struct Rows {
  unsigned char lead_from = 0x80, lead_to = 0xff, trail_from = 0, trail_to = 0xff;
};

enum Trait : unsigned {
  none = 0,
  no_c1 = 1,       // a byte in 0x80 to 0x9f that would be a C1 control is nothing
  no_private = 2,  // the private use area is nothing
  no_del = 4,      // 0x7f is nothing
  pairs = 8,       // has characters of two bytes
  not_ascii = 16,  // bytes below 0x80 are as the converter says
  no_high_single = 32,
  by_c_library = 64,  // the converter is the C library's
};

struct Spec {
  std::string_view name;  // Encode's
  const char* converter;  // ICU's, unless by_c_library; null: ASCII
  unsigned traits = none;
  Rows rows{};
  std::span<const Patch> patches{};
};

constexpr Patch cp437_patches[] = {{0xe6, 0xb5}};
constexpr Patch cp852_patches[] = {{0xaa, 0xac}};
constexpr Patch cp864_patches[] = {{0x25, 0x66a}, {0xd7, 0xfec1}, {0xd8, 0xfec5}, {0xf1, 0x651}, {0x9f, 0}};
constexpr Patch cp869_patches[] = {{0x88, 0xb7}, {0xef, 0x384}};
constexpr Patch cp1253_patches[] = {{0xaa, 0}};
constexpr Patch shiftjis_patches[] = {{0x8160, 0x301c}, {0x8161, 0x2016}, {0x817c, 0x2212},
                                      {0x8191, 0xa2},   {0x8192, 0xa3},   {0x81ca, 0xac}};
constexpr Patch cp932_patches[] = {
    {0x80, 0x80}, {0xa0, 0xf8f0}, {0xfd, 0xf8f1}, {0xfe, 0xf8f2}, {0xff, 0xf8f3}};
constexpr Patch euc_cn_patches[] = {{0xa3a7, 0xff07}};
constexpr Patch big5_eten_patches[] = {
    {0xa2cc, 0x3038}, {0xa2cd, 0x3039}, {0xa2ce, 0x303a}, {0xc255, 0x5f5e}, {0xc6bf, 0x2f02},
    {0xc6c0, 0x2f03}, {0xc6c1, 0x2f05}, {0xc6c2, 0x2f07}, {0xc6c3, 0x2f0c}, {0xc6c4, 0x2f0d},
    {0xc6c5, 0x2f0e}, {0xc6c6, 0x2f13}, {0xc6c7, 0x2f16}, {0xc6c8, 0x2f19}, {0xc6c9, 0x2f1b},
    {0xc6ca, 0x2f22}, {0xc6cb, 0x2f27}, {0xc6cc, 0x2f2e}, {0xc6ce, 0x2f34}, {0xc6cf, 0x2f35},
    {0xc6d0, 0x2f39}, {0xc6d1, 0x2f3a}, {0xc6d2, 0x2f41}, {0xc6d3, 0x2f46}, {0xc6d4, 0x2f67},
    {0xc6d5, 0x2f68}, {0xc6d6, 0x2fa1}, {0xc6d7, 0x2faa}, {0xc6de, 0xf6ee}, {0xc6df, 0xf6ef},
    {0xc87e, 0xf7ea}, {0xf9fe, 0x2593}};

// The C library's is JIS X 0213 of 2004, Perl's that of 2000.
constexpr Patch euc_jp_patches[] = {
    {0xa1bd, 0x2015}, {0xa2d6, 0x2985}, {0xa2d7, 0x2986}, {0xaea1, 0}, {0xaffe, 0}, {0xcfd4, 0}, {0xcffe, 0},
    {0xf4a7, 0},      {0xfefa, 0},      {0xfefb, 0},      {0xfefc, 0}, {0xfefd, 0}, {0xfefe, 0}};
constexpr Patch johab_patches[] = {{0xd9e8, 0}};

constexpr Rows gb2312_rows{0xa1, 0xf7, 0xa1, 0xfe};
constexpr Rows ksx1001_rows{0xa1, 0xfd, 0xa1, 0xfe};
constexpr Rows jisx0208_rows{0x81, 0xef, 0x40, 0xfc};
constexpr Rows big5_rows{0xa1, 0xf9, 0x40, 0xfe};
constexpr Rows hkscs_rows{0x85, 0xfe, 0x40, 0xfe};
constexpr Rows eucjp_rows{0x8e, 0xfe, 0xa1, 0xfe};

constexpr Spec specs[] = {
    {"ascii", nullptr},
    {"cp1252", "ibm-5348_P100-1997", no_c1},
    {"iso-8859-15", "ibm-923_P100-1998"},
    {"iso-8859-2", "ibm-912_P100-1995"},
    {"cp1251", "ibm-5347_P100-1998", no_c1},
    {"cp1250", "ibm-5346_P100-1998", no_c1},
    {"koi8-r", "ibm-878_P100-1996"},
    {"koi8-u", "ibm-1168_P100-2002"},
    {"euc-cn", "ibm-1383_P110-1999", pairs | no_private | no_high_single, gb2312_rows, euc_cn_patches},
    {"cp936", "windows-936-2000", pairs},
    {"big5-eten", "ibm-1375_P100-2008", pairs | no_high_single, big5_rows, big5_eten_patches},
    {"shiftjis", "ibm-943_P15A-2003", pairs, jisx0208_rows, shiftjis_patches},
    {"euc-jp", "EUC-JISX0213", pairs | no_high_single | by_c_library, eucjp_rows, euc_jp_patches},
    {"euc-kr", "windows-949-2000", pairs | no_private | no_high_single, ksx1001_rows},
    {"cp949", "windows-949-2000", pairs},
    {"cp932", "ibm-943_P15A-2003", pairs, Rows{}, cp932_patches},
    {"cp950", "windows-950-2000", pairs},
    {"big5-hkscs", "ibm-5471_P100-2006", pairs | no_high_single, hkscs_rows},
    {"iso-8859-3", "ibm-913_P100-2000"},
    {"iso-8859-4", "ibm-914_P100-1995"},
    {"iso-8859-5", "ibm-915_P100-1995"},
    {"iso-8859-6", "ibm-1089_P100-1995"},
    {"iso-8859-7", "ibm-9005_X110-2007"},
    {"iso-8859-8", "ibm-5012_P100-1999"},
    {"iso-8859-9", "ibm-920_P100-1995"},
    {"iso-8859-10", "iso-8859_10-1998"},
    {"iso-8859-11", "iso-8859_11-2001"},
    {"iso-8859-13", "ibm-921_P100-1995"},
    {"iso-8859-14", "iso-8859_14-1998"},
    {"cp1253", "ibm-5349_P100-1998", no_c1, Rows{}, cp1253_patches},
    {"cp1254", "ibm-5350_P100-1998", no_c1},
    {"cp1255", "ibm-9447_P100-2002", no_c1},
    {"cp1256", "ibm-9448_X100-2005"},
    {"cp1257", "ibm-9449_P100-2002", no_c1},
    {"cp1258", "ibm-5354_P100-1998", no_c1},
    {"cp874", "windows-874-2000", no_c1 | no_private},
    {"cp437", "ibm-437_P100-1995", none, Rows{}, cp437_patches},
    {"cp737", "ibm-737_P100-1997"},
    {"cp775", "ibm-775_P100-1996"},
    {"cp850", "ibm-850_P100-1995"},
    {"cp852", "ibm-852_P100-1995", none, Rows{}, cp852_patches},
    {"cp855", "ibm-855_P100-1995"},
    {"cp857", "ibm-857_P100-1995"},
    {"cp858", "ibm-858_P100-1997"},
    {"cp860", "ibm-860_P100-1995", none, Rows{}, cp437_patches},
    {"cp861", "ibm-861_P100-1995", none, Rows{}, cp437_patches},
    {"cp862", "ibm-862_P100-1995", none, Rows{}, cp437_patches},
    {"cp863", "ibm-863_P100-1995", none, Rows{}, cp437_patches},
    {"cp864", "ibm-864_X110-1999", none, Rows{}, cp864_patches},
    {"cp865", "ibm-865_P100-1995", none, Rows{}, cp437_patches},
    {"cp866", "ibm-866_P100-1995"},
    {"cp869", "ibm-869_P100-1995", none, Rows{}, cp869_patches},
    {"iso-8859-16", "ISO-8859-16", by_c_library},
    {"viscii", "VISCII", not_ascii | by_c_library},
    {"johab", "JOHAB", pairs | no_del | by_c_library, Rows{}, johab_patches},
    {"cp37", "ibm-37_P100-1995", not_ascii},
    {"cp500", "ibm-500_P100-1995", not_ascii},
    {"cp1047", "ibm-1047_P100-1995,swaplfnl", not_ascii},
    {"MacRoman", "macos-0_2-10.2", no_del},
    {"MacCyrillic", "macos-7_3-10.2", no_del},
    {"MacGreek", "macos-6_2-10.4", no_del},
    {"MacTurkish", "macos-35-10.2", no_del},
    {"MacCentralEurRoman", "macos-29-10.2", no_del},
};

std::unique_ptr<CharTable> make_table(const Spec& spec) {
  auto table = std::make_unique<CharTable>();
  for (unsigned byte = 0; byte < 0x80; ++byte) {
    table->length[byte] = 1;
    table->single[byte] = byte;
  }
  if (spec.converter == nullptr) return table;

  CodeConverter converter(
      (spec.traits & by_c_library) != 0 ? CodeConverter::Source::c_library : CodeConverter::Source::icu,
      spec.converter);
  if (!converter.is_open()) return table;
  const auto wanted = [&](char32_t character) {
    return character != 0 && !((spec.traits & no_private) != 0 && character >= 0xe000 && character <= 0xf8ff);
  };
  const unsigned first = (spec.traits & not_ascii) != 0 ? 0 : 0x80;
  table->ascii_compatible = first != 0;
  for (unsigned byte = first; byte < 256 && (spec.traits & no_high_single) == 0; ++byte) {
    const char bytes[1] = {static_cast<char>(byte)};
    const char32_t character = converter.character({bytes, 1});
    if (byte > 0 && (!wanted(character) || character == 0xfffd)) continue;
    if ((spec.traits & no_c1) != 0 && character == byte && byte < 0xa0) continue;
    table->length[byte] = 1;
    table->single[byte] = character;
  }
  if ((spec.traits & no_del) != 0) table->length[0x7f] = 0;
  if ((spec.traits & pairs) != 0) {
    table->pairs.assign(256 * 256, 0);
    const auto add_pair = [&](unsigned lead, unsigned trail, char32_t character) {
      table->pairs[lead * 256 + trail] = character;
      if (character != 0) table->length[lead] = 2;
    };
    for (unsigned lead = spec.rows.lead_from; lead <= spec.rows.lead_to; ++lead) {
      if (table->length[lead] == 1) continue;
      for (unsigned trail = spec.rows.trail_from; trail <= spec.rows.trail_to; ++trail) {
        const char bytes[2] = {static_cast<char>(lead), static_cast<char>(trail)};
        const char32_t character = converter.character({bytes, 2});
        if (wanted(character) && character != 0xfffd) add_pair(lead, trail, character);
      }
    }
    if (spec.name == "shiftjis")  // NEC's and IBM's rows are not in the standard
      for (const unsigned lead : {0x87u, 0xedu, 0xeeu}) table->length[lead] = 0;
    if (spec.name == "big5-eten")
      for (unsigned i = 0; i <= 0x27; ++i) add_pair(0xc8, 0xa5 + i, 0xf7ef + i);
    if (spec.name == "euc-jp") {
      for (unsigned lead = 0xa1; lead < 0xff; ++lead) table->length[lead] = 2;
      table->length[0x8f] = 3;
      table->triples.assign(256 * 256, 0);
      // Perl has JIS X 0212 wherever the second plane of JIS X 0213 leaves room.
      CodeConverter jisx0212(CodeConverter::Source::icu, "euc-jp-2007");
      for (unsigned second = 0xa1; second < 0xff; ++second)
        for (unsigned third = 0xa1; third < 0xff; ++third) {
          const char bytes[3] = {'\x8f', static_cast<char>(second), static_cast<char>(third)};
          const char32_t character = converter.character({bytes, 3});
          table->triples[second * 256 + third] = character != 0 ? character : jisx0212.character({bytes, 3});
        }
      table->triples[0xa2b7] = U'~';
      table->triples[0xfdbb] = 0x9b1d;  // 2004 against 2000 once more
    }
  }
  for (const Patch& patch : spec.patches) {
    if (patch.code > 0xff) {
      table->pairs[patch.code] = patch.character;
    } else {
      table->single[patch.code] = patch.character;
      table->ascii_compatible = table->ascii_compatible && patch.code >= 0x80;
      table->length[patch.code] = patch.character == 0 ? 0 : 1;
    }
  }
  return table;
}

constexpr std::size_t spec_count = std::size(specs);

}  // namespace

std::size_t table_count() {
  return spec_count;
}

std::string_view table_name(int index) {
  return specs[index].name;
}

const CharTable& table_at(int index) {
  static std::unique_ptr<CharTable> tables[spec_count];
  static std::once_flag made[spec_count];
  std::call_once(made[index], [&] { tables[index] = make_table(specs[index]); });
  return *tables[index];
}

int table_index(std::string_view name) {
  for (std::size_t i = 0; i < spec_count; ++i)
    if (specs[i].name == name) return static_cast<int>(i);
  return -1;
}

}  // namespace thresh
