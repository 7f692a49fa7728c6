// One message, one line of the log (event `message`): who sent it, what it got and why, what was done and
// what it cost. Never a byte of the subject or the body.
//
//   queue_id client helo from rcpts size          the envelope; client as Postfix writes it: name[address]
//   score required spam rules rules_left_out      where it was scanned; rules as NAME=points, heaviest first
//   action wanted softened_by                     what was done; by score alone; why it was milder
//   not_scanned degraded partial limited          only where there is something to say
//   ms wait cpu stages                            milliseconds: end of message to answer; of that, waiting
//   for a slot;
//                                                 CPU of the scan; CPU by stage
#pragma once

#include <cstddef>

#include "engine/base/log.h"
#include "milter/report.h"

namespace thresh::milter {

// Bytes that the list of rules, and each other list, may take of the line.
inline constexpr std::size_t max_logged_list = 900;

// At level info; warning where the message was not scanned. Safe from any number of threads.
void log_message(Log& log, const MessageReport& report) noexcept;

}  // namespace thresh::milter
