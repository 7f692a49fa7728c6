// One Received header at a time: cases/received.cases has what SpamAssassin makes of each format.
#include "engine/message/received_line.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "engine/message/ip_networks.h"
#include "tests/message/case_files.h"

namespace thresh {
namespace {

std::string describe(const ReceivedLine& r) {
  switch (r.kind) {
    case ReceivedKind::ignored:
      return "ignored";
    case ReceivedKind::unparseable:
      return "unparseable";
    case ReceivedKind::fetchmail_marker:
      return "fetchmail";
    case ReceivedKind::qmail_scanner:
      return "qmail-scanner " + (r.envfrom.data() != nullptr ? std::string(r.envfrom) : "undef");
    case ReceivedKind::relay:
      break;
  }
  std::string out = "[ ";
  const auto add = [&](const char* name, std::string_view value) {
    out.append(name).append("=").append(value).append(" ");
  };
  add("ip", r.ip);
  add("rdns", r.rdns);
  add("helo", r.helo);
  add("by", r.by);
  add("ident", r.ident);
  add("envfrom", r.envfrom);
  add("intl", "0");
  add("id", r.id);
  add("auth", r.auth);
  out += "msa=0 ]";
  if (is_private_ip(r.ip)) out += " private";
  if (r.rdns.empty()) out += r.mta_looked_up_dns ? " no_reverse_dns" : " rdns_not_in_headers";
  if (r.envfrom.data() == nullptr) out += " no_envfrom";
  return out;
}

TEST(ReceivedLine, SeesWhatSpamAssassinSees) {
  const auto lines = case_lines("received.cases");
  std::size_t count = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (!lines[i].starts_with("=> ")) continue;
    Arena arena;
    EXPECT_EQ(describe(parse_received_line(lines[i - 1], arena)), lines[i].substr(3)) << lines[i - 1];
    ++count;
  }
  EXPECT_GT(count, 150U);
}

TEST(ReceivedLine, FoldsDoNotMatter) {
  Arena arena;
  const auto folded = parse_received_line(
      " from a.example.org (b.example.org\n\t[192.0.2.1])\n by mx.example.org\r\n  (Postfix) with ESMTP id "
      "A1B2C3;\n"
      "\tTue, 14 Nov 2023 08:05:50 +0000\n",
      arena);
  EXPECT_EQ(describe(folded),
            "[ ip=192.0.2.1 rdns=b.example.org helo=a.example.org by=mx.example.org ident= envfrom= intl=0 "
            "id=A1B2C3 auth= msa=0 ] no_envfrom");
}

TEST(ReceivedLine, NothingIsIgnored) {
  Arena arena;
  for (const char* value : {"", " ", ";", "from", "from ;", "(from", "f"})
    EXPECT_EQ(parse_received_line(value, arena).kind, ReceivedKind::ignored) << value;
}

// Each of these made some expression or an earlier matcher go over the line again and again.
TEST(ReceivedLine, HostileLinesTakeLinearTime) {
  const auto repeated = [](std::string_view head, std::string_view part, std::size_t size) {
    std::string line(head);
    while (line.size() < size) line += part;
    return line;
  };
  for (const auto& [head, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"from x (", "@"},
           {"from x (", "a@["},
           {"from x (y [192.0.2.1]) ", ") by x "},
           {"from x (y [192.0.2.1]) ", ") by) "},
           {"from x ", " by <>"},
           {"from x ", "return-path: <"},
           {"from x ", "helo="},
           {"from x ", " id <a"},
           {"from x by mx.google.com with ESMTPS id 1sm22aaa.1.2222.01.01.01.01.01 ", "(version="},
           {"from x ", "]) (AUTH: PLAIN x, "},
           {"from x authenticated ", "] (a "},
           {"from ", "from x (HELO y) [192.0.2.1] by mail.gmx.net ("},
           {"from x (SquirrelMail authenticated user y) ", "1.2.3.4 by "},
           {"from x Exim ", " ([192.0.2.1] "},
           {"from x (HELO y) (", "a@1.2.3.4)"},
           {"from ", "1:"},
           {"from x [", "::ffff:"},
           {"from x (<unknown", ">[1.2.3.4"},
           {"from x by y (", ") with qmail-scanne "}}) {
    Arena arena;
    const std::string line = repeated(head, part, 1 << 20);
    const auto begin = std::chrono::steady_clock::now();
    static_cast<void>(parse_received_line(line, arena));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(took.count(), 1.0) << head << part;  // 10 ms as a rule; quadratic ones take minutes
  }
}

TEST(ReceivedLine, SuiteOfSpamAssassin) {
  const auto cases = header_suite("received.jsonl");
  if (cases.empty()) GTEST_SKIP() << "THRESH_SHARED_DIR names no folder with suites/headers-spamassassin";
  for (const auto& c : cases) {
    Arena arena;
    const auto line = c.at("received").get<std::string>();
    const auto got = parse_received_line(line, arena);
    const auto& want = c.at("expected");
    EXPECT_EQ(got.kind == ReceivedKind::relay, !want.is_null()) << line;
    if (want.is_null() || got.kind != ReceivedKind::relay) continue;
    const auto expect = [&](const char* key, std::string_view value) {
      // The suite's values end at their first blank ("GMX (SMTP / ...)").
      EXPECT_EQ(value.substr(0, value.find(' ')), want.at(key).get<std::string>()) << key << " of " << line;
    };
    expect("ip", got.ip);
    expect("rdns", got.rdns);
    expect("helo", got.helo);
    expect("by", got.by);
    expect("ident", got.ident);
    expect("envfrom", got.envfrom);
    expect("id", got.id);
    expect("auth", got.auth);
  }
}

}  // namespace
}  // namespace thresh
