// thresh scan: verdicts over messages, as a table for people, as JSON, or one message explained.
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <thread>

#include "corpus/mail_source.h"
#include "corpus/ordered_run.h"
#include "thresh/commands.h"
#include "thresh/options.h"
#include "thresh/progress.h"
#include "thresh/scan_output.h"

namespace thresh::command {
namespace {

struct ScanOptions {
  CommonOptions common;
  bool json = false, all_hits = false, explain = false, exit_code = false;
  unsigned threads = 0;
  std::string network = "off";
  std::vector<std::string> paths;
};

// Columns of the terminal on standard output; 0 when it is none.
int terminal_width() {
  winsize size{};
  return isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Further errors are counted only: often they follow from the first.
void complain_of_rules(const Error& first, std::span<const LintNote> notes) {
  complain(first);
  const auto errors = std::ranges::count(notes, LintNote::Kind::error, &LintNote::kind);
  if (errors > 1) fmt::print(stderr, "thresh: {} errors in the rules; `thresh lint` names all\n", errors);
}

// Out of memory and the like concern one message, not the run.
Result<Verdict> scan_one(const Scanner& scanner, const MailSource& source, std::size_t max_size,
                         const ScanDetail& detail) {
  try {
    auto bytes = read_mail(source, max_size);
    if (!bytes) return std::unexpected(bytes.error());
    return scanner.scan(*bytes, {}, detail);
  } catch (const std::exception& error) {
    return fail(fmt::format("cannot be scanned: {}", error.what()), source.name);
  }
}

int run(const ScanOptions& options) {
  const auto settings = options.common.settings();
  if (!settings) {
    complain(settings.error());
    return wrong_usage;
  }
  std::vector<LintNote> notes;
  auto rules = load_rules(options.common, *settings, false, &notes);
  if (!rules) {
    complain_of_rules(rules.error(), notes);
    return wrong_usage;
  }
  warn_of_rules(rules->notes());
  auto scanner = make_scanner(std::move(*rules), *settings);
  if (!scanner) {
    complain(scanner.error());
    return wrong_usage;
  }
  const MailSources mail = find_mail(options.paths);
  for (const Error& error : mail.errors) complain(error);
  if (options.explain && mail.messages.size() > 1) {
    complain({.what = fmt::format("--explain shows one message, here are {}", mail.messages.size()),
              .where = {},
              .remedy = "leave it out, or name one"});
    return wrong_usage;
  }

  unsigned threads =
      options.threads != 0 ? options.threads : static_cast<unsigned>(settings->integer("scan.threads"));
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  threads =
      static_cast<unsigned>(std::min<std::size_t>(threads, std::max<std::size_t>(mail.messages.size(), 1)));
  const auto max_size = static_cast<std::size_t>(settings->integer("scan.max_message_size"));
  const ScanDetail detail{
      .subrules = options.all_hits, .texts = options.json || options.explain, .matches = options.explain};
  const int width = terminal_width();
  const bool colour = width > 0;

  int status = mail.errors.empty() ? done : input_trouble;
  std::size_t spam = 0, failed = 0;
  std::atomic<bool> unheard = false;  // standard output is gone: the rest of the run is for nobody
  Progress progress(mail.messages.size());
  if (!options.json && !options.explain) fmt::print("{}", table_head(width));
  ordered_run<Result<Verdict>>(
      mail.messages.size(), threads,
      [&](std::size_t i) -> Result<Verdict> {
        if (unheard) return fail("nobody reads the verdict");
        return scan_one(**scanner, mail.messages[i], max_size, detail);
      },
      [&](std::size_t i, Result<Verdict> verdict) {
        if (unheard) return;
        progress.step();
        if (!verdict) {
          complain(verdict.error());
          status = input_trouble;
          ++failed;
          return;
        }
        spam += verdict->spam;
        const std::string& name = mail.messages[i].name;
        const std::string text = options.json      ? json_line(name, *verdict)
                                 : options.explain ? explanation(name, *verdict, colour)
                                                   : table_row(name, *verdict, width, colour);
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) unheard = true;
        if (!options.explain)
          for (const std::string& what : verdict->partial)
            complain({.what = partial_text(what), .where = name, .remedy = {}});
        for (const std::string& rule : verdict->limited)
          complain(
              {.what = fmt::format("{}: its pattern ran into the match limit and counts as no hit", rule),
               .where = name,
               .remedy = {}});
        for (const std::string& what : verdict->bounds) complain({.what = what, .where = name, .remedy = {}});
      });
  if (!options.json && !options.explain && !unheard)
    fmt::print("{} messages: {} spam, {} ham{}\n", mail.messages.size() - failed, spam,
               mail.messages.size() - failed - spam, failed != 0 ? fmt::format(", {} not read", failed) : "");
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    complain(
        {.what = "standard output cannot be written, so verdicts are missing", .where = {}, .remedy = {}});
    return input_trouble;
  }
  if (status == done && options.exit_code && spam > 0) return found_spam;
  return status;
}

}  // namespace

void add_scan(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("scan", "Scan messages: files, directories, mboxes, Maildirs, - or @LIST");
  auto options = std::make_shared<ScanOptions>();
  options->common.add_to(*command);
  command->add_flag("--json", options->json, "One JSON object a line");
  command->add_flag("--all-hits", options->all_hits, "List sub-rules (__NAME) too");
  command->add_flag("--explain", options->explain, "Explain one message, with the text that matched");
  command->add_flag("--exit-code", options->exit_code, "Exit with 5 where any message is spam");
  command->add_option("-j", options->threads, "Threads; default: all cores")
      ->type_name("N")
      ->check(CLI::Range(1U, 1024U));
  command->add_option("--network", options->network, "off: no look-ups")
      ->type_name("MODE")
      ->check(CLI::IsMember({"off"}));
  command->add_option("PATH", options->paths, "What to scan")->required();
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace thresh::command
