// The header fields that the mail server puts on top of a message after the milter has seen it. Postfix hides
// the Received field that it adds, and Return-Path comes with delivery; without them every rule on relays and
// on the envelope sender would judge the wrong host.
#pragma once

#include <string>

#include "engine/message/envelope.h"

namespace thresh::milter {

// "Return-Path: <...>" and "Received: ..." as Postfix writes them (smtpd.c, pickup.c), with CRLF; at most
// limits::trace_room bytes. What strangers sent is cut and neutralised as Postfix does, so no value can break
// out of its place. Thread-safe.
[[nodiscard]] std::string trace_header(const Envelope& envelope);

}  // namespace thresh::milter
