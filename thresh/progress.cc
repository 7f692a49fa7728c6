#include "thresh/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace thresh::command {
namespace {

using namespace std::chrono_literals;
constexpr auto first_draw_after = 1s;  // short runs need no bar
constexpr auto redraw_after = 100ms;
constexpr std::size_t bar_columns = 40;

}  // namespace

Progress::Progress(std::size_t total)
    : total_(total),
      on_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      last_(start_) {}

Progress::~Progress() {
  clear();
}

void Progress::step() {
  ++done_;
  if (!on_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - start_ < first_draw_after || now - last_ < redraw_after) return;
  last_ = now;
  draw();
}

void Progress::draw() {
  const std::size_t filled = total_ == 0 ? 0 : bar_columns * done_ / total_;
  const double seconds = std::chrono::duration<double>(last_ - start_).count();
  fmt::print(stderr, "\r[{}{}] {}/{}  {:.0f}/s\x1b[K", std::string(filled, '#'),
             std::string(bar_columns - filled, ' '), done_, total_, static_cast<double>(done_) / seconds);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace thresh::command
