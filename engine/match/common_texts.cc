// Counted in mailing lists, personal mail and phishing of 2002 to 2024; rounded.
#include "engine/match/common_texts.h"

namespace thresh {
namespace {

constexpr CommonText in_body[] = {
    {"http://", 7e-4},    {"https://", 5e-4},   {"://www.", 2e-4},   {".com", 1.2e-3},      {".net", 3e-4},
    {".org", 3e-4},       {".html", 2e-4},      {"mail", 1.3e-3},    {"list", 1.2e-3},      {"the ", 4e-3},
    {" the", 4e-3},       {" the ", 3.7e-3},    {" you", 2.4e-3},    {" you ", 1.1e-3},     {" your ", 9e-4},
    {"ing ", 2.8e-3},     {"tion", 1.9e-3},     {"ation", 1e-3},     {"ment", 8e-4},        {" and ", 1.9e-3},
    {" to ", 3.1e-3},     {" of ", 1.7e-3},     {" in ", 1.3e-3},    {" is ", 1.2e-3},      {" for ", 1.2e-3},
    {" this ", 7e-4},     {" that ", 9e-4},     {" have ", 5e-4},    {" with ", 7e-4},      {" from ", 6e-4},
    {" will ", 4e-4},     {" email ", 4e-4},    {" we have ", 1e-4}, {" please ", 2e-4},    {" click ", 1e-4},
    {" here ", 2e-4},     {" free ", 2e-4},     {"subscri", 3e-4},   {"information", 2e-4}, {" > ", 5e-3},
    {"----------", 3e-3}, {"__________", 7e-3}, {">>", 3e-3},        {"==", 2e-3},          {"2002", 1e-3},
};

constexpr CommonText in_rawbody[] = {
    {"        ", 2e-2},   {"\n        ", 3.5e-3},  {"\t\t\t\t", 5e-3},   {"----------", 2e-3},
    {"__________", 3e-3}, {"http://", 7e-4},       {"https://", 5e-4},   {"://www.", 2e-4},
    {".com", 8e-4},       {"mailto:", 1e-4},       {"<a href=\"", 4e-4}, {" href=\"", 5e-4},
    {"<br>", 8e-4},       {"<BR>", 4e-4},          {"&nbsp;", 6e-4},     {" style=\"", 1.8e-3},
    {"font-size:", 6e-4}, {"font-family:", 5e-4},  {"font-", 1.5e-3},    {"<font ", 5e-4},
    {"<FONT ", 3e-4},     {"</font>", 5e-4},       {"padding", 1.1e-3},  {"width", 1.5e-3},
    {" width=\"", 5e-4},  {"height", 8e-4},        {"color:", 1e-3},     {"=\"", 7.4e-3},
    {"=\"0\"", 9e-4},     {" border=\"0\"", 3e-4}, {"align=\"", 5e-4},   {"<table", 3e-4},
    {"</td>", 8e-4},      {"<td", 8e-4},           {"</tr>", 5e-4},      {"<tr>", 4e-4},
    {"</span>", 4e-4},    {"<span ", 4e-4},        {"</p>", 3e-4},       {"<img ", 2e-4},
    {" src=\"", 2e-4},    {"</a>", 4e-4},          {"></", 1.7e-3},      {"><", 4e-3},
    {">\n<", 2e-3},       {"sans-serif", 4e-4},    {"the ", 2e-3},       {" the", 2e-3},
    {" you", 1e-3},       {"ing ", 1.3e-3},        {"tion", 1.4e-3},     {" and ", 9e-4},
    {" to ", 1.5e-3},     {" of ", 8e-4},          {"px;", 2e-3},
};

constexpr CommonText in_full[] = {
    {"        ", 4e-3},    {"----------", 1e-3}, {"==========", 5e-4},  {"\nReceived: from ", 8e-4},
    {" with ESMTP", 4e-4}, {"\nX-", 2.6e-3},     {"\nX-MS-", 1e-3},     {"\nContent-T", 3e-4},
    {"\nFrom: ", 2e-4},    {"\nTo: ", 2e-4},     {"\nSubject: ", 2e-4}, {"\nDate: ", 2e-4},
    {"\nMessage-I", 2e-4}, {"http://", 3e-4},    {"https://", 3e-4},    {".com", 2.5e-3},
    {"mail", 1.6e-3},      {"from", 1.3e-3},     {"list", 1.5e-3},      {"tion", 1.7e-3},
    {"the ", 1e-3},        {" the", 1e-3},       {"ing ", 8e-4},        {"=3D\"", 1e-3},
    {"=\n", 2e-3},         {" =?utf-8?", 1e-3},  {" with ", 1e-3},      {" by ", 8e-4},
    {" for ", 5e-4},       {"=\"", 2e-3},
};

constexpr CommonText in_uri[] = {
    {"\nhttp://", 4.2e-3}, {"\nhttps://", 4.6e-3}, {"\nmailto:", 2.8e-3}, {"://www.", 1.7e-3},
    {".com/", 4.5e-3},     {".com", 6.8e-3},       {".net", 2e-3},        {".org", 1.5e-3},
    {"mail", 4.8e-3},      {"list", 2.4e-3},       {".html\n", 1e-3},     {".gif\n", 1e-3},
    {".jpg\n", 6e-4},      {".png\n", 5e-4},       {"/images/", 4e-4},    {".com\n", 1.5e-3},
    {"@", 2.8e-3},         {".php?", 3e-4},        {"//", 9.1e-3},
};

constexpr CommonText in_headers[] = {
    {"\nReceived: from ", 1.5e-3},
    {"Received: from ", 1.5e-3},
    {" with ESMTP id ", 6e-4},
    {" with SMTP id ", 3e-4},
    {" with ", 1.8e-3},
    {") by ", 1.5e-3},
    {" by ", 2e-3},
    {" for <", 6e-4},
    {"from ", 1.8e-3},
    {" id ", 1.2e-3},
    {"(Postfix) ", 5e-4},
    {"localhost ", 6e-4},
    {" [127.0.0.1]", 4e-4},
    {"[127.0.0.1]) by ", 3e-4},
    {".com", 3.4e-3},
    {".com (", 1.1e-3},
    {".org", 1.7e-3},
    {".net", 1e-3},
    {"mail", 1.9e-3},
    {"\nX-", 2.9e-3},
    {"\nX-MS-", 1e-3},
    {"\nX-M", 5e-4},
    {"\nFrom: ", 5e-4},
    {"\nTo: ", 5e-4},
    {"\nSubject: ", 5e-4},
    {"\nDate: ", 5e-4},
    {"\nMessage-ID: <", 3e-4},
    {"\nMessage-Id: <", 3e-4},
    {"\nContent-Type: ", 5e-4},
    {"\nMIME-Version: 1.0\n", 4e-4},
    {"\nContent-Transfer-Encoding: ", 3e-4},
    {"\nReturn-Path: <", 4e-4},
    {"\nDelivered-To: ", 3e-4},
    {"\nList-", 8e-4},
    {"\nReply-To: ", 2e-4},
    {"\nSender: ", 2e-4},
    {"\nPrecedence: ", 2e-4},
    {"\nErrors-To: ", 1e-4},
    {"\nReferences: <", 1e-4},
    {"\nIn-Reply-To: <", 1e-4},
    {"text/plain; charset=", 3e-4},
    {" +0000", 4e-4},
    {" -0700 (PDT)", 2e-4},
    {"SMTP", 1.5e-3},
    {"\n\t", 3e-3},
    {"\n        ", 8e-4},
    {"2002 ", 1e-3},
    {": ", 1e-2},
};

constexpr CommonText in_field[] = {
    {".com", 8e-3},
    {".com>", 5e-3},
    {".org", 2.6e-3},
    {".net", 2e-3},
    {"mail", 4e-3},
    {"mail.com", 1.5e-3},
    {"list", 2e-3},
    {" <", 5.7e-3},
    {"\" <", 2e-3},
    {"\n\"", 1e-3},
    {"text/plain; charset=", 1.3e-3},
    {"text/html; charset=", 5e-4},
    {"multipart/", 8e-4},
    {"; boundary=\"", 7e-4},
    {"charset=\"", 1.3e-3},
    {"us-ascii", 6e-4},
    {"Microsoft", 6e-4},
    {"\nRe: ", 1e-3},
    {"http://", 5e-4},
    {" the ", 8e-4},
    {"tion", 1.5e-3},
    {"ing ", 1e-3},
    {" for ", 6e-4},
    {" you", 8e-4},
    {", ", 6e-3},
    {"2002 ", 1e-3},
    {" +0000", 4e-4},
};

constexpr CommonText in_relays[] = {
    {"[ ip=", 6.2e-3},
    {"\n[ ip=", 1.6e-3},
    {"] [ ip=", 4.6e-3},
    {" rdns=", 6.2e-3},
    {" helo=", 6.2e-3},
    {" by=", 6.2e-3},
    {" ident= envfrom= intl=0 id=", 5.7e-3},
    {" id=", 6.2e-3},
    {" auth= msa=0 ]", 6.2e-3},
    {" rdns= helo=", 1.3e-3},
    {".com by=", 3e-3},
    {".com helo=", 2.4e-3},
    {".com ident=", 3.1e-3},
    {".org ident=", 1e-3},
    {".net ", 3e-3},
    {".com ", 8.6e-3},
    {".org ", 2.4e-3},
    {"mail", 4e-3},
    {"smtp", 2e-3},
    {"mx", 2e-3},
    {"127.0.0.1 rdns=localhost", 6e-4},
    {"localhost", 1.2e-3},
    {".com", 9e-3},
};

}  // namespace

std::span<const CommonText> common_texts(TextKind kind) {
  switch (kind) {
    case TextKind::body:
      return in_body;
    case TextKind::rawbody:
      return in_rawbody;
    case TextKind::full:
      return in_full;
    case TextKind::uri:
      return in_uri;
    case TextKind::headers:
      return in_headers;
    case TextKind::field:
      return in_field;
    case TextKind::relays:
      return in_relays;
  }
  return {};
}

}  // namespace thresh
