// What the service manager hears, and that the watchdog barks only while a milter answers.
#include "milter/systemd.h"

#include <gtest/gtest.h>
#include <libmilter/mfapi.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/descriptor.h"
#include "milter/local_socket.h"
#include "milter/milter_probe.h"
#include "milter/watchdog.h"
#include "tests/support/scratch_folder.h"

namespace thresh::milter {
namespace {

using namespace std::chrono_literals;
using thresh::testing::ScratchFolder;

// The service manager: listens at NOTIFY_SOCKET.
class Manager {
 public:
  Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder_.file("notify");
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) ::abort();
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
  }
  // The next message; empty when there is none for that long.
  [[nodiscard]] std::string next(std::chrono::milliseconds patience) {
    const timeval limit{patience.count() / 1000, patience.count() % 1000 * 1000};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::string message(4096, '\0');
    const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), 0);
    message.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return message;
  }

 private:
  ScratchFolder folder_;
  Descriptor socket_;
};

SocketAddress at(const std::string& path) {
  SocketAddress address;
  auto& local = reinterpret_cast<sockaddr_un&>(address.storage);
  local.sun_family = AF_UNIX;
  path.copy(local.sun_path, sizeof local.sun_path - 1);
  address.size = sizeof local;
  return address;
}

// Something that listens and answers each connection in its own way.
class Server {
 public:
  using Serve = std::function<void(int)>;
  explicit Server(Serve serve) : listening_(std::move(*LocalSocket::listen(folder_.file("milter"), 0600))) {
    socket_ = Descriptor(listening_.release());
    thread_ = std::thread([this, serve = std::move(serve)] {
      while (!stopping_) {
        const Descriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (client && !stopping_) serve(client.get());
        if (!client) std::this_thread::sleep_for(1ms);
      }
    });
  }
  ~Server() {
    stopping_ = true;
    thread_.join();
  }
  [[nodiscard]] SocketAddress address() const { return at(listening_.path()); }
  [[nodiscard]] int listening() const { return socket_.get(); }

 private:
  ScratchFolder folder_;
  LocalSocket listening_;
  Descriptor socket_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

std::string read_some(int socket, std::size_t size) {
  std::string bytes(size, '\0');
  const ssize_t count = ::recv(socket, bytes.data(), size, MSG_WAITALL);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

void write_some(int socket, std::string_view bytes) {
  (void)::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

// Protocol 6, action SMFIF_SETSYMLIST, callbacks skipped: bytes of a milter written in Python
// (purepythonmilter).
constexpr std::string_view good_answer("\0\0\0\x0dO\0\0\0\x06\0\0\x01\0\0\x0f\xf7\xff", 17);

TEST(Systemd, SaysWhatSdNotifyDefines) {
  Manager manager;
  notify_ready("with\nREADY=0 rules");
  EXPECT_EQ(manager.next(30s), "READY=1\nSTATUS=with READY=0 rules");
  notify_reloading();
  const std::string reloading = manager.next(30s);
  EXPECT_TRUE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << reloading;
  EXPECT_GT(std::stoull(reloading.substr(27)), 1000U);
  notify_status("42 messages");
  EXPECT_EQ(manager.next(30s), "STATUS=42 messages");
  notify_stopping();
  EXPECT_EQ(manager.next(30s), "STOPPING=1\nSTATUS=Stopping");
}

TEST(Systemd, IsSilentWithoutAManager) {
  ::unsetenv("NOTIFY_SOCKET");
  notify_ready("");
  notify_alive();
}

TEST(MilterProbe, SpeaksTheProtocol) {
  std::string heard;
  {
    Server server([&](int client) {
      heard = read_some(client, 17);
      write_some(client, good_answer);
      heard += read_some(client, 5);
    });
    const auto answered = probe_milter(server.address(), 30s);
    EXPECT_TRUE(answered) << answered.error().text();
  }
  EXPECT_EQ(heard, std::string("\0\0\0\x0dO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff\0\0\0\x01Q", 22));
}

TEST(MilterProbe, TakesNothingElseForAnAnswer) {
  for (const std::string& answer :
       {std::string(), std::string("\0\0", 2), std::string("\0\0\0\0", 4), std::string("\0\0\0\x01c", 5),
        std::string("\xff\xff\xff\xffO", 5), std::string("HTTP/1.1 400 Bad Request\r\n\r\n"),
        std::string("\0\0\0\x0d", 4) + "C123456789012"}) {
    Server server([&](int client) {
      read_some(client, 17);
      write_some(client, answer);
    });
    EXPECT_FALSE(probe_milter(server.address(), 30s)) << answer;
  }
  EXPECT_FALSE(probe_milter(at("/nowhere/milter"), 30s));
}

TEST(MilterProbe, DoesNotWaitForEver) {
  std::atomic<bool> done = false;
  Server hanging([&](int) {
    while (!done) std::this_thread::sleep_for(1ms);
  });
  const auto answered = probe_milter(hanging.address(), 100ms);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().what, "no answer in time");
  // A byte now and then is no answer either.
  done = true;
  Server dripping([&](int client) {
    for (int i = 0; i < 1000; ++i) {
      if (::send(client, "", 1, MSG_NOSIGNAL) != 1) return;
      std::this_thread::sleep_for(20ms);
    }
  });
  EXPECT_FALSE(probe_milter(dripping.address(), 100ms));
}

TEST(MilterProbe, LibmilterAnswers) {
  const ScratchFolder folder;
  const std::string path = folder.file("milter");
  const pid_t child = ::fork();
  if (child == 0) {
    // Wants actions that a server must offer.
    char name[] = "probed";
    smfiDesc milter{};
    milter.xxfi_name = name;
    milter.xxfi_version = SMFI_VERSION;
    milter.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_QUARANTINE | SMFIF_SETSYMLIST;
    std::string where = "unix:" + path;
    if (smfi_setconn(where.data()) != MI_SUCCESS || smfi_register(milter) != MI_SUCCESS) ::_exit(1);
    ::_exit(smfi_main() == MI_SUCCESS ? 0 : 1);
  }
  Result<void> answered;
  for (int i = 0; i < 3000; ++i) {
    answered = probe_milter(at(path), 30s);
    if (answered) break;
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_TRUE(answered) << answered.error().text();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(MilterProbe, AddressesThatMeanAllAreReachedOverLoopback) {
  const Descriptor v4(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in any{};
  any.sin_family = AF_INET;
  ASSERT_EQ(::bind(v4.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  const auto address = address_to_reach(v4.get());
  ASSERT_TRUE(address);
  const auto& reached = reinterpret_cast<const sockaddr_in&>(address->storage);
  EXPECT_EQ(ntohl(reached.sin_addr.s_addr), INADDR_LOOPBACK);
  EXPECT_NE(reached.sin_port, 0);
  EXPECT_FALSE(address_to_reach(-1));
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_FALSE(address_to_reach(ends[0]));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Watchdog, IsNullWhereNobodyAsksForIt) {
  ::unsetenv("WATCHDOG_USEC");
  Server server([](int) {});
  const auto watchdog = Watchdog::start(server.listening(), nullptr);
  ASSERT_TRUE(watchdog);
  EXPECT_EQ(*watchdog, nullptr);
}

TEST(Watchdog, PingsWhileTheMilterAnswersAndNotOtherwise) {
  Manager manager;
  ::setenv("WATCHDOG_USEC", "200000", 1);
  std::atomic<bool> well = true;
  Server server([&](int client) {
    read_some(client, 17);
    if (well) write_some(client, good_answer);
  });
  std::atomic<int> failures = 0;
  auto watchdog = Watchdog::start(server.listening(), [&](const Error&) { ++failures; });
  ASSERT_TRUE(watchdog) << watchdog.error().text();
  ASSERT_NE(*watchdog, nullptr);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(manager.next(30s), "WATCHDOG=1");
  well = false;
  const int before = failures;
  while (failures < before + 3) std::this_thread::sleep_for(5ms);
  // What was said before is heard; then there is silence.
  while (!manager.next(10ms).empty()) {
  }
  EXPECT_EQ(manager.next(300ms), "");
  well = true;
  EXPECT_EQ(manager.next(30s), "WATCHDOG=1");
  watchdog->reset();
}

}  // namespace
}  // namespace thresh::milter
