// The control socket: who may ask for what, and what hostile or slow clients get.
#include "milter/control_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "milter/control_request.h"
#include "milter/local_socket.h"
#include "tests/milter/socket_client.h"
#include "tests/support/scratch_folder.h"

namespace thresh::milter {
namespace {

using namespace std::chrono_literals;
using testing::ask;
using testing::SocketClient;

ControlVerb verb(const std::string& name, std::function<Result<std::string>(std::string_view)> run) {
  return {name, {"root"}, std::move(run)};
}

class Control : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_.file("control.sock"); }
  [[nodiscard]] std::string address() const { return "unix:" + path(); }
  void start(std::vector<ControlVerb> verbs, ControlLimits limits = {}) {
    auto started = ControlSocket::start(path(), std::move(verbs), limits);
    ASSERT_TRUE(started) << started.error().text();
    socket_ = std::move(*started);
  }
  thresh::testing::ScratchFolder folder_;
  std::unique_ptr<ControlSocket> socket_;
};

ControlVerb echo() {
  return verb("echo", [](std::string_view argument) -> Result<std::string> { return std::string(argument); });
}

TEST_F(Control, AVerbAnswers) {
  start({echo(),
         verb("fail",
              [](std::string_view) -> Result<std::string> {
                return fail("broken rule\nOK 3", "a.cf:1", "mend it");
              }),
         verb("throw",
              [](std::string_view) -> Result<std::string> { throw std::runtime_error("no memory"); })});
  EXPECT_EQ(*control_request(path(), "echo", "two words "), "two words ");
  EXPECT_EQ(*control_request(path(), "echo"), "");
  const auto failed = control_request(path(), "fail");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "a.cf:1: broken rule OK 3 (mend it)");
  EXPECT_EQ(control_request(path(), "throw").error().what, "no memory");
  EXPECT_EQ(control_request(path(), "unknown").error().what, "unknown verb unknown");
  EXPECT_EQ(ask(address(), "echo abc\n"), "OK 3\nabc");
  EXPECT_EQ(ask(address(), "echo  abc\n"), "OK 4\n abc");
}

TEST_F(Control, AnswersOfAnyBytesAndUpToTheBound) {
  start({verb("bytes",
              [](std::string_view) -> Result<std::string> { return std::string("a\0\nERROR b\n\xff", 12); }),
         verb("most",
              [](std::string_view) -> Result<std::string> { return std::string(max_control_answer, 'x'); }),
         verb("more", [](std::string_view) -> Result<std::string> {
           return std::string(max_control_answer + 1, 'x');
         })});
  EXPECT_EQ(*control_request(path(), "bytes"), std::string("a\0\nERROR b\n\xff", 12));
  EXPECT_EQ(control_request(path(), "most")->size(), max_control_answer);
  EXPECT_EQ(control_request(path(), "more").error().what, "the answer is too long");
}

TEST_F(Control, RequestsAreOneBoundedLine) {
  start({echo()});
  for (const std::string& line :
       {std::string("\n"), std::string(" echo\n"), std::string("Echo\n"), std::string("echo\r\n"),
        std::string("echo \x1b\n"), std::string("echo a\0b\n", 9), std::string("echo a\necho b\n"),
        std::string(max_control_request, 'e') + "\n", std::string(1'000'000, '\xff')}) {
    const std::string answer = ask(address(), line);
    EXPECT_TRUE(answer.starts_with("ERROR ")) << answer;
    EXPECT_EQ(answer.find('\n'), answer.size() - 1) << answer;
  }
  EXPECT_EQ(ask(address(), "echo " + std::string(max_control_request - 6, 'x') + "\n").substr(0, 8),
            "OK 4090\n");
  EXPECT_FALSE(control_request(path(), "echo", std::string(max_control_request, 'x')));
  SocketClient gone(address());
  gone.send("echo without an end");
  gone.finish();
  EXPECT_EQ(gone.read_all(), "");
}

TEST_F(Control, UsersThatDoNotExistAreAnError) {
  auto socket = ControlSocket::start(path(), {{"status", {"no-such-user-here"}, nullptr}});
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().what, "there is no user \"no-such-user-here\"");
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_FALSE(ControlSocket::start(path(), {echo(), echo()}));
}

TEST_F(Control, OurOwnUserMayUseAllAndOthersWhatTheirListsSay) {
  start({{"closed", {}, [](std::string_view) -> Result<std::string> { return "in"; }},
         {"open", {"65534"}, [](std::string_view) -> Result<std::string> { return "in"; }}});
  EXPECT_EQ(*control_request(path(), "closed"), "in");
  if (::geteuid() != 0) return;
  // As root the others can be tried: a process of nobody's, and one of a user that no verb names.
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
  const auto as = [&](uid_t user, const std::string& asked) {
    int answer[2];
    if (::pipe(answer) != 0) return std::string("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
      std::string got = "no user";
      if (::setresuid(user, user, user) == 0) got = ask(address(), asked);
      if (::write(answer[1], got.data(), got.size()) < 0) ::_exit(1);
      ::_exit(0);
    }
    ::close(answer[1]);
    std::string got(4096, '\0');
    const ssize_t size = ::read(answer[0], got.data(), got.size());
    ::close(answer[0]);
    got.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return got;
  };
  EXPECT_EQ(as(65534, "open\n"), "OK 2\nin");
  EXPECT_EQ(as(65534, "closed\n"), "ERROR user 65534 may not use closed\n");
  EXPECT_EQ(as(65533, ""), "ERROR user 65533 may not use the control socket\n");
}

TEST_F(Control, ALongVerbDoesNotKeepOthersWaitingAndRunsOnceAtATime) {
  std::mutex mutex;
  std::condition_variable changed;
  int running = 0;
  bool overlapped = false;
  bool released = false;
  start({echo(), verb("long", [&](std::string_view) -> Result<std::string> {
           std::unique_lock lock(mutex);
           overlapped = overlapped || running > 0;
           ++running;
           changed.notify_all();
           changed.wait(lock, [&] { return released; });
           --running;
           return "done";
         })});
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 6; ++i)
    threads.emplace_back([&] { done += control_request(path(), "long").value_or("") == "done" ? 1 : 0; });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return running > 0; });
  }
  EXPECT_EQ(*control_request(path(), "echo", "x"), "x");
  {
    const std::lock_guard lock(mutex);
    released = true;
    changed.notify_all();
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 6);
  EXPECT_FALSE(overlapped);
}

TEST_F(Control, SlowClientsAreCutOffAndOthersServedThen) {
  start({echo(),
         verb("big",
              [](std::string_view) -> Result<std::string> { return std::string(max_control_answer, 'x'); })},
        {.request = 300ms, .connections = 2});
  std::vector<std::unique_ptr<SocketClient>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<SocketClient>(address()));
    slow.back()->send(i % 2 == 0 ? "big\n" : "ec");
  }
  EXPECT_EQ(*control_request(path(), "echo", "x"), "x");
  // Those who were served before the echo had their time.
  for (std::size_t i = 0; i < slow.size(); ++i) {
    const std::size_t size = slow[i]->read_all().size();
    EXPECT_TRUE(slow[i]->closed());
    EXPECT_TRUE(i >= 4 || size < max_control_answer) << i;
  }
}

TEST_F(Control, StopsWhileClientsAreConnectedAndVerbsRun) {
  for (int round = 0; round < 20; ++round) {
    start({echo(), verb("nap",
                        [](std::string_view) -> Result<std::string> {
                          std::this_thread::sleep_for(5ms);
                          return "rested";
                        })},
          {.connections = 3});
    std::vector<std::unique_ptr<SocketClient>> clients;
    for (int i = 0; i < 6; ++i) {
      clients.push_back(std::make_unique<SocketClient>(address()));
      clients.back()->send(i % 2 == 0 ? "nap\n" : "ec");
    }
    socket_.reset();
    EXPECT_FALSE(std::filesystem::exists(path()));
  }
}

TEST_F(Control, TheClientDoesNotWaitForEver) {
  auto silent = LocalSocket::listen(path(), 0600);
  ASSERT_TRUE(silent);
  const auto answer = control_request(path(), "status", {}, 100ms);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().what, "no answer in time");
}

TEST(LocalSocket, TakesOverFromTheDeadAndFromNobodyElse) {
  const thresh::testing::ScratchFolder folder;
  const std::string path = folder.file("sock");
  {
    auto first = LocalSocket::listen(path, 0620);
    ASSERT_TRUE(first) << first.error().text();
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0620U);
    const auto second = LocalSocket::listen(path, 0600);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, "another process listens there");
    EXPECT_TRUE(connect_local(path)) << "the live one is left alone";
    // Its process dies: nobody listens, the path stays.
    ::close(first->release());
    EXPECT_FALSE(connect_local(path));
    auto third = LocalSocket::listen(path, 0600);
    ASSERT_TRUE(third) << third.error().text();
    EXPECT_TRUE(connect_local(path));
    std::filesystem::rename(path, path + ".kept");
    auto fourth = LocalSocket::listen(path, 0600);
    ASSERT_TRUE(fourth);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(path + ".kept")) << "only what stands at the path is removed";
  std::ofstream(path) << "not a socket";
  EXPECT_FALSE(LocalSocket::listen(path, 0600));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_FALSE(LocalSocket::listen(folder.file("none/sock"), 0600));
  EXPECT_FALSE(LocalSocket::listen(folder.file(std::string(120, 'x')), 0600));
  EXPECT_FALSE(LocalSocket::listen("", 0600));
}

}  // namespace
}  // namespace thresh::milter
