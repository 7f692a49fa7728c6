#include "milter/http_endpoint.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "milter/http_host.h"
#include "milter/local_socket.h"
#include "milter/quiet_thread.h"
#include "milter/run_context.h"

namespace thresh::milter {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

// What is sent is seen by every local user anyway, over TCP.
constexpr mode_t socket_mode = 0666;

struct Site {
  HttpEndpoint::Render metrics;
  HttpEndpoint::CheckHealth health;
  std::vector<std::string> hosts;
  HttpLimits limits;
};

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

Response plain(http::status status, std::string body) {
  Response response(status, 11);
  response.set(http::field::content_type, "text/plain; charset=utf-8");
  response.body() = std::move(body);
  return response;
}

Response content(const Site& site, std::string_view path) {
  if (path == "/metrics") {
    Response response = plain(http::status::ok, site.metrics());
    response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    return response;
  }
  const Health health = site.health();
  std::string reasons;
  for (const std::string& reason : health.reasons) reasons += reason + "\n";
  return health.reasons.empty() ? plain(http::status::ok, "ok\n")
                                : plain(http::status::service_unavailable, std::move(reasons));
}

Response answer(const Site& site, const Request& request) {
  if (request.count(http::field::host) != 1) return plain(http::status::bad_request, "one Host, please\n");
  const auto host = request[http::field::host];
  if (!is_our_host({host.data(), host.size()}, site.hosts))
    return plain(http::status::misdirected_request, "not a name of this machine; see metrics.hosts\n");
  if (request.method() != http::verb::get) {
    Response response = plain(http::status::method_not_allowed, "GET only\n");
    response.set(http::field::allow, "GET");
    return response;
  }
  const std::string_view target(request.target().data(), request.target().size());
  const std::string_view path = target.substr(0, target.find('?'));
  if (path != "/metrics" && path != "/health")
    return plain(http::status::not_found, "here are /metrics and /health\n");
  try {
    return content(site, path);
  } catch (const std::exception& error) {
    return plain(http::status::internal_server_error, fmt::format("{}\n", error.what()));
  }
}

// What to tell somebody whose request cannot be read; nothing where nobody listens any more.
std::optional<Response> refusal(error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return plain(http::status::request_header_fields_too_large, "too long\n");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return {};
  if (error.category() == http::make_error_code(http::error::bad_method).category())
    return plain(http::status::bad_request, "not understood\n");
  return {};
}

template <typename Protocol>
class Listener;

// One connection. Owned by what it waits for.
template <typename Protocol>
class Session : public std::enable_shared_from_this<Session<Protocol>> {
 public:
  Session(typename Protocol::socket socket, std::shared_ptr<Listener<Protocol>> listener)
      : stream_(std::move(socket)), listener_(std::move(listener)), buffer_(2 * HttpLimits::header_bytes) {
    parser_.header_limit(HttpLimits::header_bytes);
    listener_->began();
  }
  ~Session() { listener_->ended(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void read() {
    stream_.expires_after(listener_->site().limits.request);
    http::async_read(stream_, buffer_, parser_,
                     [self = this->shared_from_this()](error_code error, std::size_t) {
                       if (error) {
                         if (auto response = refusal(error)) self->write(std::move(*response));
                       } else {
                         self->write(answer(self->listener_->site(), self->parser_.get()));
                       }
                     });
  }

 private:
  void write(Response response) {
    response_ = std::move(response);
    response_.keep_alive(false);
    response_.set(http::field::server, "thresh");
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    response_.prepare_payload();
    http::async_write(stream_, response_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (!error) self->linger();
    });
  }
  // Closing while the client still sends would make its kernel throw our answer away.
  void linger() {
    error_code ignored;
    stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
    stream_.expires_after(std::min<std::chrono::milliseconds>(listener_->site().limits.request,
                                                              std::chrono::milliseconds(1000)));
    discard();
  }
  void discard() {
    stream_.async_read_some(asio::buffer(discarded_),
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->discard();
                            });
  }

  beast::basic_stream<Protocol> stream_;
  std::shared_ptr<Listener<Protocol>> listener_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  Response response_;
  std::array<char, 4096> discarded_{};
};

// Takes connections while there is room for them. Owned by what it waits for and by its sessions.
template <typename Protocol>
class Listener : public std::enable_shared_from_this<Listener<Protocol>> {
 public:
  Listener(asio::io_context& io, const Site& site) : acceptor_(io), pause_(io), site_(site) {}

  [[nodiscard]] typename Protocol::acceptor& acceptor() { return acceptor_; }
  [[nodiscard]] const Site& site() const { return site_; }
  void stop() { stopping_ = true; }

  void accept() {
    if (accepting_ || stopping_ || sessions_ >= site_.limits.connections) return;
    accepting_ = true;
    acceptor_.async_accept(
        [self = this->shared_from_this()](error_code error, typename Protocol::socket socket) {
          self->accepting_ = false;
          if (error) return self->accept_later();
          try {
            std::make_shared<Session<Protocol>>(std::move(socket), self)->read();
          } catch (...) {  // no memory for this one
            return self->accept_later();
          }
          self->accept();
        });
  }
  void began() { ++sessions_; }
  void ended() {
    --sessions_;
    accept();
  }

 private:
  // Out of descriptors, most likely: the connection stays in the queue and asking at once would spin.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(100));
    pause_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->accept();
    });
  }

  typename Protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  const Site& site_;
  std::size_t sessions_ = 0;
  bool accepting_ = false;
  bool stopping_ = false;
};

}  // namespace

struct HttpEndpoint::State {
  // Destroyed from below: the context with all that waits in it goes before what that uses.
  Site site;
  std::string address;
  std::optional<LocalSocket> local;
  asio::io_context io{1};
  std::function<void()> stop_accepting;
  std::thread thread;

  ~State() {
    io.stop();
    if (thread.joinable()) thread.join();
    if (stop_accepting) stop_accepting();
  }

  template <typename Protocol>
  void serve(std::shared_ptr<Listener<Protocol>> listener) {
    listener->accept();
    stop_accepting = [weak = std::weak_ptr(listener)] {
      if (const auto strong = weak.lock()) strong->stop();
    };
    thread = quiet_thread("thresh-http", [this] { run(io); });
  }

  [[nodiscard]] Result<void> listen(const HttpAddress& where);
};

Result<void> HttpEndpoint::State::listen(const HttpAddress& where) {
  if (!where.path.empty()) {
    auto socket = LocalSocket::listen(where.path, socket_mode);
    if (!socket) return std::unexpected(socket.error());
    local.emplace(std::move(*socket));
    auto listener = std::make_shared<Listener<asio::local::stream_protocol>>(io, site);
    listener->acceptor().assign(asio::local::stream_protocol(), local->release());
    address = "unix:" + where.path;
    serve(std::move(listener));
    return {};
  }
  const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(where.ip), where.port);
  auto listener = std::make_shared<Listener<asio::ip::tcp>>(io, site);
  auto& acceptor = listener->acceptor();
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(fmt::format("{}:{} cannot be listened on: {}", where.ip, where.port, error.message()));
  const auto bound = acceptor.local_endpoint();
  address = bound.address().is_v6() ? fmt::format("[{}]:{}", where.ip, bound.port())
                                    : fmt::format("{}:{}", where.ip, bound.port());
  serve(std::move(listener));
  return {};
}

HttpEndpoint::HttpEndpoint(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpEndpoint::~HttpEndpoint() = default;

Result<std::unique_ptr<HttpEndpoint>> HttpEndpoint::start(const Settings& settings, Render metrics,
                                                          CheckHealth health, HttpLimits limits) {
  const std::string& listen = settings.text("metrics.listen");
  if (listen.empty()) return nullptr;
  const auto refuse = [&](Error error) {
    error.where = fmt::format("metrics.listen ({})", settings.origin("metrics.listen"));
    return std::unexpected(std::move(error));
  };
  const auto where = parse_http_address(listen);
  if (!where) return refuse(where.error());
  try {
    auto state = std::make_unique<State>();
    state->site = {std::move(metrics), std::move(health), settings.list("metrics.hosts"), limits};
    if (auto listening = state->listen(*where); !listening) return refuse(listening.error());
    return std::unique_ptr<HttpEndpoint>(new HttpEndpoint(std::move(state)));
  } catch (const std::exception& error) {  // no thread, no descriptor
    return refuse({error.what(), {}, {}});
  }
}

const std::string& HttpEndpoint::address() const {
  return state_->address;
}

}  // namespace thresh::milter
