// One connection from the mail server: what it tells fills an Envelope and a buffer, and at the end of each
// message there is one answer. Knows nothing of libmilter, so that every state can be driven by a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/message/envelope.h"
#include "milter/added_headers.h"
#include "milter/gauges.h"
#include "milter/generation.h"
#include "milter/memory_budget.h"
#include "milter/message_buffer.h"
#include "milter/progress.h"
#include "milter/report.h"
#include "milter/scan_slots.h"

namespace thresh::milter {

// The mail server's side of one connection, as it can be asked and told at the end of a message. Each call
// says whether it was taken.
class MailServer {
 public:
  virtual ~MailServer() = default;
  // Value of a macro ("i", "{auth_authen}"); empty when the mail server did not send it.
  [[nodiscard]] virtual std::string_view macro(const char* name) = 0;
  // At index 0, before every other. `value` without the space before it; folds are LF and a tab.
  virtual bool insert_header(const std::string& name, const std::string& value) = 0;
  virtual bool delete_header(const std::string& name, int index) = 0;
  virtual bool change_header(const std::string& name, int index, const std::string& value) = 0;
  virtual bool quarantine(const std::string& reason) = 0;
  // `text` begins with an enhanced status code.
  virtual bool set_reply(const std::string& code, const std::string& text) = 0;
  virtual void progress() = 0;
};

// What all connections share.
struct Shared {
  Gauges& gauges;
  MemoryBudget& memory;
  ScanSlots& slots;
  Progress& progress;
  // The set at work; asked once a message.
  std::function<std::shared_ptr<const Generation>()> generation;
  // Told of every message when it is done with; from any thread.
  std::function<void(const MessageReport&)> done;
};

class Dialogue {
 public:
  // What the mail server is told at the end of a message.
  enum class Answer : std::uint8_t { go_on, tempfail, reject, discard };

  explicit Dialogue(Shared& shared);
  ~Dialogue();
  Dialogue(const Dialogue&) = delete;
  Dialogue& operator=(const Dialogue&) = delete;

  // In the order of the SMTP dialogue. A new message, a reset or another connect forgets what came before.
  void connect(MailServer& server, std::string_view name, std::string_view address, std::uint16_t port);
  void helo(MailServer& server, std::string_view name);
  // The address in angle brackets or without, then ESMTP parameters ("SIZE=1000").
  void mail(MailServer& server, std::string_view sender, std::span<const std::string_view> parameters);
  void recipient(std::string_view address);
  void header(std::string_view name, std::string_view value);
  void end_of_header();
  void body(std::string_view chunk);
  [[nodiscard]] Answer end_of_message(MailServer& server);
  // The message is given up: RSET, a refused recipient, a lost connection.
  void abort();

  [[nodiscard]] bool in_message() const { return message_ != nullptr; }

 private:
  struct Current;
  void begin_message(std::size_t announced);
  void scan(MailServer& server, MessageReport& report, std::optional<Verdict>& verdict);
  [[nodiscard]] Answer act(MailServer& server, MessageReport& report, const Policy::Decision& decision);
  [[nodiscard]] Answer fail_message(MailServer& server, MessageReport& report, const Policy::Sender& sender);
  void remove_foreign(MailServer& server);
  void add_headers(MailServer& server, const std::vector<AddedHeader>& headers);

  Shared& shared_;
  Envelope envelope_;  // what belongs to the connection stays from message to message
  std::unique_ptr<Current> message_;
};

}  // namespace thresh::milter
