// Sends messages to an SMTP server over many connections at once and says how fast that went.
//
// mail_sender [OPTION]... LIST: LIST names message files, one a line; they are sent in turn until --count
// have been. Each message gets a field "X-Bench-Id: N" on top, by which mail_sink knows it. Envelope sender
// and, with
// --pretend, address, name and HELO of the client (XCLIENT) vary from connection to connection.
// One line on standard output: what happened, as JSON.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string list;
  std::uint16_t port = 25;
  std::size_t count = 1000;
  std::size_t first = 0;  // X-Bench-Id of the first message
  std::size_t connections = 50;
  std::size_t per_connection = 10;
  double rate = 0;  // messages/s of all connections together; 0: as fast as the server takes them
  std::string recipient = "bench@sink.example";
  bool pretend = false;
  std::size_t largest = std::size_t{5} << 20;
};

struct Result {
  std::size_t sent = 0, refused = 0, deferred = 0, broken = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::size_t> replies{};  // what refusals said, with how often
};

// The message as it goes after DATA, without the field on top and the final dot: lines end in CRLF, leading
// dots are doubled.
std::string on_the_wire(const std::string& message) {
  std::string out;
  out.reserve(message.size() + message.size() / 32);
  std::size_t at = message.starts_with("From ") ? message.find('\n') + 1 : 0;
  while (at < message.size()) {
    std::size_t end = message.find('\n', at);
    if (end == std::string::npos) end = message.size();
    std::size_t text_end = end;
    while (text_end > at && message[text_end - 1] == '\r') --text_end;
    if (message[at] == '.') out += '.';
    out.append(message, at, text_end - at);
    out += "\r\n";
    at = end + 1;
  }
  return out;
}

std::vector<std::string> read_messages(const Options& options) {
  std::vector<std::string> messages;
  std::ifstream list(options.list);
  for (std::string path; std::getline(list, path) && messages.size() < options.count;) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    if (file && text.str().size() > 0 && text.str().size() <= options.largest)
      messages.push_back(on_the_wire(text.str()));
  }
  return messages;
}

class Sender {
 public:
  Sender(const Options& options, const std::vector<std::string>& messages)
      : options_(options), messages_(messages) {}

  asio::awaitable<void> connections(std::size_t self) {
    while (next_ < options_.count) {
      bool failed = false;
      try {
        co_await connection(self++);
      } catch (const std::exception& error) {
        ++result.broken;
        ++result.replies[error.what()];
        failed = true;
      }
      if (failed && result.broken > options_.count) co_return;
    }
  }

  Result result{};

 private:
  struct Peer {
    tcp::socket socket;
    std::string input{};
  };

  asio::awaitable<std::string> reply(Peer& peer) {
    for (;;) {
      const std::size_t length = co_await asio::async_read_until(
          peer.socket, asio::dynamic_buffer(peer.input), "\r\n", asio::use_awaitable);
      std::string line = peer.input.substr(0, length - 2);
      peer.input.erase(0, length);
      if (line.size() < 4 || line[3] != '-') co_return line;
    }
  }

  // `text` with its line ending. Callers name it: GCC 12 destroys temporaries in a co_await expression twice.
  asio::awaitable<std::string> command(Peer& peer, const std::string& text) {
    co_await asio::async_write(peer.socket, asio::buffer(text), asio::use_awaitable);
    co_return co_await reply(peer);
  }

  asio::awaitable<void> connection(std::size_t serial) {
    const auto executor = co_await asio::this_coro::executor;
    Peer peer{tcp::socket(executor)};
    const tcp::endpoint server(asio::ip::address_v4::loopback(), options_.port);
    co_await peer.socket.async_connect(server, asio::use_awaitable);
    peer.socket.set_option(tcp::no_delay(true));
    co_await reply(peer);
    const std::string helo = fmt::format("mail{}.elsewhere{}.example", serial % 7, serial % 301);
    const std::string greeting = fmt::format("EHLO {}\r\n", helo);
    co_await command(peer, greeting);
    if (options_.pretend) {
      const std::string pretence = fmt::format("XCLIENT NAME={} ADDR=198.51.{}.{} HELO={}\r\n", helo,
                                               100 + serial % 100, 1 + serial % 250, helo);
      co_await command(peer, pretence);
      co_await command(peer, greeting);
    }
    for (std::size_t i = 0; i < options_.per_connection && next_ < options_.count; ++i) {
      const std::size_t id = next_++;
      if (options_.rate > 0) {
        asio::steady_timer timer(peer.socket.get_executor());
        timer.expires_at(begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(
                                      static_cast<double>(id) / options_.rate)));
        co_await timer.async_wait(asio::use_awaitable);
      }
      co_await message(peer, id, serial);
    }
    const std::string goodbye = "QUIT\r\n";
    co_await command(peer, goodbye);
  }

  asio::awaitable<void> message(Peer& peer, std::size_t id, std::size_t serial) {
    // One write and three replies: servers that announce PIPELINING take it so.
    const std::string envelope =
        fmt::format("MAIL FROM:<sender{}@elsewhere{}.example>\r\nRCPT TO:<{}>\r\nDATA\r\n", id % 97,
                    serial % 301, options_.recipient);
    co_await asio::async_write(peer.socket, asio::buffer(envelope), asio::use_awaitable);
    std::string answer;
    bool accepted = true;
    for (int i = 0; i < 3; ++i) {
      answer = co_await reply(peer);
      accepted = accepted && (answer.starts_with('2') || answer.starts_with('3'));
    }
    if (accepted) {
      const std::string& text = messages_[id % messages_.size()];
      const std::string top = fmt::format("X-Bench-Id: {}\r\n", options_.first + id);
      const std::string_view end = ".\r\n";
      const std::array<asio::const_buffer, 3> parts{asio::buffer(top), asio::buffer(text), asio::buffer(end)};
      co_await asio::async_write(peer.socket, parts, asio::use_awaitable);
      answer = co_await reply(peer);
      result.bytes += text.size();
    }
    if (answer.starts_with('2')) {
      ++result.sent;
      co_return;
    }
    ++(answer.starts_with('4') ? result.deferred : result.refused);
    if (result.replies.size() < 20) ++result.replies[answer.substr(0, 40)];
  }

  const Options& options_;
  const std::vector<std::string>& messages_;
  std::size_t next_ = 0;
  Clock::time_point begin_ = Clock::now();
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"Sends messages over many SMTP connections at once"};
  app.add_option("list", options.list, "File that names message files, one a line")->required();
  app.add_option("--port", options.port, "Port of the server on 127.0.0.1")->required();
  app.add_option("--count", options.count, "Messages to send");
  app.add_option("--first", options.first, "X-Bench-Id of the first message; the others count on");
  app.add_option("--connections", options.connections, "Connections at the same time");
  app.add_option("--per-connection", options.per_connection, "Messages on one connection");
  app.add_option("--rate", options.rate, "Messages a second; 0: as many as the server takes");
  app.add_option("--recipient", options.recipient, "Envelope recipient");
  app.add_option("--largest", options.largest, "Messages of more bytes are left out");
  app.add_flag("--pretend", options.pretend, "Vary address, name and HELO with XCLIENT");
  CLI11_PARSE(app, argc, argv);

  const std::vector<std::string> messages = read_messages(options);
  if (messages.empty()) {
    fmt::print(stderr, "mail_sender: {} names no message that can be read\n", options.list);
    return 1;
  }
  asio::io_context context(1);
  Sender sender(options, messages);
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < options.connections; ++i)
    asio::co_spawn(context, sender.connections(i * options.per_connection), asio::detached);
  context.run();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();

  const Result& r = sender.result;
  std::string replies;
  for (const auto& [text, times] : r.replies) {
    std::string quoted;
    for (const char c : text) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    replies += fmt::format("{}\"{}\":{}", replies.empty() ? "" : ",", quoted, times);
  }
  fmt::print(
      R"({{"sent":{},"refused":{},"deferred":{},"broken":{},"seconds":{:.3f},"per_second":{:.1f},"bytes":{},)"
      R"("replies":{{{}}}}})"
      "\n",
      r.sent, r.refused, r.deferred, r.broken, seconds, static_cast<double>(r.sent + r.refused) / seconds,
      r.bytes, replies);
  return r.deferred + r.broken == 0 ? 0 : 1;
}
