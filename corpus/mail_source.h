// Messages on disk, whatever holds them: a message file, a directory read to its leaves, an mbox, a Maildir,
// standard input
// ("-"), a list of paths ("@FILE", one a line). Sources are found first, bytes are read when asked for.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace thresh {

// One message to come: the whole file, or `size` bytes at `offset` of an mbox.
struct MailSource {
  std::string path;  // of the file; "-" is standard input
  std::string
      name;  // for people and JSON: the path, with "#N" behind it for the Nth message of an mbox of several
  std::size_t offset = 0;
  std::size_t size = 0;  // 0: to the end
};

struct MailSources {
  std::vector<MailSource> messages;
  std::vector<Error> errors;  // paths that could not be read; the run goes on without them
};

// Files of a directory come in byte order of their names, and so do its folders; hidden entries are left out.
// In a Maildir (a directory with cur and new) only these two are read. A path without any message is an
// error, as is a list or folder that contains itself. A `From ` line that looks like mbox's (RFC 4155) begins
// a message where it stands first or after an empty line.
[[nodiscard]] MailSources find_mail(std::span<const std::string> paths);

// Where the messages of an mbox begin that is `text`; {0} where it is a single message.
[[nodiscard]] std::vector<std::size_t> mbox_offsets(std::string_view text);

// The message's bytes without a leading mbox `From ` line. Errors: unreadable, empty, larger than `max_size`.
[[nodiscard]] Result<std::string> read_mail(const MailSource& source, std::size_t max_size);

// True for "From SENDER Www Mmm dd hh:mm:ss yyyy", with or without a time zone (RFC 4155).
[[nodiscard]] bool is_mbox_from_line(std::string_view line);

}  // namespace thresh
