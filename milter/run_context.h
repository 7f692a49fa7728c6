// Runs an Asio context until it is stopped, whatever a handler throws (no memory): that ends one connection,
// not the process.
#pragma once

#include <boost/asio/io_context.hpp>

namespace thresh::milter {

inline void run(boost::asio::io_context& io) {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (...) {
    }
  }
}

}  // namespace thresh::milter
