// An SMTP server that counts what it is given, each message by its field "X-Bench-Id: N".
//
// mail_sink --port P [--status FILE]: on SIGTERM (or SIGUSR1, and goes on) prints one line of JSON: messages,
// different ones, those that came twice, bytes. --status keeps "N TAB value of X-Spam-Status" of each
// message.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <unordered_map>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class Sink {
 public:
  explicit Sink(std::FILE* status) : status_(status) {}

  asio::awaitable<void> listen(std::uint16_t port) {
    tcp::acceptor acceptor(co_await asio::this_coro::executor, {asio::ip::address_v4::loopback(), port});
    for (;;) {
      tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      asio::co_spawn(acceptor.get_executor(), session(std::move(socket)), asio::detached);
    }
  }

  void report() const {
    std::size_t twice = 0;
    for (const auto& [id, times] : seen_) twice += times > 1;
    fmt::print(R"({{"messages":{},"different":{},"twice":{},"without_id":{},"bytes":{}}})"
               "\n",
               messages_, seen_.size(), twice, without_id_, bytes_);
    std::fflush(stdout);
    if (status_) std::fflush(status_);
  }

 private:
  asio::awaitable<void> session(tcp::socket socket) try {
    socket.set_option(tcp::no_delay(true));
    std::string input;
    const auto say = [&socket](std::string_view text) {
      return asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
    };
    co_await say("220 sink.example ESMTP\r\n");
    for (;;) {
      const std::size_t length =
          co_await asio::async_read_until(socket, asio::dynamic_buffer(input), "\r\n", asio::use_awaitable);
      const std::string verb = input.substr(0, 4);
      input.erase(0, length);
      if (verb == "EHLO") {
        co_await say("250-sink.example\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n");
      } else if (verb == "DATA") {
        co_await say("354 go ahead\r\n");
        const std::size_t end = co_await asio::async_read_until(socket, asio::dynamic_buffer(input),
                                                                "\r\n.\r\n", asio::use_awaitable);
        keep(std::string_view(input).substr(0, end - 3));
        input.erase(0, end);
        co_await say("250 kept\r\n");
      } else if (verb == "QUIT") {
        co_await say("221 bye\r\n");
        co_return;
      } else {
        co_await say("250 ok\r\n");
      }
    }
  } catch (const std::exception&) {
    // The mail server went away.
  }

  void keep(std::string_view message) {
    ++messages_;
    bytes_ += message.size();
    const std::string id = value(message, "X-Bench-Id");
    if (id.empty()) {
      ++without_id_;
      return;
    }
    ++seen_[id];
    if (status_) fmt::print(status_, "{}\t{}\n", id, value(message, "X-Spam-Status"));
  }

  // First value of a field, unfolded; empty where it is absent.
  static std::string value(std::string_view message, std::string_view name) {
    const std::string_view head = message.substr(0, message.find("\r\n\r\n"));
    const std::string wanted = fmt::format("\r\n{}:", name);
    std::size_t at = head.starts_with(wanted.substr(2)) ? wanted.size() - 2 : head.find(wanted);
    if (at == std::string_view::npos) return {};
    if (at != wanted.size() - 2) at += wanted.size();
    std::string out;
    for (std::size_t i = at; i < head.size(); ++i) {
      if (head[i] == '\r') continue;
      if (head[i] == '\n') {
        if (i + 1 >= head.size() || (head[i + 1] != ' ' && head[i + 1] != '\t')) break;
        continue;
      }
      if (!out.empty() || head[i] != ' ') out += head[i];
    }
    return out;
  }

  std::FILE* status_;
  std::unordered_map<std::string, std::size_t> seen_{};
  std::size_t messages_ = 0, without_id_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t port = 0;
  std::string status_path;
  CLI::App app{"Counts messages that come by SMTP"};
  app.add_option("--port", port, "Port on 127.0.0.1")->required();
  app.add_option("--status", status_path, "Keeps the X-Spam-Status of each message in this file");
  CLI11_PARSE(app, argc, argv);

  std::FILE* status = status_path.empty() ? nullptr : std::fopen(status_path.c_str(), "w");
  if (!status_path.empty() && !status) {
    fmt::print(stderr, "mail_sink: cannot write {}\n", status_path);
    return 1;
  }
  asio::io_context context(1);
  Sink sink(status);
  asio::co_spawn(context, sink.listen(port), asio::detached);
  asio::signal_set signals(context, SIGTERM, SIGINT, SIGUSR1);
  std::function<void(const boost::system::error_code&, int)> on_signal = [&](const auto& error, int number) {
    if (error) return;
    sink.report();
    if (number != SIGUSR1) return context.stop();
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
  context.run();
  if (status) std::fclose(status);
  return 0;
}
