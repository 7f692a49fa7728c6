// HeaderQuery::parse.
#include "engine/message/header_query.h"

#include "engine/message/header_request.h"

namespace thresh {

HeaderQuery HeaderQuery::parse(std::string_view request) {
  const HeaderRequest parsed = HeaderRequest::parse(request);
  HeaderQuery query;
  query.source = parsed.source;
  query.name = std::string(parsed.name);
  query.raw = parsed.has(HeaderRequest::raw);
  query.addr = parsed.has(HeaderRequest::addr);
  query.display_name = parsed.has(HeaderRequest::display_name);
  query.host = parsed.has(HeaderRequest::host);
  query.domain = parsed.has(HeaderRequest::domain);
  query.ip = parsed.has(HeaderRequest::ip);
  query.revip = parsed.has(HeaderRequest::revip);
  query.first = parsed.has(HeaderRequest::first);
  query.last = parsed.has(HeaderRequest::last);
  return query;
}

}  // namespace thresh
