// MessageScan's rules that the native tests' room answers: MIME headers, URI details, and patterns with %{NAME}.
#include "engine/scan/message_scan.h"

namespace thresh {

void MessageScan::run_mimeheaders() {}
void MessageScan::run_uri_details() {}
void MessageScan::run_templates() {}

}  // namespace thresh
