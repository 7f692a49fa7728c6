#include "milter/watchdog.h"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "milter/milter_probe.h"
#include "milter/quiet_thread.h"
#include "milter/systemd.h"

namespace thresh::milter {

struct Watchdog::State {
  ~State() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    if (thread.joinable()) thread.join();
  }
  void run() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      lock.unlock();
      const auto next = std::chrono::steady_clock::now() + pause;
      const Result<void> answered = probe_milter(address, pause);
      if (answered)
        notify_alive();
      else if (failed)
        failed(answered.error());
      lock.lock();
      changed.wait_until(lock, next, [this] { return stopping; });
    }
  }

  SocketAddress address;
  Failed failed;
  std::chrono::milliseconds pause{};
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::thread thread;
};

Watchdog::Watchdog(std::unique_ptr<State> state) : state_(std::move(state)) {}
Watchdog::~Watchdog() = default;

Result<std::unique_ptr<Watchdog>> Watchdog::start(int listening, Failed failed) {
  std::uint64_t interval = 0;  // microseconds
  if (::sd_watchdog_enabled(0, &interval) <= 0) return nullptr;
  auto address = address_to_reach(listening);
  if (!address) return std::unexpected(address.error());
  try {
    auto state = std::make_unique<State>();
    state->address = *address;
    state->failed = std::move(failed);
    state->pause = std::max(std::chrono::milliseconds(interval / 4000), std::chrono::milliseconds(1));
    state->thread = quiet_thread("thresh-watchdog", [&watch = *state] { watch.run(); });
    return std::unique_ptr<Watchdog>(new Watchdog(std::move(state)));
  } catch (const std::exception& error) {
    return fail(fmt::format("the watchdog cannot start: {}", error.what()));
  }
}

}  // namespace thresh::milter
