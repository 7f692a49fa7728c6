// A progress bar on standard error, for long runs on a terminal; nothing elsewhere.
#pragma once

#include <chrono>
#include <cstddef>

namespace thresh::command {

class Progress {
 public:
  // `total`: items to come. Shows nothing when standard error is no terminal.
  explicit Progress(std::size_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void step();

 private:
  void draw();
  void clear();
  std::size_t total_, done_ = 0;
  bool on_, drawn_ = false;
  std::chrono::steady_clock::time_point start_, last_;
};

}  // namespace thresh::command
