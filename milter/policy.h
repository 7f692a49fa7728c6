// What is done with whose mail: settings → decisions. Immutable once made; shared by all threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/settings.h"
#include "engine/message/envelope.h"
#include "engine/message/ip_networks.h"
#include "milter/recipient_settings.h"

namespace thresh::milter {

class Policy {
 public:
  // `trusted`: trusted_networks of the rules, where they are set. Errors name the setting.
  [[nodiscard]] static Result<Policy> make(const Settings& settings, double required,
                                           const IpNetworks& trusted);

  // How far a message is treated.
  enum class Treatment : std::uint8_t { scan, headers, pass };
  struct Sender {
    Treatment treatment = Treatment::scan;
    // Whom the message is from, where that makes it more than a stranger's: "authenticated", "originating",
    // "local", "relay"; empty: nobody we know.
    std::string_view known_as{};
    // Never rejected, deferred or discarded, not even on our own fault: nobody would get it back or know.
    bool is_protected = false;
  };
  // From what is known of the envelope at the end of the message.
  [[nodiscard]] Sender sender(const Envelope& envelope) const;

  struct Decision {
    Disposition wanted = Disposition::headers;  // by score alone
    Disposition disposition = Disposition::headers;
    std::string_view softened_by{};
    double required = 5;
    bool spam = false;
  };
  [[nodiscard]] Decision decide(double score, const Envelope& envelope, const Sender& sender) const;

  // "5.7.1 text" of a rejected or deferred message, filled in, printable ASCII, at most 400 bytes.
  [[nodiscard]] std::string reject_text(const Envelope& envelope, double score, double required) const;
  [[nodiscard]] std::string tempfail_text(const Envelope& envelope, double score, double required) const;

  [[nodiscard]] bool accepts_on_failure() const { return accept_on_failure_; }
  [[nodiscard]] const std::vector<std::string>& headers() const { return headers_; }
  [[nodiscard]] const std::string& subject_tag() const { return subject_tag_; }
  // Names under which Authentication-Results are ours, in lower case: the setting's, else the mail server's.
  [[nodiscard]] std::vector<std::string> own_ids(std::string_view hostname) const;
  [[nodiscard]] bool quarantines() const { return quarantines_; }

 private:
  RecipientSettings recipients_;
  Treatment authenticated_ = Treatment::headers, originating_ = Treatment::headers,
            local_ = Treatment::headers;
  std::vector<std::string> originating_daemons_;
  IpNetworks local_networks_, relays_, trusted_;
  std::string reject_text_, tempfail_text_, subject_tag_, authserv_id_;
  std::vector<std::string> headers_;
  bool accept_on_failure_ = false;
  bool quarantines_ = false;
};

}  // namespace thresh::milter
