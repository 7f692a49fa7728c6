// A thread that no signal is delivered to: those are for the thread that waits for them.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace thresh::milter {

// `name`: at most 15 bytes, as ps and top show it.
template <typename Work>
[[nodiscard]] std::thread quiet_thread(const char* name, Work work) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread thread(std::move(work));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace thresh::milter
