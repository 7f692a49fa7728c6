#include "engine/evals/metadata.h"

#include "engine/evals/pdf_info.h"
#include "engine/evals/textcat.h"

namespace thresh {

void extract_metadata(EvalContext& context) {
  if (context.rules.has_plugin("TextCat")) put_language_metadata(context);
  if (context.rules.has_plugin("PDFInfo")) {
    set_pdf_tags(context);
    for (const std::string& uri : pdf_uris(context)) context.message.add_uri(uri);
  }
}

}  // namespace thresh
