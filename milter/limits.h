// Bounds of the milter, each with its reason. What an administrator may want to change is a setting instead.
#pragma once

#include <chrono>
#include <cstddef>

namespace thresh::milter::limits {

// One packet from the mail server, so one header field: Postfix sends header_size_limit (102,400 by default)
// in one; libmilter's own bound of 64 KiB drops the connection of mail that Postfix takes.
inline constexpr std::size_t packet = std::size_t{16} << 20;

// Kept of each message whatever the budget says, so that a message never goes unseen because others are
// large. Header fields and the first part of nearly all mail fit.
inline constexpr std::size_t always_kept = std::size_t{256} << 10;

// First allocation for a message whose size was not announced.
inline constexpr std::size_t first_buffer = std::size_t{32} << 10;

// Room before the message for Return-Path and Received, which are made at its end. Names and addresses in
// them are cut at trace_value bytes each (RFC 5321 4.5.3.1 allows 255 for a domain, 256 for a path; SMTPUTF8
// and generous peers some more).
inline constexpr std::size_t trace_room = std::size_t{16} << 10;
inline constexpr std::size_t trace_value = 1024;

// Recipients that are remembered for per-recipient settings. Postfix gives at most smtpd_recipient_limit
// (1,000 by default); an administrator may have raised it.
inline constexpr std::size_t recipients = 100'000;

// Rules named in X-Spam-Status. More are counted: a header field should stay readable and below what mail
// servers take.
inline constexpr std::size_t status_rules = 200;

// Characters of X-Spam-Level, as in SpamAssassin.
inline constexpr std::size_t level_stars = 50;

// How often the mail server is told that we are still at work.
inline constexpr std::chrono::seconds progress_interval{5};

// Foreign X-Spam fields and such that are deleted from one message: the mail server walks through the message
// for each. No honest message has as many, so one with more is refused.
inline constexpr std::size_t foreign_headers = 1000;

}  // namespace thresh::milter::limits
