// Expected fields are those that Postfix 3.7 wrote for such sessions.
#include "milter/trace_header.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "milter/limits.h"

namespace thresh::milter {
namespace {

class TraceHeader : public testing::Test {
 protected:
  TraceHeader() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    envelope_.client_addr = "192.0.2.7";
    envelope_.client_name = "mail.example.com";
    envelope_.helo = "helo.example.com";
    envelope_.hostname = "mx.example.org";
    envelope_.queue_id = "4ZQ1";
    envelope_.sender = "a@example.com";
    envelope_.recipients = {"b@example.org"};
    envelope_.received_at = 1772582461;  // 4 March 2026
  }
  Envelope envelope_;
};

TEST_F(TraceHeader, OneRecipient) {
  envelope_.esmtp = true;
  EXPECT_EQ(trace_header(envelope_),
            "Return-Path: <a@example.com>\r\n"
            "Received: from helo.example.com (mail.example.com [192.0.2.7])\r\n"
            "\tby mx.example.org (Postfix) with ESMTP id 4ZQ1\r\n"
            "\tfor <b@example.org>; Wed,  4 Mar 2026 00:01:01 +0000 (UTC)\r\n");
}

TEST_F(TraceHeader, SeveralRecipientsAndAnUnknownClientWithTls) {
  envelope_.client_addr = "2001:db8::7";
  envelope_.client_name.clear();
  envelope_.sender.clear();
  envelope_.recipients = {"b@example.org", "c@example.org"};
  envelope_.tls_version = "TLSv1.3";
  envelope_.tls_cipher = "TLS_AES_256_GCM_SHA384";
  envelope_.tls_cipher_bits = "256";
  envelope_.auth_user = "user";
  EXPECT_EQ(trace_header(envelope_),
            "Return-Path: <>\r\n"
            "Received: from helo.example.com (unknown [IPv6:2001:db8::7])\r\n"
            "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\r\n"
            "\tby mx.example.org (Postfix) with ESMTPSA id 4ZQ1;\r\n"
            "\tWed,  4 Mar 2026 00:01:01 +0000 (UTC)\r\n");
}

TEST_F(TraceHeader, OfSendmail) {
  envelope_.client_addr.clear();
  EXPECT_EQ(trace_header(envelope_),
            "Return-Path: <a@example.com>\r\n"
            "Received: by mx.example.org (Postfix)\r\n"
            "\tid 4ZQ1; Wed,  4 Mar 2026 00:01:01 +0000 (UTC)\r\n");
}

TEST_F(TraceHeader, WhatStrangersSendStaysInItsPlace) {
  envelope_.helo = "[127.0.0.1]) by mx.example.org; x\r\nX-Spam: No";
  envelope_.sender = "a>\r\nX-Forged: <b";
  const std::string header = trace_header(envelope_);
  EXPECT_EQ(header.find("\nX-"), std::string::npos);
  EXPECT_NE(header.find("from [127.0.0.1]??by?mx.example.org??x??X-Spam:?No (mail.example.com [192.0.2.7])"),
            std::string::npos)
      << header;
}

TEST_F(TraceHeader, FitsItsRoomWhateverComes) {
  const std::string long_text(100'000, 'x');
  Envelope e = envelope_;
  e.client_addr = e.client_name = e.helo = e.tls_version = e.tls_cipher = e.tls_cipher_bits = e.auth_user =
      e.hostname = e.queue_id = e.sender = long_text;
  e.recipients = {long_text};
  EXPECT_LE(trace_header(e).size(), limits::trace_room);
}

}  // namespace
}  // namespace thresh::milter
