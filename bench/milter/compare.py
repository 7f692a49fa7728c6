"""Postfix alone, Postfix with an empty filter and Postfix with Thresh, in turns in one run: the table says what each costs.

The messages are real where --mail names a folder (or THRESH_CORPORA_DIR), else the samples. All three ways share one
Postfix, queue in memory where /dev/shm is there, and one sink; nothing is rejected, so all do the same work.
"""
import argparse
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
sys.path[:0] = [os.path.join(ROOT, "tests/mailserver"), os.path.join(ROOT, "tests/milter_wire")]

from harness import case, mails  # noqa: E402
from harness.milter import Milter  # noqa: E402
from harness.place import Daemon, Place, answers, wait_until  # noqa: E402
from harness.postfix import Postfix  # noqa: E402
from mta import Mta  # noqa: E402

WAYS = {"alone": "plain", "empty filter": "empty", "thresh": "mx"}
LARGEST = 1_000_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", default=f"{ROOT}/build/release", help="build directory")
    parser.add_argument("--mail", default=os.environ.get("THRESH_CORPORA_DIR") or f"{ROOT}/corpus/samples",
                        help="folder with messages")
    parser.add_argument("--rules", action="append", help="rule files or folders; default: those that ship")
    parser.add_argument("--count", type=int, default=20_000, help="messages sent each way")
    parser.add_argument("--rounds", type=int, default=2, help="turns that the count is spread over")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--per-connection", type=int, default=10, help="messages on one connection")
    parser.add_argument("--paced-seconds", type=float, default=30, help="length of the run at half the greatest rate")
    return parser.parse_args()


class Sampler(threading.Thread):
    """Resident bytes of the milter over a run."""

    def __init__(self, milter):
        super().__init__(daemon=True)
        self.milter, self.samples, self.stopping = milter, [], threading.Event()

    def run(self):
        while not self.stopping.wait(0.2):
            self.samples.append(self.milter.memory())

    def stop(self):
        self.stopping.set()
        self.join()
        return self.samples or [self.milter.memory()]


class Bench:
    def __init__(self, place, options):
        self.place, self.options, self.sent = place, options, 0
        self.program = f"{options.programs}/thresh"
        if not options.rules:
            options.rules = [f"{ROOT}/rules"]
        paths = mails.some_files(options.mail, min(options.count, 20_000)) or \
            [f"{options.mail}/{name}" for name in sorted(os.listdir(options.mail)) if name.endswith(".eml")]
        self.paths = [path for path in paths if 0 < os.path.getsize(path) <= LARGEST]
        random.Random(1).shuffle(self.paths)
        self.list = place.write("list", "".join(path + "\n" for path in self.paths))
        self.sink_port = place.port()
        self.sink = Daemon(place, "sink", [f"{options.programs}/bench/milter/mail_sink", "--port", str(self.sink_port)])
        place.on_close(self.sink.stop)
        place.mkdir("socket")
        empty = place.path("socket/empty.sock")
        self.empty = Daemon(place, "empty", [f"{options.programs}/bench/milter/empty_filter", f"unix:{empty}"])
        place.on_close(self.empty.stop)
        self.milter = Milter(place, self.program, options.rules[0], shared_with_postfix=True, settings={
            "rules.paths": options.rules, "scan.reject_score": 0.0})
        wait_until(lambda: answers(empty), "empty filter up")
        os.chmod(empty, 0o666)
        self.postfix = Postfix(place, milter=self.milter.postfix, sink_port=self.sink_port,
                               others={"empty": f"unix:{empty}"}, settings={
                                   "default_destination_concurrency_limit": "50",
                                   "smtp_connection_cache_destinations": "sink.example",
                                   "always_add_missing_headers": "no",
                                   "message_size_limit": "20000000",
                               })

    def delivered(self):
        """What the sink has counted so far."""
        lines = self.sink.log().count("\n")
        self.sink.signal(10)  # SIGUSR1
        wait_until(lambda: self.sink.log().count("\n") > lines, "the sink's report")
        return json.loads(self.sink.log().splitlines()[-1])

    def send(self, service, count, rate=0.0):
        """(what mail_sender reports, seconds until all was delivered, messages that arrived)"""
        before = self.delivered()["messages"]
        begin = time.monotonic()
        done = subprocess.run(
            [f"{self.options.programs}/bench/milter/mail_sender", "--port", str(self.postfix.port[service]),
             "--count", str(count), "--first", str(self.sent), "--connections", str(self.options.connections), "--pretend", "--rate", str(rate),
             "--per-connection", str(self.options.per_connection), "--largest", str(LARGEST), self.list],
            stdout=subprocess.PIPE)
        self.sent += count
        report = json.loads(done.stdout)
        self.postfix.wait_delivered(600)
        seconds = time.monotonic() - begin
        return report, seconds, self.delivered()["messages"] - before

    def throughput(self):
        """Prints the first table. (messages/s with Thresh, {way: CPU seconds of the filter a message}, MiB over the run)"""
        rows = {way: [] for way in WAYS}
        filters = {"empty filter": self.empty, "thresh": self.milter.daemon}
        cpu = dict.fromkeys(filters, 0.0)
        share = max(1, self.options.count // self.options.rounds)
        for service in WAYS.values():  # processes start, patterns compile
            self.send(service, min(share, 200))
        memory = []
        for _ in range(self.options.rounds):
            for way, service in WAYS.items():
                sampler = Sampler(self.milter)
                sampler.start()
                before = filters[way].cpu_seconds() if way in filters else 0.0
                rows[way].append(self.send(service, share))
                if way in filters:
                    cpu[way] += filters[way].cpu_seconds() - before
                samples = sampler.stop()
                if way == "thresh":
                    memory += samples
        print(f"{'':14} {'accepted/s':>10} {'delivered/s':>11} {'sent':>7} {'arrived':>7} {'refused':>7} {'deferred':>8} {'broken':>6}")
        rates = {}
        for way, runs in rows.items():
            total = lambda key: sum(report[key] for report, _, _ in runs)
            rates[way] = total("sent") / total("seconds")
            print(f"{way:14} {rates[way]:10.0f} {sum(a for _, _, a in runs) / sum(s for _, s, _ in runs):11.0f} "
                  f"{total('sent'):7} {sum(a for _, _, a in runs):7} {total('refused'):7} {total('deferred'):8} {total('broken'):6}")
        print(f"thresh: {rates['thresh'] / rates['alone']:.2f} of Postfix alone, "
              f"{rates['thresh'] / rates['empty filter']:.2f} of Postfix with the empty filter\n")
        quarter = [memory[i * (len(memory) - 1) // 4] >> 20 for i in range(5)]
        each = {way: cpu[way] / max(1, sum(report["sent"] for report, _, _ in rows[way])) for way in filters}
        return rates["thresh"], each, f"{' '.join(map(str, quarter))}, at most {max(memory) >> 20}"

    def scan_cpu(self):
        """CPU seconds a message of `thresh scan -j1`: what twice the list costs more than once."""
        rules = [argument for path in self.options.rules for argument in ("--rules", path)]
        def cost(times):
            listing = self.place.write("scan-list", "".join(path + "\n" for path in self.paths) * times)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([self.program, "scan", "-j", "1", "--json", *rules, "@" + listing], stdout=subprocess.DEVNULL,
                           env=os.environ | {"XDG_CACHE_HOME": self.place.path("cache")})
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        cost(1)
        return (cost(2) - cost(1)) / len(self.paths)

    def latency(self, rate):
        """Prints times from the end of a message to its answer, at the milter's socket, while mail comes in at `rate`."""
        count = int(rate * self.options.paced_seconds)
        sender = threading.Thread(target=self.send, args=("mx", count, rate))
        sender.start()
        times, sent = {}, 0
        with Mta(self.milter.address) as mta:
            mta.greet()
            while sender.is_alive() and sent < 2000:
                with open(self.paths[sent % len(self.paths)], "rb") as file:
                    message = mails.crlf(mails.without_mbox_line(file.read()))
                outcome = mta.message(message, queue_id=f"LATENCY{sent}")
                times[f"LATENCY{sent}"] = outcome.seconds * 1000
                sent += 1
                time.sleep(self.options.paced_seconds / 2000)
        sender.join()
        cpu = {}
        for queue_id, ms in re.findall(r"queue_id=(LATENCY\d+) .* cpu=([\d.]+)", self.milter.log()):
            cpu[queue_id] = float(ms)
        above = [times[id] - cpu[id] for id in times if id in cpu]
        print(f"end of message to answer, at {rate:.0f} messages/s, {len(times)} messages, ms")
        for name, values in (("whole", list(times.values())), ("without the scan's CPU", above)):
            if len(values) > 1:
                cuts = statistics.quantiles(values, n=100)
                print(f"  {name:24} p50 {cuts[49]:8.3f}   p99 {cuts[98]:8.3f}   max {max(values):8.3f}")
        print()

    def reload(self):
        """Prints what a SIGHUP twice a second does to mail that comes in."""
        stop = threading.Event()
        reloads = []
        def hup():
            while not stop.wait(0.5):
                self.milter.reload()
                reloads.append(1)
        thread = threading.Thread(target=hup)
        thread.start()
        report, _, arrived = self.send("mx", max(1, self.options.count // 4))
        stop.set()
        thread.join()
        print(f"{len(reloads)} reloads under load: {report['per_second']:.0f} messages/s, sent {report['sent']}, arrived {arrived}, "
              f"refused {report['refused']}, deferred {report['deferred']}, broken {report['broken']}\n")
        return report, arrived


def main():
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)
    reason = case.missing(["postfix"])
    if reason:
        print(f"SKIPPED: {reason}", file=sys.stderr)
        return case.SKIP
    with Place("/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as place:
        try:
            bench = Bench(place, options)
            print(f"{options.count} messages each way, {len(bench.paths)} different ones, {options.connections} connections, "
                  f"{options.per_connection} messages on each; {os.cpu_count()} cores\n")
            rate, cpu, memory = bench.throughput()
            scan = bench.scan_cpu()
            empty, whole = cpu["empty filter"], cpu["thresh"]
            print(f"CPU a message, us: empty filter {empty * 1e6:.0f}, thresh milter {whole * 1e6:.0f}, thresh scan -j1 "
                  f"{scan * 1e6:.0f}; above both {(whole - empty - scan) * 1e6:.0f}\n")
            print(f"resident MiB over the run: {memory}\n")
            bench.latency(rate / 2)
            bench.reload()
            seen = bench.delivered()
            lost = bench.sent - seen["different"]
            print(f"of {bench.sent} messages in all {lost} did not arrive, {seen['twice']} came twice")
            broken = lost or seen["twice"] or not bench.milter.daemon.running()
        except Exception:
            print(place.logs(), file=sys.stderr)
            raise
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
