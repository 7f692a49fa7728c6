// The addresses of a message's text as FreeMail collects them.
#pragma once

#include <string>
#include <vector>

#include "engine/evals/eval.h"

namespace thresh {

// FreeMail::_parse_body: addresses of mailto: links, then those in the rendered lines that stand neither in <
// > nor before "wrote:"; in lower case, each once, in the order found, and no more than FreeMail reads. As in
// SpamAssassin the lines lose what it cuts out of them: it leaves them in the context for the body rules.
[[nodiscard]] std::vector<std::string> take_body_emails(EvalContext& context);

}  // namespace thresh
