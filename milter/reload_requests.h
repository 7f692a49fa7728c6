// Reloads that are asked for by others than a signal: the main thread carries them out, the asker waits.
#pragma once

#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace thresh::milter {

// Safe from several threads.
class ReloadRequests {
 public:
  // Its outcome comes with the next answer(); an error when the server is about to stop.
  [[nodiscard]] std::future<Result<std::string>> ask() {
    const std::lock_guard lock(mutex_);
    auto& promise = waiting_.emplace_back();
    if (closed_) {
      auto future = promise.get_future();
      promise.set_value(fail("the server is stopping"));
      waiting_.pop_back();
      return future;
    }
    return promise.get_future();
  }
  // Those who asked by now. What is asked later wants a later reload.
  [[nodiscard]] std::vector<std::promise<Result<std::string>>> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting_, {});
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (auto& promise : waiting_) promise.set_value(fail("the server is stopping"));
    waiting_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::promise<Result<std::string>>> waiting_;
  bool closed_ = false;
};

}  // namespace thresh::milter
