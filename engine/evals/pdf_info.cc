// Mail::SpamAssassin::Plugin::PDFInfo: attached PDFs by number, images, names, properties and digests.
// pdf_details.h reads the bytes.
#include "engine/evals/pdf_info.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ascii.h"
#include "engine/evals/families.h"
#include "engine/evals/pdf_details.h"
#include "engine/evals/perl_values.h"

namespace thresh {
namespace {

struct Pdfs {
  bool known = false;
  double count = 0;
  double images = 0;
  std::optional<double> pixels;  // of the last PDF that has images
  bool encrypted = false;
  std::vector<std::string> names;
  std::vector<PdfDetails> details;
};

bool is_pdf(const Part& part) {
  const std::string_view type = part.type();
  if (type == "application/pdf" || type == "image/pdf") return true;
  if (type != "application/octet-stream" && type != "image/octet-stream") return false;
  return ascii::iends_with(part.name(), ".pdf") || ascii::iends_with(part.name(), ".fdf");
}

const Pdfs& pdfs_of(EvalContext& context) {
  auto& pdfs = context.state<Pdfs>();
  if (pdfs.known) return pdfs;
  pdfs.known = true;
  for (const Part* part : context.message.leaves()) {
    if (!is_pdf(*part)) continue;
    pdfs.count += 1;
    PdfDetails details;
    if (!read_pdf(part->decoded(), details)) continue;
    if (perl_true(part->name())) pdfs.names.emplace_back(part->name());
    pdfs.images += details.images;
    if (details.pixels != 0) pdfs.pixels = details.pixels;
    pdfs.encrypted = pdfs.encrypted || details.encrypted;
    pdfs.details.push_back(std::move(details));
  }
  return pdfs;
}

bool in_range(const EvalCall& call, double value, bool below_max = false) {
  if (!call.has_arg(0) || value < number_arg(call, 0)) return false;
  if (!call.has_arg(1)) return true;
  const double max = number_arg(call, 1);
  return below_max ? value < max : value <= max;
}

EvalResult pdf_count(EvalContext& context, const EvalCall& call) {
  return in_range(call, pdfs_of(context).count);
}

EvalResult pdf_image_count(EvalContext& context, const EvalCall& call) {
  return in_range(call, pdfs_of(context).images);
}

EvalResult pdf_pixel_coverage(EvalContext& context, const EvalCall& call) {
  const std::optional<double> pixels = pdfs_of(context).pixels;
  return pixels && in_range(call, *pixels);
}

EvalResult pdf_image_to_text_ratio(EvalContext& context, const EvalCall& call) {
  const std::optional<double> pixels = pdfs_of(context).pixels;
  if (!call.has_arg(1) || !pixels) return false;
  double length = 0;
  for (const std::string_view text : rule_texts(context, call)) length += static_cast<double>(text.size());
  return length != 0 && in_range(call, length / *pixels, true);
}

EvalResult pdf_is_empty_body(EvalContext& context, const EvalCall& call) {
  if (pdfs_of(context).count == 0) return false;
  const double most = number_arg(call, 0);
  double bytes = 0;
  const std::span<const std::string_view> lines = rule_texts(context, call);
  for (const std::string_view line : lines.subspan(std::min<std::size_t>(1, lines.size()))) {
    if (ascii::trim_left(line).empty()) continue;
    bytes += static_cast<double>(line.size());
    if (bytes > most) return false;
  }
  return true;
}

// Visits the dimensions of all PDFs, "HEIGHTxWIDTH", until `test` holds.
template <typename Test>
bool any_dimensions(EvalContext& context, Test&& test) {
  for (const PdfDetails& details : pdfs_of(context).details)
    if (std::ranges::any_of(details.dimensions, test)) return true;
  return false;
}

EvalResult pdf_image_size_exact(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(1)) return false;
  const std::string wanted = std::string(call.arg(0)) + "x" + std::string(call.arg(1));
  return any_dimensions(context, [&](const std::string& dimensions) { return dimensions == wanted; });
}

EvalResult pdf_image_size_range(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(1)) return false;
  return any_dimensions(context, [&](const std::string& dimensions) {
    const double height = perl_number(dimensions);
    const double width = perl_number(std::string_view(dimensions).substr(dimensions.find('x') + 1));
    return height >= number_arg(call, 0) && width >= number_arg(call, 1) &&
           (!call.has_arg(2) || height <= number_arg(call, 2)) &&
           (!call.has_arg(3) || width <= number_arg(call, 3));
  });
}

EvalResult pdf_named(EvalContext& context, const EvalCall& call) {
  return call.has_arg(0) && std::ranges::count(pdfs_of(context).names, call.arg(0)) > 0;
}

// A pattern with or without delimiters (compile_regexp's strip level 2), in the argument `Index`; null when
// the rule has none.
template <std::size_t Index>
Result<std::shared_ptr<const void>> prepare_pattern(const EvalCall& call, const RuleSet&) {
  if (!call.has_arg(Index)) return nullptr;
  const std::string_view text = call.arg(Index);
  const bool delimited = text.starts_with('/') ||
                         (text.starts_with('m') && text.size() > 1 && !ascii::is_word(text[1])) ||
                         (text.starts_with("qr") && text.size() > 2 && !ascii::is_word(text[2]));
  PerlPattern pattern{std::string(text), {}};
  if (delimited) {
    // parse_delimited knows m but not qr.
    Result<PerlPattern> parsed =
        parse_delimited(text.starts_with("qr") ? "m" + std::string(text.substr(2)) : std::string(text));
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    pattern = std::move(*parsed);
  }
  Result<Regex> compiled = Regex::compile(pattern.source, pattern.modifiers);
  if (!compiled) return std::unexpected(std::move(compiled.error()));
  return std::make_shared<Regex>(std::move(*compiled));
}

EvalResult pdf_name_regex(EvalContext& context, const EvalCall& call) {
  if (!call.prepared) return false;
  const auto& pattern = call.prepared_as<Regex>();
  return std::ranges::any_of(pdfs_of(context).names,
                             [&](const std::string& name) { return pattern.matches(name, context.regex); });
}

EvalResult pdf_match_details(EvalContext& context, const EvalCall& call) {
  if (!call.prepared) return false;
  const auto& pattern = call.prepared_as<Regex>();
  for (const PdfDetails& details : pdfs_of(context).details)
    for (const PdfDetails::Property& property : details.properties)
      if (property.name == call.arg(0) && pattern.matches(property.value, context.regex)) return true;
  return false;
}

EvalResult pdf_match_md5(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(0)) return false;
  const std::string wanted = ascii::upper(call.arg(0));
  return !wanted.empty() && std::ranges::any_of(pdfs_of(context).details,
                                                [&](const PdfDetails& pdf) { return pdf.md5 == wanted; });
}

EvalResult pdf_match_fuzzy_md5(EvalContext& context, const EvalCall& call) {
  if (!call.has_arg(0)) return false;
  const std::string wanted = ascii::upper(call.arg(0));
  return !wanted.empty() && std::ranges::any_of(pdfs_of(context).details, [&](const PdfDetails& pdf) {
    return pdf.fuzzy_md5 == wanted || pdf.tags_md5 == wanted;
  });
}

EvalResult pdf_is_encrypted(EvalContext& context, const EvalCall&) {
  return pdfs_of(context).encrypted;
}

constexpr std::string_view plugin = "PDFInfo";
constexpr std::array entries{
    EvalEntry{"pdf_count", plugin, pdf_count},
    EvalEntry{"pdf_image_count", plugin, pdf_image_count},
    EvalEntry{"pdf_pixel_coverage", plugin, pdf_pixel_coverage},
    EvalEntry{"pdf_image_size_exact", plugin, pdf_image_size_exact},
    EvalEntry{"pdf_image_size_range", plugin, pdf_image_size_range},
    EvalEntry{"pdf_named", plugin, pdf_named},
    EvalEntry{"pdf_name_regex", plugin, pdf_name_regex, prepare_pattern<0>},
    EvalEntry{"pdf_image_to_text_ratio", plugin, pdf_image_to_text_ratio},
    EvalEntry{"pdf_match_md5", plugin, pdf_match_md5},
    EvalEntry{"pdf_match_fuzzy_md5", plugin, pdf_match_fuzzy_md5},
    EvalEntry{"pdf_match_details", plugin, pdf_match_details, prepare_pattern<1>},
    EvalEntry{"pdf_is_encrypted", plugin, pdf_is_encrypted},
    EvalEntry{"pdf_is_empty_body", plugin, pdf_is_empty_body},
};

// A tag that several PDFs fill: values with spaces between, until it is 2 KiB long.
void add_to_tag(EvalContext& context, std::string_view name, std::string_view value) {
  constexpr std::size_t long_enough = 2048;
  if (value.empty()) return;
  const std::string before(context.tag(name));
  if (before.empty())
    context.set_tag(name, value);
  else if (before.size() < long_enough)
    context.set_tag(name, before + " " + std::string(value));
}

}  // namespace

const EvalFamily& pdf_info_family() {
  static const EvalFamily family{plugin, entries};
  return family;
}

std::vector<std::string> pdf_uris(EvalContext& context) {
  std::vector<std::string> uris;
  for (const PdfDetails& details : pdfs_of(context).details)
    uris.insert(uris.end(), details.uris.begin(), details.uris.end());
  return uris;
}

void set_pdf_tags(EvalContext& context) {
  const Pdfs& pdfs = pdfs_of(context);
  for (const PdfDetails& pdf : pdfs.details) {
    add_to_tag(context, "PDFVERSION", pdf.version);
    for (const PdfDetails::Property& property : pdf.properties) {
      if (property.name == "author") add_to_tag(context, "PDFAUTHOR", property.value);
      if (property.name == "creator") add_to_tag(context, "PDFCREATOR", property.value);
      if (property.name == "producer") add_to_tag(context, "PDFPRODUCER", property.value);
      if (property.name == "title") add_to_tag(context, "PDFTITLE", property.value);
    }
    if (pdf.pixels != 0) add_to_tag(context, "PDFIMGAREA", perl_text(pdf.pixels));
    // PDFInfo puts the fuzzy digest into PDFMD5 too.
    add_to_tag(context, "PDFMD5", pdf.fuzzy_md5);
    add_to_tag(context, "PDFMD5FUZZY1", pdf.fuzzy_md5);
    add_to_tag(context, "PDFMD5FUZZY2", pdf.tags_md5);
  }
  for (const std::string& name : pdfs.names) add_to_tag(context, "PDFNAME", name);
  add_to_tag(context, "PDFCOUNT", perl_text(pdfs.count));
  add_to_tag(context, "PDFIMGCOUNT", perl_text(pdfs.images));
}

}  // namespace thresh
