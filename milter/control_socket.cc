#include "milter/control_socket.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "milter/control_request.h"
#include "milter/local_socket.h"
#include "milter/quiet_thread.h"
#include "milter/run_context.h"
#include "milter/users.h"

namespace thresh::milter {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using Executor = asio::thread_pool::executor_type;
using boost::system::error_code;

// Any user may connect: who may do what is decided by who it is.
constexpr mode_t socket_mode = 0666;
// Verbs that run at the same time. A long one (reload) leaves room for the others.
constexpr std::size_t workers = 4;
constexpr std::size_t max_error_text = 1000;

struct Verb {
  std::set<uid_t> users;
  std::function<Result<std::string>(std::string_view)> run;
  asio::strand<Executor> one_at_a_time;
};

std::string error_answer(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  if (text.size() > max_error_text) text = text.substr(0, max_error_text) + "...";
  return fmt::format("ERROR {}\n", text);
}

std::string answer_of(const Verb& verb, std::string_view argument) {
  try {
    const Result<std::string> result = verb.run(argument);
    if (!result) return error_answer(result.error().text());
    if (result->size() > max_control_answer) return error_answer("the answer is too long");
    return fmt::format("OK {}\n{}", result->size(), *result);
  } catch (const std::exception& error) {
    return error_answer(error.what());
  }
}

std::optional<uid_t> peer_of(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return peer.uid;
}

class Connection;

// Takes connections while there is room for them. Owned by what it waits for and by its connections.
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(asio::io_context& io, const std::map<std::string, Verb, std::less<>>& verbs, ControlLimits limits)
      : acceptor_(io), pause_(io), verbs_(verbs), limits_(limits) {}

  [[nodiscard]] Local::acceptor& acceptor() { return acceptor_; }
  [[nodiscard]] const ControlLimits& limits() const { return limits_; }
  [[nodiscard]] const Verb* verb(std::string_view name) const {
    const auto found = verbs_.find(name);
    return found != verbs_.end() ? &found->second : nullptr;
  }
  void stop() { stopping_ = true; }
  void began() { ++connections_; }
  void ended() {
    --connections_;
    accept();
  }
  void accept();

 private:
  void accepted(Local::socket socket);
  // Out of descriptors, most likely: the connection stays in the queue and asking at once would spin.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->accept();
    });
  }

  Local::acceptor acceptor_;
  asio::steady_timer pause_;
  const std::map<std::string, Verb, std::less<>>& verbs_;
  ControlLimits limits_;
  std::size_t connections_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
};

// One request. Owned by what it waits for.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Local::socket socket, uid_t peer, std::shared_ptr<Listener> listener)
      : stream_(std::move(socket)), peer_(peer), listener_(std::move(listener)) {
    listener_->began();
  }
  ~Connection() { listener_->ended(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read() {
    stream_.expires_after(listener_->limits().request);
    asio::async_read_until(stream_, asio::dynamic_buffer(line_, max_control_request), '\n',
                           [self = shared_from_this()](error_code error, std::size_t size) {
                             if (!error)
                               self->serve(size);
                             else if (error == asio::error::not_found)
                               self->write(error_answer("the request is too long"));
                           });
  }

 private:
  void serve(std::size_t size) {
    if (size != line_.size()) return write(error_answer("more than one line"));
    const auto request = parse_control_request(std::string_view(line_).substr(0, size - 1));
    if (!request) return write(error_answer(request.error().text()));
    const Verb* verb = listener_->verb(request->verb);
    if (verb == nullptr) return write(error_answer(fmt::format("unknown verb {}", request->verb)));
    if (!verb->users.contains(peer_))
      return write(error_answer(fmt::format("user {} may not use {}", peer_, request->verb)));
    // However long the verb takes, it is the client that gives up.
    stream_.expires_never();
    asio::post(verb->one_at_a_time,
               [self = shared_from_this(), verb, argument = request->argument]() mutable {
                 std::string answer = answer_of(*verb, argument);
                 const auto executor = self->stream_.get_executor();
                 asio::post(executor, [self = std::move(self), answer = std::move(answer)]() mutable {
                   self->write(std::move(answer));
                 });
               });
  }
  void write(std::string answer) {
    answer_ = std::move(answer);
    stream_.expires_after(listener_->limits().request);
    asio::async_write(stream_, asio::buffer(answer_),
                      [self = shared_from_this()](error_code, std::size_t) {});
  }

  boost::beast::basic_stream<Local> stream_;
  uid_t peer_;
  std::shared_ptr<Listener> listener_;
  std::string line_;
  std::string answer_;
};

void Listener::accept() {
  if (accepting_ || stopping_ || connections_ >= limits_.connections) return;
  accepting_ = true;
  acceptor_.async_accept([self = shared_from_this()](error_code error, Local::socket socket) {
    self->accepting_ = false;
    if (error) return self->accept_later();
    try {
      self->accepted(std::move(socket));
    } catch (...) {  // no memory for this one
      return self->accept_later();
    }
    self->accept();
  });
}

void Listener::accepted(Local::socket socket) {
  const auto peer = peer_of(socket.native_handle());
  if (!peer) return;
  if (std::ranges::any_of(verbs_, [&](const auto& verb) { return verb.second.users.contains(*peer); }))
    return std::make_shared<Connection>(std::move(socket), *peer, shared_from_this())->read();
  // Fits the empty buffer of a new socket.
  const std::string answer = error_answer(fmt::format("user {} may not use the control socket", *peer));
  ::send(socket.native_handle(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

struct ControlSocket::State {
  State(LocalSocket listening, ControlLimits limits)
      : socket(std::move(listening)), listener(std::make_shared<Listener>(io, verbs, limits)) {}
  ~State() {
    io.stop();
    if (thread.joinable()) thread.join();
    listener->stop();
    pool.stop();
    pool.join();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Destroyed from below: requests that wait in strands and pool hold streams of `io`, strands belong to the
  // pool.
  LocalSocket socket;
  asio::io_context io{1};
  asio::thread_pool pool{workers};
  std::map<std::string, Verb, std::less<>> verbs;
  std::shared_ptr<Listener> listener;
  std::thread thread;
};

ControlSocket::ControlSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}
ControlSocket::~ControlSocket() = default;

Result<std::unique_ptr<ControlSocket>> ControlSocket::start(const std::string& path,
                                                            std::vector<ControlVerb> verbs,
                                                            ControlLimits limits) {
  try {
    auto socket = LocalSocket::listen(path, socket_mode);
    if (!socket) return std::unexpected(socket.error());
    auto state = std::make_unique<State>(std::move(*socket), limits);
    for (ControlVerb& verb : verbs) {
      std::set<uid_t> users{::geteuid()};
      for (const std::string& user : verb.users) {
        const auto id = user_id(user);
        if (!id) return fail(id.error().what, fmt::format("users of {}", verb.name), "see control.*_users");
        users.insert(*id);
      }
      if (!state->verbs
               .try_emplace(verb.name, Verb{std::move(users), std::move(verb.run),
                                            asio::make_strand(state->pool.get_executor())})
               .second)
        return fail(fmt::format("verb {} twice", verb.name), path);
    }
    state->listener->acceptor().assign(Local(), state->socket.release());
    state->listener->accept();
    state->thread = quiet_thread("thresh-control", [io = &state->io] { run(*io); });
    return std::unique_ptr<ControlSocket>(new ControlSocket(std::move(state)));
  } catch (const std::exception& error) {  // no thread, no descriptor
    return fail(fmt::format("the control socket cannot start: {}", error.what()), path);
  }
}

}  // namespace thresh::milter
