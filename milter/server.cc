#include "milter/server.h"

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/base/version.h"
#include "milter/control_socket.h"
#include "milter/dialogue.h"
#include "milter/filter.h"
#include "milter/http_endpoint.h"
#include "milter/jit_check.h"
#include "milter/listening_socket.h"
#include "milter/log_line.h"
#include "milter/metrics.h"
#include "milter/privileges.h"
#include "milter/quiet_thread.h"
#include "milter/reload_requests.h"
#include "milter/signals.h"
#include "milter/systemd.h"
#include "milter/watchdog.h"

namespace thresh::milter {
namespace {

using std::chrono::steady_clock;

// Settings that are taken at the start only.
constexpr std::array<std::string_view, 12> fixed{
    "milter.socket",     "milter.socket_mode", "milter.socket_group", "milter.user",
    "milter.pid_file",   "log.target",         "log.format",          "log.hash_addresses",
    "log.hash_key_file", "metrics.listen",     "metrics.hosts",       "control.socket"};

unsigned slots_of(const Settings& settings) {
  const auto set = static_cast<unsigned>(settings.integer("scan.threads"));
  return set > 0 ? set : std::max(1U, std::thread::hardware_concurrency());
}

class Server {
 public:
  Server(const Settings& settings, const LoadGeneration& load) : settings_(settings), load_(load) {}

  Result<void> run();
  // Nobody shall connect to what nobody serves.
  void close_sockets() {
    watchdog_.reset();
    control_.reset();
    http_.reset();
    if (socket_) socket_->close();
  }

 private:
  Result<void> open();
  [[nodiscard]] Result<std::string> reload();
  [[nodiscard]] Result<void> open_control();
  [[nodiscard]] std::string status() const;
  void finish();
  void name_unchangeable(const Settings& now);
  [[nodiscard]] std::shared_ptr<const Generation> current() const {
    const std::lock_guard lock(generation_mutex_);
    return generation_;
  }
  void message_done(const MessageReport& report) {
    metrics_->record(report);
    log_message(*log_, report);
  }
  [[nodiscard]] Health health() const;

  const Settings& settings_;  // of the start
  const LoadGeneration& load_;
  Signals signals_;
  Gauges gauges_;
  std::optional<ListeningSocket> socket_;
  std::unique_ptr<Log> log_;
  mutable std::mutex generation_mutex_;
  std::shared_ptr<const Generation> generation_;
  std::unique_ptr<Metrics> metrics_;
  std::optional<MemoryBudget> memory_;
  std::optional<ScanSlots> slots_;
  unsigned slot_count_ = 0;
  Progress* progress_ = nullptr;
  std::optional<Shared> shared_;
  std::unique_ptr<HttpEndpoint> http_;
  ReloadRequests reload_requests_;
  std::unique_ptr<ControlSocket> control_;
  std::unique_ptr<Watchdog> watchdog_;
  const std::int64_t started_at_ = ::time(nullptr);
  std::atomic<bool> gave_up_ = false;  // libmilter came back without being told to
  std::atomic<bool> stopping_ = false;
};

Result<void> Server::open() {
  if (auto status = check_jit(); !status) return status;
  auto socket = ListeningSocket::open(settings_);
  if (!socket) return std::unexpected(socket.error());
  socket_.emplace(std::move(*socket));
  if (const std::string& path = settings_.text("milter.pid_file"); !path.empty())
    if (!(std::ofstream(path) << ::getpid() << '\n'))
      return fail(fmt::format("cannot be written: {}", std::strerror(errno)), path);
  if (auto status = become(settings_.text("milter.user")); !status) return status;
  auto log = Log::open(settings_);
  if (!log) return std::unexpected(log.error());
  log_ = std::move(*log);
  auto generation = load_();
  if (!generation) return std::unexpected(generation.error());
  generation_ = std::move(*generation);
  metrics_ = std::make_unique<Metrics>(generation_->scanner->rules());

  slot_count_ = slots_of(settings_);
  slots_.emplace(slot_count_, gauges_);
  memory_.emplace(static_cast<std::size_t>(settings_.integer("milter.memory")), gauges_);
  // Never destroyed: connections may still be served while the process ends.
  progress_ = new Progress;
  shared_.emplace(Shared{.gauges = gauges_,
                         .memory = *memory_,
                         .slots = *slots_,
                         .progress = *progress_,
                         .generation = [this] { return current(); },
                         .done = [this](const MessageReport& report) { message_done(report); }});
  auto http = HttpEndpoint::start(
      settings_, [this] { return metrics_->render(gauges_, log_->lost()); }, [this] { return health(); });
  if (!http) return std::unexpected(http.error());
  http_ = std::move(*http);
  if (auto status = open_control(); !status) return status;
  return Filter::open(socket_->fd(), *shared_,
                      static_cast<int>(settings_.integer("milter.connection_timeout")));
}

Health Server::health() const {
  Health health;
  if (stopping_) health.reasons.emplace_back("stopping");
  if (gave_up_) health.reasons.emplace_back("libmilter stopped serving");
  return health;
}

void Server::name_unchangeable(const Settings& now) {
  for (const std::string_view name : fixed)
    if (now.shown(name) != settings_.shown(name))
      log_->write(LogLevel::warning, "needs_restart",
                  {{"setting", name}, {"now", settings_.shown(name)}, {"wanted", now.shown(name)}});
}

Result<std::string> Server::reload() {
  const auto begin = steady_clock::now();
  notify_reloading();
  auto loaded = load_();
  if (!loaded) {
    ++gauges_.refused_reloads;
    log_->write(LogLevel::error, "reload_refused",
                {{"why", loaded.error().text()}, {"then", "the old settings and rules stay"}});
    notify_ready("reload refused, the old settings and rules stay");
    return fail("reload refused, the old settings and rules stay: " + loaded.error().text());
  }
  const auto& next = *loaded;
  if (auto status = log_->reload(next->settings); !status)
    log_->write(LogLevel::error, "log_not_reopened", {{"why", status.error().text()}});
  name_unchangeable(next->settings);
  const unsigned slots = slots_of(next->settings);
  slots_->resize(static_cast<int>(slots) - static_cast<int>(slot_count_));
  slot_count_ = slots;
  memory_->set_most(static_cast<std::size_t>(next->settings.integer("milter.memory")));
  metrics_->use(next->scanner->rules());
  {
    const std::lock_guard lock(generation_mutex_);
    generation_ = next;
  }
  ++gauges_.reloads;
  log_->write(LogLevel::info, "reloaded",
              {{"rules", next->scanner->rules().rules().size()},
               {"ms", std::chrono::duration<double, std::milli>(steady_clock::now() - begin).count()}});
  notify_ready(fmt::format("scanning with {} rules", next->scanner->rules().rules().size()));
  return fmt::format("{} rules, version {}", next->scanner->rules().rules().size(),
                     metrics_->rules_version());
}

Result<void> Server::open_control() {
  const std::string& path = settings_.text("control.socket");
  if (path.empty()) return {};
  std::vector<ControlVerb> verbs;
  verbs.push_back({"status", settings_.list("control.status_users"),
                   [this](std::string_view) -> Result<std::string> { return status(); }});
  // Rules are loaded by the main thread, one set at a time, whoever asks.
  verbs.push_back({"reload", settings_.list("control.reload_users"), [this](std::string_view) {
                     auto outcome = reload_requests_.ask();
                     signals_.wake();
                     return outcome.get();
                   }});
  auto control = ControlSocket::start(path, std::move(verbs));
  if (!control) return std::unexpected(control.error());
  control_ = std::move(*control);
  return {};
}

std::string Server::status() const {
  const auto generation = current();
  const Health now = health();
  return nlohmann::ordered_json{{"version", version()},
                                {"pid", ::getpid()},
                                {"uptime_seconds", ::time(nullptr) - started_at_},
                                {"socket", socket_->name()},
                                {"healthy", now.reasons.empty()},
                                {"reasons", now.reasons},
                                {"rules", generation->scanner->rules().rules().size()},
                                {"rules_version", metrics_->rules_version()},
                                {"reloads", gauges_.reloads.load()},
                                {"refused_reloads", gauges_.refused_reloads.load()},
                                {"messages", metrics_->messages()},
                                {"aborted", gauges_.aborted.load()},
                                {"connections", gauges_.connections.load()},
                                {"in_flight", gauges_.in_flight.load()},
                                {"scanning", gauges_.scanning.load()},
                                {"waiting", gauges_.waiting.load()},
                                {"bytes_held", gauges_.bytes_held.load()},
                                {"log_lines_lost", log_->lost()}}
      .dump();
}

// Mails in flight get the time that the setting gives; new ones wait for the end.
void Server::finish() {
  stopping_ = true;
  notify_stopping();
  watchdog_.reset();
  Filter::hold_new_messages();
  const auto limit = std::chrono::duration<double>(current()->settings.number("milter.stop_limit"));
  const auto until = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(limit);
  log_->write(LogLevel::info, "stopping", {{"in_flight", gauges_.in_flight.load()}});
  while (gauges_.in_flight > 0 && steady_clock::now() < until) {
    constexpr std::chrono::milliseconds look{10};
    static_cast<void>(signals_.wait(look));
  }
  // The last answers are on their way from libmilter's threads to the socket.
  constexpr std::chrono::milliseconds last_answers{200};
  std::this_thread::sleep_for(last_answers);
  const auto left = gauges_.in_flight.load();
  log_->write(left > 0 ? LogLevel::warning : LogLevel::info, "stopped", {{"unfinished", left}});
  // smfi_stop() would wait seconds for libmilter's listener; no message is in flight, so the process may just
  // end.
}

Result<void> Server::run() {
  if (auto status = open(); !status) return status;
  std::thread filter = quiet_thread("libmilter", [this] {
    static_cast<void>(Filter::run());
    if (!stopping_) {
      gave_up_ = true;
      signals_.wake();
    }
  });
  signals_.take();
  log_->write(LogLevel::info, "serving",
              {{"socket", socket_->name()},
               {"version", version()},
               {"rules", current()->scanner->rules().rules().size()},
               {"slots", slot_count_}});
  auto watchdog = Watchdog::start(socket_->fd(), [this](const Error& error) {
    log_->write(LogLevel::warning, "no_answer_to_myself", {{"why", error.text()}});
  });
  if (!watchdog) {
    filter.detach();
    return std::unexpected(watchdog.error());
  }
  watchdog_ = std::move(*watchdog);
  notify_ready(fmt::format("scanning with {} rules", current()->scanner->rules().rules().size()));
  for (;;) {
    constexpr std::chrono::milliseconds long_enough{60'000};
    const auto event = signals_.wait(long_enough);
    if (gave_up_) {
      filter.detach();
      return fail("libmilter stopped serving", socket_->name(), "its reason is in the mail log (syslog)");
    }
    if (event == Signals::Event::stop) break;
    auto asked = reload_requests_.take();
    if (event != Signals::Event::reload && asked.empty()) continue;
    const auto outcome = reload();
    for (auto& promise : asked) promise.set_value(outcome);
  }
  reload_requests_.close();
  finish();
  control_.reset();
  http_.reset();
  socket_->close();
  // libmilter needs seconds to notice, and nothing is left that it could do.
  filter.detach();
  return {};
}

}  // namespace

Result<void> serve(const Settings& settings, const LoadGeneration& load) {
  // Never destroyed: libmilter's threads may look at it until the process is gone.
  auto* const server = new Server(settings, load);
  auto status = server->run();
  if (!status) server->close_sockets();
  return status;
}

}  // namespace thresh::milter
