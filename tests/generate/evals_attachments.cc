// What tests of attachments want to see: pictures and PDFs of a size, names of programs (Plugin/ImageInfo.pm,
// PDFInfo.pm, AntiVirus.pm).
#include <algorithm>
#include <cstdlib>

#include "tests/generate/evals.h"
#include "tests/generate/images.h"

namespace thresh::generate {
namespace {

std::string argument(const Rule& rule, std::size_t i) {
  return i < rule.eval_args.size() ? rule.eval_args[i] : "";
}
unsigned number(const Rule& rule, std::size_t i) {
  return static_cast<unsigned>(std::strtoul(argument(rule, i).c_str(), nullptr, 10));
}

void attach_image(const Rule& rule, Random& random, Draft& draft) {
  const std::string& function = rule.eval_function;
  std::string type = argument(rule, 0);
  if (type == "all") type = chance(random, 40) ? "png" : chance(random, 60) ? "gif" : "jpeg";
  if (function == "image_count") {
    for (unsigned n = number(rule, 1); n > 0; --n) {
      const auto width = static_cast<unsigned>(20 + below(random, 600));
      draft.attachments.push_back(image(type, width, static_cast<unsigned>(20 + below(random, 500))));
    }
    return;
  }
  const bool have = !draft.attachments.empty();
  if (function == "pixel_coverage") {
    const unsigned low = number(rule, 1);
    const unsigned area = (low + (argument(rule, 2).empty() ? low * 2 : number(rule, 2))) / 2;
    if (have) draft.attachments.pop_back();
    draft.attachments.push_back(image(type, area / 400 + 1, 400));
  } else if (function == "image_to_text_ratio") {
    if (!have) draft.attachments.push_back(image(type, 900, 700));
    if (draft.paragraphs.empty()) draft.paragraphs.push_back("see here");
  } else {
    draft.attachments.push_back(image(type, number(rule, 2) + 1, number(rule, 1) + 1));
  }
}

void attach_pdf(const Rule& rule, Random& random, Draft& draft) {
  const std::string& function = rule.eval_function;
  unsigned width = 300, height = 200;
  std::string producer = "Sample", extra;
  if (function == "pdf_image_size_range") {
    height = number(rule, 0) + 10;
    width = number(rule, 1) + 10;
  } else if (function == "pdf_image_to_text_ratio") {
    width = height = 1000;
  } else if (function == "pdf_is_encrypted") {
    extra = "/Encrypt 5 0 R\n";
  } else if (function == "pdf_is_empty_body") {
    draft.bare = true;
    draft.paragraphs.clear();
    draft.html.clear();
    draft.body = Draft::Body::plain;
  } else if (function == "pdf_match_details") {
    const auto pattern = parse_delimited(argument(rule, 1));
    auto maker =
        pattern ? PatternText::make(*pattern) : Result<PatternText>(std::unexpected(pattern.error()));
    if (const auto hit = maker ? maker->hit(random) : std::nullopt) producer = *hit + "8";
  }
  const std::string size = std::to_string(width), tall = std::to_string(height);
  const std::string bytes = "%PDF-1.3\n1 0 obj\n<</Producer(" + producer +
                            ")\n/Title(Sample)>>\nendobj\n2 0 obj\n\n" + extra + "<</Subtype/Image/Width " +
                            size + "/Height " + tall + "\n>>\nendobj\n%%EOF\n";
  draft.attachments.push_back(
      {{{"Content-Type", "application/pdf; name=\"sample.pdf\""}, {"Content-Transfer-Encoding", "base64"}},
       base64(bytes)});
}

}  // namespace

bool attach_for_eval(const Rule& rule, Random& random, Draft& draft) {
  const std::string& function = rule.eval_function;
  if (function.starts_with("pdf_"))
    attach_pdf(rule, random, draft);
  else if (function == "image_count" || function == "pixel_coverage" || function == "image_to_text_ratio" ||
           function == "image_size_exact" || function == "image_size_range")
    attach_image(rule, random, draft);
  else if (function == "check_microsoft_executable")
    draft.attachments.push_back({{{"Content-Type", "application/octet-stream; name=\"setup.exe\""}}, "MZ\n"});
  else if (function == "check_suspect_name")
    draft.attachments.push_back({{{"Content-Type", "application/zip; name=\"letter.txt\""}}, "PK\n"});
  else
    return false;
  return true;
}

}  // namespace thresh::generate
