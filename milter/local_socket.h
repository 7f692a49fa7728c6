// A unix stream socket that listens at a path. What a dead process left there is replaced; the socket of a
// live one is not taken, nor is any other file.
#pragma once

#include <sys/stat.h>

#include <string>

#include "engine/base/descriptor.h"
#include "engine/base/result.h"

namespace thresh::milter {

class LocalSocket {
 public:
  // Nobody connects before the permissions are `mode`. Errors: path too long (107 bytes), taken by a live
  // process or by another kind of file, folder missing or not writable.
  [[nodiscard]] static Result<LocalSocket> listen(const std::string& path, mode_t mode);
  // Removes the path, unless another socket stands there by now.
  ~LocalSocket();
  LocalSocket(LocalSocket&&) noexcept = default;
  LocalSocket& operator=(LocalSocket&&) = delete;

  // Non-blocking. Whoever calls closes it; the path stays with this object.
  [[nodiscard]] int release() { return descriptor_.release(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  LocalSocket() = default;
  Descriptor descriptor_;
  std::string path_;
  struct stat identity_{};
};

// Connects to a unix stream socket; the descriptor does not block. Errors: what connect(2) says.
[[nodiscard]] Result<Descriptor> connect_local(const std::string& path);

}  // namespace thresh::milter
