// A scan from raw bytes to verdict on one thread, warm, with the time of each stage in microseconds a
// message.
//
//   thresh_bench [--benchmark_...] [RULES_PATH... -- MAIL_PATH...]
//
// Without arguments: the rules and samples that ship. THRESH_BENCH_CACHE (environment): where match plans are
// kept.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "corpus/mail_source.h"
#include "engine/scan/scanner.h"

namespace thresh {
namespace {

struct Input {
  std::unique_ptr<const Scanner> scanner;
  std::vector<std::string> messages;
};

void scan_all(benchmark::State& state, const Input& input) {
  StageTimes sum{};
  MatchWork work;
  std::size_t bytes = 0;
  for (const std::string& message : input.messages) {
    bytes += message.size();
    benchmark::DoNotOptimize(input.scanner->scan(message));  // patterns compile, slots grow
  }
  for (auto _ : state) {
    for (const std::string& message : input.messages) {
      const Verdict verdict = input.scanner->scan(message, {}, {.cost = true});
      for (std::size_t stage = 0; stage < stage_count; ++stage) sum[stage] += verdict.times[stage];
      work += verdict.work;
    }
  }
  const double scans = static_cast<double>(state.iterations()) * static_cast<double>(input.messages.size());
  double all = 0;
  for (std::size_t stage = 0; stage < stage_count; ++stage) {
    const double microseconds = static_cast<double>(sum[stage]) / 1000 / scans;
    all += microseconds;
    state.counters[std::string(to_string(static_cast<Stage>(stage)))] = microseconds;
  }
  state.counters["us_a_message"] = all;
  state.counters["windows"] = static_cast<double>(work.windows) / scans;
  state.counters["pcre2_runs"] = static_cast<double>(work.confirmations) / scans;
  state.counters["without_pcre2_%"] =
      100 * (1 - static_cast<double>(work.confirmed) / static_cast<double>(work.answers));
  state.SetItemsProcessed(static_cast<std::int64_t>(scans));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(bytes));
}

int run(int argc, char** argv) {
  std::vector<std::string> rules;
  std::vector<std::string> mail;
  bool to_mail = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--")
      to_mail = true;
    else if (to_mail)
      mail.emplace_back(argv[i]);
    else
      rules.emplace_back(argv[i]);
  }
  if (rules.empty()) rules.emplace_back(THRESH_SOURCE_DIR "/rules");
  if (mail.empty()) mail.emplace_back(THRESH_SOURCE_DIR "/corpus/samples");

  auto loaded = RuleSet::load(rules);
  if (!loaded) return std::fprintf(stderr, "%s\n", loaded.error().text().c_str()), 2;
  const char* cache = std::getenv("THRESH_BENCH_CACHE");
  auto scanner = Scanner::make(std::move(*loaded), {.cache_dir = cache != nullptr ? cache : ""});
  if (!scanner) return std::fprintf(stderr, "%s\n", scanner.error().text().c_str()), 2;
  Input input{std::move(*scanner), {}};
  constexpr std::size_t max_size = 64 << 20;
  const MailSources sources = find_mail(mail);
  for (const Error& error : sources.errors) std::fprintf(stderr, "%s\n", error.text().c_str());
  for (const auto& source : sources.messages) {
    auto bytes = read_mail(source, max_size);
    if (!bytes) return std::fprintf(stderr, "%s\n", bytes.error().text().c_str()), 1;
    input.messages.emplace_back(std::move(*bytes));
  }
  benchmark::RegisterBenchmark("scan", [&](benchmark::State& state) {
    scan_all(state, input);
  })->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace thresh

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  return thresh::run(argc, argv);
}
