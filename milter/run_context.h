// Runs an Asio context until it is stopped, whatever a handler throws (no memory): that ends one connection,
// not the process.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

namespace thresh::milter {

inline void run(boost::asio::io_context& io) {
  // A verb that runs elsewhere leaves nothing to wait for here.
  const auto work = boost::asio::make_work_guard(io);
  while (!io.stopped()) {
    try {
      io.run();
    } catch (...) {
    }
  }
}

}  // namespace thresh::milter
