// URIs from whatever bytes: text scan, list, canonical forms of bytes and of characters, hosts in headers.
// Beside crashes it looks for what must hold: matches in order, in bounds and not empty; hosts valid; a
// second addition changes nothing.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/message/host_scan.h"
#include "engine/message/ip_text.h"
#include "engine/message/uri.h"
#include "engine/message/uri_scan.h"

namespace {

const thresh::MessageSettings& settings() {
  static const thresh::MessageSettings made = [] {
    thresh::MessageSettings s;
    for (const char* tld : {"com", "org", "de", "us", "uk", "\xd1\x80\xd1\x84", "a_b"})
      s.registry.add_tld(tld);
    s.registry.add_2tld("co.uk");
    s.registry.add_3tld("demon.co.uk");
    s.redirector_patterns.push_back(thresh::Regex::compile("/go/(.*)", "i").value());
    return s;
  }();
  return made;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace thresh;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const RegistryBoundaries& registry = settings().registry;

  std::size_t last = 0;
  UriScanner scanner(text, registry);
  for (FoundUri found; scanner.next(found);) {
    require(found.begin >= last && found.begin < found.end && found.end <= size &&
            found.host_end <= found.end);
    last = found.end;
  }

  for (const UriText kind : {UriText::bytes, UriText::characters}) {
    Arena arena(4096);
    UriList list(settings(), arena);
    list.add_text(std::span(&text, 1));
    list.add(text, {}, false, {}, kind);
    list.add_signature(text);
    std::size_t forms = 0;
    for (const UriDetail& detail : list.details()) {
      forms += detail.cleaned.size();
      for (const auto& [host, domain] : detail.hosts) {
        require(host.ends_with(domain) && !domain.empty());
        require(is_ip_address(host) || is_fqdn_valid(host));
      }
    }
    const std::size_t entries = list.details().size();
    list.add(text, {}, false, {}, kind);
    require(list.details().size() == entries);
    require(list.all_forms().size() <= forms);
  }

  last = 0;
  while (const auto found = find_host(text, last, registry)) {
    require(found->begin >= last && found->begin < found->end && found->end <= size);
    last = found->end;
  }
  (void)find_host_after_at(text, registry);
  require(header_host(text, false, registry).size() <= size);
  require(header_host(text, true, registry).size() <= size);
  (void)registry.split_domain(text);
  return 0;
}
