#include "milter/progress.h"

#include "milter/limits.h"

namespace thresh::milter {

Progress::Progress() : thread_([this](const std::stop_token& stop) { run(stop); }) {}
Progress::~Progress() = default;

void Progress::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    // Nobody waits for less than an interval: the mail server's patience is minutes.
    wake_.wait_for(lock, stop, limits::progress_interval, [] { return false; });
    if (stop.stop_requested()) return;
    for (const Tell& tell : watched_) tell();
  }
}

Progress::Watch::Watch(Progress& progress, Tell tell) : progress_(progress) {
  const std::lock_guard lock(progress_.mutex_);
  entry_ = progress_.watched_.insert(progress_.watched_.end(), std::move(tell));
}

Progress::Watch::~Watch() {
  const std::lock_guard lock(progress_.mutex_);
  progress_.watched_.erase(entry_);
}

}  // namespace thresh::milter
