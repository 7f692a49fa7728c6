#include "milter/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace thresh::milter {
namespace {

std::array<int, 2> pipe_ends{-1, -1};  // a handler reaches nothing but globals

void say(Signals::Event event) {
  const int before = errno;
  // A full pipe has enough to wake for.
  [[maybe_unused]] const auto written = ::write(pipe_ends[1], &event, 1);
  errno = before;
}

void handle(int signal) {
  say(signal == SIGHUP ? Signals::Event::reload : Signals::Event::stop);
}

sigset_t taken() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals() {
  if (::pipe2(pipe_ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) pipe_ends = {-1, -1};
  const sigset_t set = taken();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  struct sigaction action{};
  action.sa_handler = handle;
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::signal(signal, SIG_DFL);
  for (int& end : pipe_ends)
    if (end >= 0) ::close(std::exchange(end, -1));
}

void Signals::take() {
  const sigset_t set = taken();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<Signals::Event> Signals::wait(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    Event event{};
    if (::read(pipe_ends[0], &event, 1) == 1) return event;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd wanted{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
    ::poll(&wanted, 1, static_cast<int>(left.count()));
  }
}

void Signals::wake() {
  say(Event::wake);
}

}  // namespace thresh::milter
