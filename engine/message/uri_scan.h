// URIs in rendered text, as mail readers would link them: the leftmost, non-overlapping matches of the
// pattern that PerMsgStatus::_tbirdurire builds, without a regex engine and in linear time whatever the text
// is.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/message/registry_boundaries.h"

namespace thresh {

struct FoundUri {
  enum class Kind {
    scheme,      // http://..., https://..., ftp://..., www.... or ftp.... to the next delimiter
    mail,        // mailto:... or local@domain
    schemeless,  // a host that ends in a known TLD, with or without port and path
  };
  Kind kind = Kind::scheme;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t host_end = 0;  // schemeless: end of the host, its trailing dot not included
};

class UriScanner {
 public:
  // `text`: bytes (UTF-8 is not decoded: the byte 0xA0 delimits wherever it stands). Both must outlive the
  // scanner.
  UriScanner(std::string_view text, const RegistryBoundaries& registry) : text_(text), registry_(registry) {}

  // The next match; false when there are no more.
  [[nodiscard]] bool next(FoundUri& found);

 private:
  // A search for one kind of match: the candidate found last and where to go on.
  struct Cursor {
    FoundUri candidate;
    std::size_t resume = 0;
    bool has = false;
    bool done = false;
  };
  // The run of characters up to the next delimiter, kept so that it is measured once.
  struct Run {
    std::size_t begin = std::string_view::npos;
    std::size_t end = 0;
  };
  void find_colon(std::size_t from);
  void find_at(std::size_t from);
  void find_dot(std::size_t from);
  [[nodiscard]] bool can_start(std::size_t at) const;
  [[nodiscard]] std::size_t run_end(std::size_t from, Run& run, unsigned delimiters) const;
  bool take_known_prefix(std::size_t dot);
  bool take_schemeless();
  [[nodiscard]] std::size_t schemeless_end(std::size_t host_end);

  std::string_view text_;
  const RegistryBoundaries& registry_;
  std::size_t position_ = 0;
  Cursor colon_, at_, dot_;
  Run url_run_, mail_run_;
  std::size_t host_begin_ = 0, host_end_ = 0;  // the run of host characters looked at last
};

}  // namespace thresh
