// Hosts in header values, for the modifiers :host and :domain of PerMsgStatus::get. Its hostRE is
// (?<![._-])(\S{1,251}\.TLD)(?![._-]) over the known TLDs; these functions find what it finds, in linear
// time.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/message/registry_boundaries.h"
#include "engine/regex/regex.h"

namespace thresh {

// Leftmost match of hostRE at or after text[from] (what stands before `from` is seen by the lookbehind).
[[nodiscard]] std::optional<Span> find_host(std::string_view text, std::size_t from,
                                            const RegistryBoundaries& registry);

// What group 1 of /.*\@hostRE/ captures: the host behind the last '@' of a line that has one right behind it,
// in the first line with such a host.
[[nodiscard]] std::optional<Span> find_host_after_at(std::string_view text,
                                                     const RegistryBoundaries& registry);

// The host that NAME:host (`is_address` false) or NAME:addr:host (true) gives for one value; a view of
// `text`, empty when there is none. For :domain see RegistryBoundaries::trim_domain.
[[nodiscard]] std::string_view header_host(std::string_view text, bool is_address,
                                           const RegistryBoundaries& registry);

}  // namespace thresh
