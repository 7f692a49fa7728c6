#include "engine/base/log.h"

#include <fmt/format.h>
#include <openssl/rand.h>
#include <signal.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <functional>
#include <mutex>
#include <utility>

#include "engine/base/log_targets.h"

namespace thresh {
namespace {

// Lines that wait: some seconds of a busy server's, 16 MB where every line is as long as lines get.
constexpr std::size_t queue_lines = 2048;
constexpr std::size_t least_key = 16;
constexpr std::size_t most_key = 4096;

Result<LogLevel> level_of(const Settings& settings) {
  const std::string& name = settings.text("log.level");
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error})
    if (name == to_string(level)) return level;
  return fail(fmt::format("log.level is \"{}\"", name), settings.origin("log.level"),
              "debug, info, warning or error");
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  constexpr std::array levels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                              spdlog::level::err};
  return levels[static_cast<std::size_t>(level)];
}

LogLevel our_level(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return LogLevel::debug;
    case spdlog::level::warn:
      return LogLevel::warning;
    case spdlog::level::err:
      return LogLevel::error;
    default:
      return LogLevel::info;
  }
}

Result<std::string> hash_key(const Settings& settings) {
  const std::string& file = settings.text("log.hash_key_file");
  std::string key(file.empty() ? 32 : most_key + 1, '\0');
  if (file.empty()) {
    if (::RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1)
      return fail("no random key for log.hash_addresses");
    return key;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return fail(fmt::format("the key cannot be read: {}", std::strerror(errno)), file,
                "see log.hash_key_file");
  in.read(key.data(), static_cast<std::streamsize>(key.size()));
  key.resize(static_cast<std::size_t>(in.gcount()));
  if (key.size() < least_key || key.size() > most_key)
    return fail(fmt::format("the key must have {} to {} bytes", least_key, most_key), file,
                "head -c 32 /dev/urandom > FILE makes one");
  return key;
}

struct Target {
  std::unique_ptr<LogTarget> target;
  bool stamped = true;
  bool journal = false;
};

Result<Target> target_of(const Settings& settings) {
  const std::string& name = settings.text("log.target");
  const std::size_t colon = name.find(':');
  const std::string kind = name.substr(0, colon);
  const std::string path = colon == std::string::npos ? "" : name.substr(colon + 1);
  if (name == "stderr") return Target{standard_error_target()};
  if (name == "syslog" || (kind == "syslog" && !path.empty()))
    return Target{syslog_target(path.empty() ? "/dev/log" : path), false};
  if (name == "journald" || (kind == "journald" && !path.empty()))
    return Target{journal_target(path.empty() ? "/run/systemd/journal/socket" : path), false, true};
  if (kind == "file" && !path.empty()) {
    auto file = file_target(path);
    if (!file) return std::unexpected(file.error());
    return Target{std::move(*file)};
  }
  return fail(fmt::format("log.target is \"{}\"", name), settings.origin("log.target"),
              "stderr, syslog, journald or file:PATH");
}

}  // namespace

// spdlog's queue and thread, with our target at its end.
struct Log::Writer {
  class Sink : public spdlog::sinks::base_sink<std::mutex> {
   public:
    Sink(Writer& writer, std::unique_ptr<LogTarget> target) : writer_(writer), target_(std::move(target)) {}
    [[nodiscard]] Result<void> reopen() {
      const std::lock_guard lock(mutex_);
      return target_->reopen();
    }
    void say_lost() {
      const std::lock_guard lock(mutex_);
      say_what_was_lost();
    }

   protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
      say_what_was_lost();
      if (!target_->write(our_level(message.level), {message.payload.data(), message.payload.size()}))
        ++writer_.failed;
    }
    void flush_() override {}

   private:
    void say_what_was_lost() {
      const std::uint64_t lost = writer_.lost();
      if (lost == said_) return;
      const std::array fields{LogField("lines", lost - said_), LogField("total", lost)};
      if (target_->write(LogLevel::error, writer_.render(LogLevel::error, "log_lost", fields))) said_ = lost;
    }

    Writer& writer_;
    std::unique_ptr<LogTarget> target_;
    std::uint64_t said_ = 0;
  };

  using Render = std::function<std::string(LogLevel, std::string_view, std::span<const LogField>)>;

  Writer(std::unique_ptr<LogTarget> target, Render renderer)
      : render(std::move(renderer)),
        sink(std::make_shared<Sink>(*this, std::move(target))),
        pool(std::make_shared<spdlog::details::thread_pool>(
            queue_lines, 1, [] { block_signals(); }, [this] { sink->say_lost(); })),
        queue(pool.get()),
        logger(std::make_shared<spdlog::async_logger>("thresh", sink, pool,
                                                      spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);
    logger->set_error_handler([this](const std::string&) { ++failed; });
  }
  // The thread goes first, in peace: its last words still ask the queue for its count.
  ~Writer() { pool.reset(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Signals are for the threads that wait for them; a pipe that nobody reads gives EPIPE instead.
  static void block_signals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  }

  [[nodiscard]] std::uint64_t lost() const { return failed.load() + queue->overrun_counter(); }

  Render render;
  std::atomic<std::uint64_t> failed{0};
  std::shared_ptr<Sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  spdlog::details::thread_pool* queue;
  std::shared_ptr<spdlog::async_logger> logger;
};

Log::Log() = default;
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(const Settings& settings) {
  const Result<LogLevel> level = level_of(settings);
  if (!level) return std::unexpected(level.error());
  const std::string& format = settings.text("log.format");
  if (format != "logfmt" && format != "json")
    return fail(fmt::format("log.format is \"{}\"", format), settings.origin("log.format"), "logfmt or json");
  std::unique_ptr<Log> log(new Log());
  log->level_ = *level;
  log->format_ = format == "json" ? LogFormat::json : LogFormat::logfmt;
  if (settings.flag("log.hash_addresses")) {
    Result<std::string> key = hash_key(settings);
    if (!key) return std::unexpected(key.error());
    log->hash_.emplace(std::move(*key));
  }
  Result<Target> target = target_of(settings);
  if (!target) return std::unexpected(target.error());
  log->stamped_ = target->stamped;
  log->journal_ = target->journal;
  try {
    const auto render = [self = log.get()](LogLevel at, std::string_view event,
                                           std::span<const LogField> fields) {
      const LogRecord record{at, event, fields, std::chrono::system_clock::now()};
      const AddressHash* hash = self->hash_ ? &*self->hash_ : nullptr;
      return self->journal_ ? journal_datagram(record, self->format_, hash)
                            : log_line(record, self->format_, self->stamped_, hash);
    };
    log->writer_ = std::make_unique<Writer>(std::move(target->target), render);
  } catch (const std::exception& error) {
    return fail(fmt::format("the log cannot start: {}", error.what()));
  }
  return log;
}

void Log::write(LogLevel level, std::string_view event, std::span<const LogField> fields) noexcept {
  if (!wants(level)) return;
  try {
    const std::string line = writer_->render(level, event, fields);
    writer_->logger->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {  // no memory
    ++writer_->failed;
  }
}

std::uint64_t Log::lost() const {
  return writer_->lost();
}

Result<void> Log::reload(const Settings& settings) {
  const Result<LogLevel> level = level_of(settings);
  if (!level) return std::unexpected(level.error());
  if (Result<void> opened = writer_->sink->reopen(); !opened) return opened;
  level_ = *level;
  return {};
}

}  // namespace thresh
