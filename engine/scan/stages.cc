#include "engine/scan/stages.h"

namespace thresh {

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::read:
      return "read";
    case Stage::mime_headers:
      return "mime_headers";
    case Stage::headers:
      return "headers";
    case Stage::header_evals:
      return "header_evals";
    case Stage::body_text:
      return "body_text";
    case Stage::body:
      return "body";
    case Stage::uri_list:
      return "uri_list";
    case Stage::uri:
      return "uri";
    case Stage::body_evals:
      return "body_evals";
    case Stage::rawbody:
      return "rawbody";
    case Stage::full:
      return "full";
    case Stage::metas:
      return "metas";
    case Stage::verdict:
      return "verdict";
  }
  return "";
}

}  // namespace thresh
