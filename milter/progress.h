// Tells the mail server, while a message takes long, that somebody is still at work on it.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace thresh::milter {

class Progress {
 public:
  Progress();
  ~Progress();  // nobody may be watched any more
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

 private:
  using Tell = std::function<void()>;

 public:
  // While it lives, `tell` is called every limits::progress_interval, from a thread of its own; never after
  // the destructor has returned, so the connection is the caller's alone again.
  class Watch {
   public:
    Watch(Progress& progress, Tell tell);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Progress& progress_;
    std::list<Tell>::iterator entry_;
  };

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::list<Tell> watched_;
  std::jthread thread_;  // last: stops before the rest goes
};

}  // namespace thresh::milter
