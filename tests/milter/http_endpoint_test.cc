// /metrics and /health over real sockets, asked by friends and others.
#include "milter/http_endpoint.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "milter/http_host.h"
#include "tests/milter/socket_client.h"
#include "tests/support/scratch_folder.h"

namespace thresh::milter {
namespace {

using namespace std::chrono_literals;
using testing::ask;
using testing::SocketClient;

Result<std::unique_ptr<HttpEndpoint>> start(
    const std::string& listen, HttpLimits limits = {},
    HttpEndpoint::Render metrics = [] { return "x_total 1\n"; },
    HttpEndpoint::CheckHealth health = [] { return Health{}; }) {
  const std::vector<std::string> overrides{"metrics.listen=" + listen, "metrics.hosts=[\"stats.example\"]"};
  return HttpEndpoint::start(*Settings::load({}, overrides), std::move(metrics), std::move(health), limits);
}

std::string get(const std::string& path, const std::string& host = "localhost") {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

int status_of(const std::string& response) {
  return response.starts_with("HTTP/1.1 ") ? std::stoi(response.substr(9, 3)) : 0;
}

TEST(HttpEndpoint, ServesMetricsOnEveryKindOfAddress) {
  const thresh::testing::ScratchFolder folder;
  for (const std::string& listen :
       {std::string("127.0.0.1:0"), std::string("[::1]:0"), "unix:" + folder.file("http.sock")}) {
    auto endpoint = start(listen);
    if (!endpoint && listen.starts_with('[')) continue;  // a machine without IPv6
    ASSERT_TRUE(endpoint) << endpoint.error().text();
    const std::string response = ask((*endpoint)->address(), get("/metrics"));
    EXPECT_EQ(status_of(response), 200) << response;
    EXPECT_NE(response.find("Content-Type: text/plain; version=0.0.4"), std::string::npos);
    EXPECT_TRUE(response.ends_with("\r\n\r\nx_total 1\n")) << response;
    EXPECT_EQ(status_of(ask((*endpoint)->address(), get("/metrics?a=b"))), 200);
  }
  EXPECT_FALSE(std::filesystem::exists(folder.file("http.sock")));
}

TEST(HttpEndpoint, HealthHasReasons) {
  std::atomic<bool> well = true;
  auto endpoint = start(
      "127.0.0.1:0", {}, [] { return ""; },
      [&] { return well ? Health{} : Health{{"no scan slot for 12 s", "rules are not loaded"}}; });
  ASSERT_TRUE(endpoint);
  EXPECT_TRUE(ask((*endpoint)->address(), get("/health")).ends_with("\r\n\r\nok\n"));
  well = false;
  const std::string response = ask((*endpoint)->address(), get("/health"));
  EXPECT_EQ(status_of(response), 503);
  EXPECT_TRUE(response.ends_with("no scan slot for 12 s\nrules are not loaded\n"));
}

TEST(HttpEndpoint, OffIsNull) {
  auto endpoint = start("");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(*endpoint, nullptr);
}

TEST(HttpEndpoint, AnythingNotLoopbackIsRefused) {
  for (const std::string listen :
       {"0.0.0.0:9100", "192.0.2.1:9100", "[::]:9100", "[2001:db8::1]:9100", "[::ffff:192.0.2.1]:9100",
        "localhost:9100", "9100", ":9100", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1",
        "::1:9100", "unix:", "[127.0.0.1]:1", "127.0.0.1:1x", "https://127.0.0.1:1"}) {
    const auto endpoint = start(listen);
    ASSERT_FALSE(endpoint) << listen;
    EXPECT_NE(endpoint.error().where.find("metrics.listen"), std::string::npos);
    EXPECT_NE(endpoint.error().remedy.find("127.0.0.1:PORT"), std::string::npos);
  }
}

TEST(HttpEndpoint, ATakenAddressIsAnError) {
  auto first = start("127.0.0.1:0");
  ASSERT_TRUE(first);
  EXPECT_FALSE(start((*first)->address()));
}

TEST(HttpEndpoint, HostMustBeOurs) {
  auto endpoint = start("127.0.0.1:0");
  ASSERT_TRUE(endpoint);
  const std::string address = (*endpoint)->address();
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1", "", "user@localhost",
        "localhost:x", "[::2]", "[localhost]", "127.0.0.1:80:80"})
    EXPECT_EQ(status_of(ask(address, get("/metrics", host))), 421) << host;
  for (const std::string host : {"LOCALHOST", "localhost:9100", "127.0.0.1", "127.8.8.8:1", "[::1]",
                                 "[::1]:9100", "stats.example", "Stats.Example:443"})
    EXPECT_EQ(status_of(ask(address, get("/metrics", host))), 200) << host;
  EXPECT_EQ(status_of(ask(address, "GET /metrics HTTP/1.0\r\n\r\n")), 400);
  EXPECT_EQ(status_of(ask(address, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")),
            400);
}

TEST(HttpEndpoint, OnlyGetOnlyTwoPaths) {
  auto endpoint = start("127.0.0.1:0");
  ASSERT_TRUE(endpoint);
  const std::string address = (*endpoint)->address();
  for (const std::string method : {"HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"}) {
    const std::string response = ask(address, method + " /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(status_of(response), 405) << method << response;
    EXPECT_NE(response.find("Allow: GET"), std::string::npos);
  }
  for (const std::string path :
       {"/", "/metrics/", "/../etc/passwd", "/%6detrics", "http://localhost/metrics", "*", "/health%00"})
    EXPECT_EQ(status_of(ask(address, get(path))), 404) << path;
}

TEST(HttpEndpoint, WhatIsNoRequestIsRefused) {
  auto endpoint = start("127.0.0.1:0");
  ASSERT_TRUE(endpoint);
  const std::string address = (*endpoint)->address();
  for (const std::string& request :
       {std::string("hello\r\n\r\n"), std::string("GET /metrics\r\n\r\n"), std::string("\x16\x03\x01\x02"),
        std::string("GET /metrics HTTP/1.1\r\nHost localhost\r\n\r\n"),
        std::string("GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"),
        std::string(
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
        std::string("GET /met\0rics HTTP/1.1\r\nHost: localhost\r\n\r\n", 44)})
    EXPECT_EQ(status_of(ask(address, request)), 400) << request;
  EXPECT_EQ(status_of(ask(address, "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n")), 431);
  EXPECT_EQ(status_of(ask(address, "GET /" + std::string(100'000, 'x'))), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 5000; ++i) many += "A: b\r\n";
  EXPECT_EQ(status_of(ask(address, many)), 431);
  // Half a request, and gone.
  {
    SocketClient client(address);
    client.send("GET /metr");
  }
  EXPECT_EQ(status_of(ask(address, get("/metrics"))), 200);
}

TEST(HttpEndpoint, SlowClientsAreCutOffAndOthersServedThen) {
  auto endpoint = start("127.0.0.1:0", {.request = 300ms, .connections = 2});
  ASSERT_TRUE(endpoint);
  const std::string address = (*endpoint)->address();
  std::vector<std::unique_ptr<SocketClient>> silent;
  for (int i = 0; i < 6; ++i) silent.push_back(std::make_unique<SocketClient>(address));
  // One byte at a time never gets anywhere either.
  std::thread dripping([&] {
    SocketClient client(address);
    while (client.send("G")) std::this_thread::sleep_for(50ms);
  });
  EXPECT_EQ(status_of(ask(address, get("/metrics"))), 200);
  for (auto& client : silent) {
    EXPECT_EQ(client->read_all(), "");
    EXPECT_TRUE(client->closed());
  }
  dripping.join();
}

TEST(HttpEndpoint, AClientThatDoesNotReadIsCutOff) {
  auto endpoint = start("127.0.0.1:0", {.request = 300ms, .connections = 1},
                        [] { return std::string(std::size_t{64} << 20, 'x'); });
  ASSERT_TRUE(endpoint);
  SocketClient greedy((*endpoint)->address());
  greedy.send(get("/metrics"));
  EXPECT_EQ(status_of(ask((*endpoint)->address(), get("/health"))), 200);
  EXPECT_LT(greedy.read_all().size(), std::size_t{64} << 20);
}

TEST(HttpEndpoint, AFaultOfTheServerIsA500) {
  auto endpoint =
      start("127.0.0.1:0", {}, []() -> std::string { throw std::runtime_error("no metrics today"); });
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(status_of(ask((*endpoint)->address(), get("/metrics"))), 500);
  EXPECT_EQ(status_of(ask((*endpoint)->address(), get("/health"))), 200);
}

TEST(HttpEndpoint, StopsWhileClientsAreConnected) {
  for (int round = 0; round < 20; ++round) {
    auto endpoint = start("127.0.0.1:0", {.connections = 2});
    ASSERT_TRUE(endpoint);
    const std::string address = (*endpoint)->address();
    std::vector<std::unique_ptr<SocketClient>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<SocketClient>(address));
      clients.back()->send(i % 2 == 0 ? "GET /me" : get("/metrics"));
    }
    endpoint->reset();
    EXPECT_FALSE(SocketClient(address).connected());
  }
}

}  // namespace
}  // namespace thresh::milter
