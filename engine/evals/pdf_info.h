// What PDFInfo contributes to a message besides its tests.
#pragma once

#include <string>
#include <vector>

#include "engine/evals/eval.h"

namespace thresh {

// URIs inside the attached PDFs; PDFInfo adds them to the URIs of the message before any rule runs.
[[nodiscard]] std::vector<std::string> pdf_uris(EvalContext& context);

// The tags PDFCOUNT, PDFVERSION, PDFNAME, ...
void set_pdf_tags(EvalContext& context);

}  // namespace thresh
