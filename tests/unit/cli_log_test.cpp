// Lines of syslog about the trail: which are read, and what they say against a store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/core.h>

#include <map>

#include "cli/log_check.h"
#include "cli/log_text.h"
#include "cli/trail_log.h"

namespace mfa::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = LogEntry::Kind;

std::string digits(std::int64_t seq, std::size_t count) {
  std::string text = fmt::format("{:x}", 0xabc000 + seq);
  return text + std::string(count - text.size(), 'e');
}
std::string message(std::int64_t seq, std::string_view user = "alice", int run = 1) {
  return fmt::format("event=login.passed user={} service=sshd from=192.0.2.7 seq={} run={:08x} head={} proof={}", user,
                     seq, run, digits(seq, 64), digits(seq, 32));
}

TEST(LogLine, IsReadInEachForm) {
  for (const char* before :
       {"Nov 23 14:02:11 lab-gw mfad[812]: ", "Nov  3 04:02:11 LAB-GW.example.edu mfad[812]: ",
        "Nov 23 14:02:11.123456 lab-gw mfad[812]: ", "2026-11-23T14:02:11.123456+13:00 lab-gw mfad[812]: ",
        "2026-11-23T14:02:11Z lab-gw mfad[812]: ", "2026-11-23T14:02:11+0000 lab-gw mfad[812]: ",
        "<86>Nov 23 14:02:11 lab-gw mfad[812]: ", "<86>1 2026-11-23T14:02:11.1Z lab-gw mfad 812 - - ",
        "<86>1 2026-11-23T14:02:11.1Z lab-gw mfad 812 - - \xef\xbb\xbf",
        "<86>1 2026-11-23T14:02:11.1Z lab-gw mfad 812 ID7 [meta sequenceId=\"29\"] ",
        "<86>1 2026-11-23T14:02:11.1Z lab-gw mfad 812 - [a b=\"\\\"] \\] \"][c d=\"]\"] "}) {
    const auto entry = parse_log_line(before + message(4711));
    ASSERT_TRUE(entry) << before;
    EXPECT_EQ(entry->kind, Kind::event);
    EXPECT_EQ(entry->host, "lab-gw") << before;
    EXPECT_EQ(entry->pid, 812U) << before;
    EXPECT_EQ(entry->seq, 4711);
    EXPECT_EQ(entry->head, digits(4711, 64));
    EXPECT_EQ(entry->proof, digits(4711, 32));
    EXPECT_EQ(entry->text + " proof=" + entry->proof, message(4711));
    EXPECT_EQ(entry->run, 1U);
  }
  EXPECT_EQ(parse_log_line("Nov 23 14:02:11 lab-gw mfad: " + message(1))->pid, 0U);
  EXPECT_EQ(parse_log_line("Nov 23 14:02:11 lab-gw mfad[8]: " + message(1) + "\r")->proof, digits(1, 32));
  EXPECT_EQ(parse_log_line("Nov 23 14:02:11 lab-gw mfad[8]: event=x seq=1 head=" + digits(1, 64))->proof, "");
  const auto dropped = parse_log_line("Nov 23 14:02:11 lab-gw mfad[812]: event=journal.dropped lines=17");
  ASSERT_TRUE(dropped);
  EXPECT_EQ(dropped->kind, Kind::dropped);
  EXPECT_EQ(dropped->dropped, 17);
}

// A name that an attacker chose stands in quotes, and in lines of other programs.
TEST(LogLine, OfAnybodyElseIsNone) {
  const std::string before = "Nov 23 14:02:11 lab-gw ";
  for (const std::string& line :
       {std::string(),
        std::string("mfad"),
        message(1),
        "mfad[1]: " + message(1),
        before + "sshd[9]: " + message(1),
        before + "sshd[9]: Invalid user Nov 23 14:02:11 lab-gw mfad[812]: " + message(1),
        before + "mfadx[1]: " + message(1),
        before + "xmfad[1]: " + message(1),
        before + "mfad[x]: " + message(1),
        before + "mfad[1]:" + message(1),
        before + "mfad[1] " + message(1),
        before + "mfad[1]: x " + message(1),
        before + "mfad[1]: started version=0.1.0 store=open",
        before + "mfad[1]: event=login.skipped user=alice reason=\"seq=1 head=" + digits(1, 64) + "\"",
        before + "mfad[1]: event=journal.dropped lines=0",
        before + "mfad[1]: event=journal.dropped lines=x",
        "Nov 23 14:02 lab-gw mfad[1]: " + message(1),
        "Nov 23 14:02:11  mfad[1]: " + message(1),
        "2026-11-23 14:02:11 lab-gw mfad[1]: " + message(1),
        "Foo 23 14:02:11 lab-gw mfad[1]: " + message(1),
        "<86>1 2026-11-23T14:02:11Z lab-gw mfad 812 - " + message(1),
        "<86>1 2026-11-23T14:02:11Z lab-gw mfad 812 - [x]" + message(1),
        "<86>1 2026-11-23T14:02:11Z lab-gw mfad 812 - [x " + message(1),
        "<86>1 2026-11-23T14:02:11Z lab-gw mfad 812 - [x y=\"] " + message(1)})
    EXPECT_FALSE(parse_log_line(line)) << line;
}

TEST(LogLine, NamesItsHostByTheFirstPartUnlessThatIsAnAddress) {
  EXPECT_EQ(short_host("LAB-gw.example.edu"), "lab-gw");
  EXPECT_EQ(short_host("10.0.0.5"), "10.0.0.5");
  EXPECT_EQ(short_host("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(short_host("::ffff:10.0.0.5"), "::ffff:10.0.0.5");
  EXPECT_EQ(short_host("10b.example.edu"), "10b");
}

// It is about each letter before it, so there must be nothing behind it, and nothing that is lost on the way.
TEST(LogLine, HasAProofOnlyAtItsEnd) {
  const std::string before = "Nov 23 14:02:11 lab-gw mfad[1]: ";
  const auto proof_of = [&](const std::string& line) { return parse_log_line(before + line)->proof; };
  EXPECT_EQ(proof_of(message(1)), digits(1, 32));
  EXPECT_EQ(proof_of(message(1) + " user=carol"), "");
  EXPECT_EQ(proof_of(message(1) + "0"), "");
  EXPECT_EQ(proof_of(message(1, "\"" + std::string(3'000, 'x') + "\"")), "");
}

TEST(LogLine, CutShortIsToldToBeThat) {
  const std::string whole = "Nov 23 14:02:11 lab-gw mfad[812]: " + message(4711, "\"a b\"");
  const auto end_of_head = whole.find(" proof=");
  const auto quote = whole.find('"');
  EXPECT_EQ(parse_log_line(whole.substr(0, quote + 2))->kind, Kind::cut);
  for (std::size_t end = whole.find(" seq=") + 5; end < end_of_head; ++end) {
    const auto entry = parse_log_line(whole.substr(0, end));
    ASSERT_TRUE(entry) << end;
    EXPECT_EQ(entry->kind, Kind::cut) << end;
  }
  EXPECT_EQ(parse_log_line(whole.substr(0, end_of_head + 20))->proof, "");
  for (const char* odd : {"seq=0", "seq=-1", "seq=99999999999999999999", "seq=1x", "seq="})
    EXPECT_EQ(
        parse_log_line(fmt::format("Nov 23 14:02:11 lab-gw mfad[1]: event=x {} head={}", odd, digits(1, 64)))->kind,
        Kind::cut)
        << odd;
}

std::vector<std::int64_t> numbers_in(std::string_view text, std::size_t piece) {
  std::vector<std::int64_t> found;
  LogReader reader([&](const LogEntry& entry, std::int64_t line) {
    found.push_back(entry.seq);
    found.push_back(line);
  });
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) reader.feed(text.substr(0, piece));
  reader.finish();
  return found;
}

std::string binary_field(const std::string& name, const std::string& value) {
  std::string text = name + "\n";
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>(std::uint64_t{value.size()} >> shift & 0xffU);
  return text + value + "\n";
}

TEST(LogFile, IsReadPieceByPieceInEitherForm) {
  const std::string before = "Nov 23 14:02:11 lab-gw mfad[1]: ";
  const std::string plain =
      "nonsense\n" + before + message(1) + "\n\n" + std::string(100'000, 'x') + "\n" + before + message(2);
  const std::string exported =
      "__CURSOR=s=1\nMESSAGE=" + message(1) + "\nSYSLOG_IDENTIFIER=mfad\n_HOSTNAME=lab-gw\n_PID=8\n\n" +
      "__CURSOR=s=2\nMESSAGE=" + message(9) + "\nSYSLOG_IDENTIFIER=sshd\n\n" + "__CURSOR=s=3\n" +
      binary_field("MESSAGE", "x\nMESSAGE=" + message(8)) + "SYSLOG_IDENTIFIER=mfad\n\n" + "__CURSOR=s=4\n" +
      binary_field("OTHER", std::string(100'000, '\n')) + binary_field("MESSAGE", message(2)) +
      "SYSLOG_IDENTIFIER=mfad\n\n" + "__CURSOR=s=5\n" + binary_field("EMPTY", "") + "MESSAGE=" + message(3) +
      "\nSYSLOG_IDENTIFIER=mfad\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{65536}, std::size_t{1} << 20U}) {
    EXPECT_THAT(numbers_in(plain, piece), ElementsAre(1, 2, 2, 5)) << piece;
    const auto found = numbers_in(exported, piece);
    ASSERT_EQ(found.size(), 6U) << piece;
    EXPECT_THAT((std::vector{found[0], found[2], found[4]}), ElementsAre(1, 2, 3)) << piece;
  }
}

TEST(LogFile, ThatIsCompressedIsToldToBe) {
  using namespace std::string_literals;
  const std::string line = "\nNov 23 14:02:11 lab-gw mfad[1]: " + message(1) + "\n";
  for (const auto& [beginning, unpacked_by] : {std::pair{"\x1f\x8b\x08"s, "zcat"},
                                               {"\xfd"s + "7zXZ\0"s, "xzcat"},
                                               {"\x28\xb5\x2f\xfd"s, "zstdcat"},
                                               {"BZh91AY"s, "bzcat"},
                                               {"\x04\x22\x4d\x18"s, "lz4cat"}})
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100'000}}) {
      LogReader reader([](const LogEntry&, std::int64_t) { FAIL(); });
      const std::string file = beginning + line;
      for (std::size_t at = 0; at < file.size(); at += piece) reader.feed(std::string_view(file).substr(at, piece));
      EXPECT_EQ(reader.unpacked_by(), unpacked_by);
    }
}

// --- the comparison

// A store with rows up to `last`, but for those in `gone`; rows from `anew` on are others than were logged.
struct Made {
  std::int64_t last = 20;
  std::int64_t anew = 1'000'000;
  std::vector<std::int64_t> gone = {};
  std::int64_t genuine_up_to = 1'000'000;  // lines beyond it somebody else wrote
  std::int64_t old_from = 1'000'000;       // lines from there on have a proof by a key that was replaced
  int asked = 0, asked_for_proof = 0;

  [[nodiscard]] Writer written_with(std::int64_t seq) const {
    return seq < old_from ? Writer::engine : Writer::old_key;
  }

  [[nodiscard]] std::string head(std::int64_t seq) const { return digits(seq >= anew ? seq + 500'000 : seq, 64); }
  // As message() writes them, up to that row; or of another history.
  [[nodiscard]] bool wrote(const LogEntry& entry) const {
    return entry.seq <= genuine_up_to &&
           (entry.text + " proof=" + entry.proof == message(entry.seq, "alice", static_cast<int>(entry.run)) ||
            entry.text.starts_with("event=x "));
  }
  TrailSource source() {
    return {.heads = [this](std::int64_t after) -> Outcome<Heads> {
              ++asked;
              Heads heads;
              for (std::int64_t seq = after + 1; seq <= std::min(last, after + kHeadsPage); ++seq) {
                const bool there = std::ranges::find(gone, seq) == gone.end();
                if (heads.first == 0 && !there) continue;
                if (heads.first == 0) heads.first = seq;
                heads.digits += there ? head(seq) : std::string(64, '-');
              }
              return heads;
            },
            .writers = [this](const std::vector<LogEntry>& entries) -> Outcome<std::vector<Writer>> {
              ++asked_for_proof;
              std::vector<Writer> found;
              std::size_t bytes = 0;
              for (const LogEntry& entry : entries) {
                found.push_back(wrote(entry) ? written_with(entry.seq) : Writer::unknown);
                bytes += entry.text.size() + entry.proof.size() + 2;
              }
              EXPECT_LE(bytes, kMostAsked);
              return found;
            }};
  }
};

struct Log {
  std::string lines;
  Log& has(std::int64_t first, std::int64_t last, int run = 1, const char* host = "lab-gw") {
    for (std::int64_t seq = first; seq <= last; ++seq)
      lines += fmt::format("Nov 23 14:02:11 {} mfad[1]: {}\n", host, message(seq, "alice", run));
    return *this;
  }
  Log& says(std::string_view line) {
    lines += line;
    lines += '\n';
    return *this;
  }
};

Json compared(Made& store, const std::vector<Log>& logs) {
  LogCheck check(store.source(), "lab-gw", store.last);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    LogReader reader([&](const LogEntry& entry, std::int64_t line) { check.take(entry, i, line); });
    reader.feed(logs[i].lines);
    reader.finish();
    names.push_back(fmt::format("log.{}", i));
  }
  return check.report(names).value();
}
Json compared(Made store, const Log& log) { return compared(store, std::vector{log}); }
// In a store that is whole in itself and ends with that row.
std::string text(const Json& report, std::int64_t last = 20) { return log_text(report, {{"last", last}}, {}); }

TEST(LogCheck, AWholeLogAgreesAndSoDoesAnyPartOfIt) {
  EXPECT_EQ(compared({}, Log().has(1, 20)).dump(),
            R"({"lines":20,"first":1,"last":20,"missing":[],"different":[],"without_line":[]})");
  for (const auto& [first, last] : {std::pair{1, 7}, {5, 20}, {9, 9}}) {
    const Json report = compared({}, Log().has(first, last));
    EXPECT_TRUE(agrees(report)) << report;
    EXPECT_EQ(report["first"], first);
    EXPECT_EQ(report["last"], last);
  }
}

TEST(LogCheck, RotatedFilesMayComeInAnyOrderAndTwice) {
  Made store;
  EXPECT_TRUE(agrees(compared(store, {Log().has(11, 20), Log().has(1, 10), Log().has(8, 12)})));
}

TEST(LogCheck, OtherLinesDisturbNothing) {
  Log log;
  log.says("Nov 23 14:02:11 lab-gw sshd[9]: " + message(7)).has(1, 10).says("nonsense").has(3, 9);
  // Of a store of its own.
  log.says("Nov 23 14:02:11 other mfad[9]: event=y seq=7 head=" + digits(99, 64) + " proof=" + digits(99, 32));
  log.says("Nov 23 14:02:11 other mfad[9]: event=y seq=7777 head=" + digits(99, 64) + " proof=" + digits(99, 32));
  log.has(11, 20, 1, "renamed");
  const Json report = compared({}, log);
  EXPECT_TRUE(agrees(report)) << report;
  EXPECT_EQ(report["other_hosts"], 2);
  EXPECT_FALSE(report.contains("forged"));
  EXPECT_EQ(report["last"], 20) << "whatever the host was called";
}

// Whoever keeps the log may know the host by its address, or by another name than itself.
TEST(LogCheck, ACutTailIsFoundWhateverTheHostIsCalled) {
  for (const char* host : {"lab-gw", "other", "10.0.0.5", "lab-gw@relay"}) {
    const Json report = compared({.last = 15}, Log().has(3, 20, 1, host));
    EXPECT_FALSE(agrees(report)) << host;
    EXPECT_EQ(report["missing"].dump(), R"([{"seq":16,"file":"log.0","line":14,"to":20}])") << host;
    EXPECT_EQ(report["last"], 15);
    EXPECT_FALSE(report.contains("other_hosts"));
    EXPECT_THAT(text(report, 15), HasSubstr("FAULT log: events 16 to 20 stand there (log.0, line 14) and not in the"
                                            " store: the newest events were cut off"));
  }
}

TEST(LogCheck, AnOlderStoreThatWentOnIsFound) {
  Log log;
  log.has(1, 20).says("Nov 23 14:02:11 lab-gw mfad[1]: event=x seq=16 head=" + digits(500'016, 64) +
                      " proof=" + digits(1, 32));
  const Json report = compared({.last = 16, .anew = 16}, log);
  EXPECT_FALSE(agrees(report));
  EXPECT_EQ(report["different"].dump(), R"([{"seq":16,"file":"log.0","line":16}])");
  EXPECT_EQ(report["missing"].dump(), R"([{"seq":17,"file":"log.0","line":17,"to":20}])");
  EXPECT_TRUE(flag_of(report, "put_back"));
  EXPECT_THAT(text(report, 16), HasSubstr("an older store was put back and went on from there"));
}

// Whoever damaged rows of the store without the key did neither of that.
TEST(LogCheck, OfAStoreThatIsNotWholeNothingMoreIsSaid) {
  const Json verdict{{"last", 20}, {"damage", {{{"kind", "swapped"}, {"seq", 9}, {"with", 10}}}}};
  Json report = compared({.anew = 9}, Log().has(1, 20));
  EXPECT_THAT(log_text(report, verdict, {}), HasSubstr("something else than in the store\n"));
  report = compared({.gone = {4}}, Log().has(1, 20));
  EXPECT_THAT(log_text(report, verdict, {}), HasSubstr("event 4 stands there (log.0, line 4) and not in the store\n"));
  EXPECT_THAT(text(report), HasSubstr("event 4 stands there (log.0, line 4) and not in the store\n"));
}

TEST(LogCheck, AChainWrittenAnewIsFound) {
  const Json report = compared({.anew = 9}, Log().has(1, 20));
  EXPECT_FALSE(agrees(report));
  EXPECT_EQ(report["different"].dump(), R"([{"seq":9,"file":"log.0","line":9,"to":20}])");
  EXPECT_FALSE(flag_of(report, "put_back"));
  EXPECT_THAT(text(report), HasSubstr("written anew by somebody who has the key"));
}

TEST(LogCheck, RowsThatWereTakenOutOfTheStoreAreFound) {
  const Json report = compared({.gone = {4, 5, 12}}, Log().has(1, 20));
  EXPECT_FALSE(agrees(report));
  EXPECT_EQ(report["missing"].dump(),
            R"([{"seq":4,"file":"log.0","line":4,"to":5},{"seq":12,"file":"log.0","line":12}])");
}

// Each kind of row without a line, and whether that is a fault.
TEST(LogCheck, RowsWithoutALineAreToldWithinTheLogAlone) {
  Json report = compared({}, Log().has(3, 7).has(10, 18));
  EXPECT_FALSE(agrees(report));
  EXPECT_EQ(report["without_line"].dump(), R"([{"seq":8,"to":9,"explained":false}])");
  report = compared({}, Log().has(3, 7).has(10, 18, 2));  // it ended in between
  EXPECT_TRUE(agrees(report)) << report;
  EXPECT_THAT(text(report), HasSubstr("note log: events 8 to 9 have no line there; the service ended"));
  Log log;
  log.has(3, 7).says("Nov 23 14:02:11 lab-gw mfad[1]: event=journal.dropped lines=2").has(10, 11).has(13, 18);
  report = compared({}, log);
  EXPECT_FALSE(agrees(report)) << "two were lost, and three are missing";
  EXPECT_EQ(report["without_line"].dump(), R"([{"seq":8,"to":9,"explained":true},{"seq":12,"explained":false}])");
}

// What says that lines were lost proves nothing by itself: it is good for the place where it stands alone.
TEST(LogCheck, WhatWasLostElsewhereExplainsNothing) {
  const std::string many = "event=journal.dropped lines=2147483647";
  const auto says = [&](const char* host, int pid) {
    return fmt::format("Nov 23 14:02:11 {} mfad[{}]: {}", host, pid, many);
  };
  const auto explained = [](const std::vector<Log>& logs) {
    Made store;
    return agrees(compared(store, logs));
  };
  EXPECT_TRUE(explained({Log().has(1, 7).says(says("lab-gw", 1)).has(10, 18)}));
  EXPECT_FALSE(explained({Log().says(says("lab-gw", 1)).has(1, 7).has(10, 18)}));
  EXPECT_FALSE(explained({Log().has(1, 7).has(10, 18).says(says("lab-gw", 1))}));
  EXPECT_FALSE(explained({Log().has(1, 7).says(says("lab-gw", 2)).has(10, 18)}));
  EXPECT_FALSE(explained({Log().has(1, 7).says(says("other", 1)).has(10, 18)}));
  EXPECT_FALSE(explained({Log().has(1, 7).has(10, 18), Log().says(says("lab-gw", 1))}));
  // Where the files meet.
  EXPECT_TRUE(explained({Log().has(10, 18), Log().has(1, 7).says(says("lab-gw", 1))}));
  EXPECT_TRUE(explained({Log().says(says("lab-gw", 1)).has(10, 18), Log().has(1, 7)}));
  // Each is good once.
  EXPECT_FALSE(explained({Log().has(10, 11).has(13, 20), Log().has(1, 7).says(says("lab-gw", 1))}));
}

// Who can read the log can write it again with other words, or with another number of the process.
TEST(LogCheck, ALineWithOtherWordsCountsForNothing) {
  Log log;
  log.has(1, 7);
  log.says("Nov 23 14:02:11 lab-gw mfad[1]: " + message(8, "mallory"));
  std::string other_run = message(9);
  other_run.replace(other_run.find("run=00000001"), 12, "run=00000002");
  log.says("Nov 23 14:02:11 lab-gw mfad[1]: " + other_run);
  log.has(10, 20);
  Made store;
  TrailSource source = store.source();
  source.writers = [](const std::vector<LogEntry>& entries) -> Outcome<std::vector<Writer>> {
    std::vector<Writer> found;
    for (const LogEntry& entry : entries)
      found.push_back(entry.text + " proof=" + entry.proof == message(entry.seq, "alice", 1) ? Writer::engine
                                                                                             : Writer::unknown);
    return found;
  };
  LogCheck check(source, "lab-gw", store.last);
  LogReader reader([&](const LogEntry& entry, std::int64_t line) { check.take(entry, 0, line); });
  reader.feed(log.lines);
  const Json report = check.report({"log"}).value();
  EXPECT_FALSE(agrees(report));
  EXPECT_EQ(report["lines"], 18);
  EXPECT_EQ(report["forged"], 2);
  EXPECT_EQ(report["without_line"].dump(), R"([{"seq":8,"to":9,"explained":false}])");
}

TEST(LogCheck, BehindAHundredExplainedGapsAnotherIsSeen) {
  Made store{.last = 2'000};
  Log log;
  for (int i = 0; i < 300; ++i) log.has(3 * i + 1, 3 * i + 2, i + 1);  // it ended each time
  EXPECT_TRUE(agrees(compared(store, std::vector{log})));
  log.has(1'900, 1'901).has(1'903, 1'910);
  const Json report = compared(store, std::vector{log});
  EXPECT_FALSE(agrees(report));
  EXPECT_TRUE(flag_of(report, "more_without_line"));
  EXPECT_EQ(report["without_line"].size(), 101U);
  EXPECT_EQ(report["without_line"].back().dump(), R"({"seq":1902,"explained":false})");
}

TEST(LogCheck, ManyRunsAreToldUpToALimit) {
  Made store{.last = 600};
  for (std::int64_t seq = 2; seq <= 600; seq += 2) store.gone.push_back(seq);
  const Json report = compared(store, std::vector{Log().has(1, 600)});
  EXPECT_EQ(report["missing"].size(), 100U);
  EXPECT_EQ(report["missing"].back().dump(), R"({"seq":200,"file":"log.0","line":200})");
  EXPECT_TRUE(flag_of(report, "more_missing"));
  EXPECT_THAT(text(report, 600), HasSubstr("and more of that, which is not listed"));
}

TEST(LogCheck, AFileWithoutALineThatCountsIsNamed) {
  Made store;
  const Json report = compared(store, {Log().has(1, 20), Log().says("nothing")});
  EXPECT_TRUE(agrees(report));
  EXPECT_EQ(report["without_any"].dump(), R"(["log.1"])");
  EXPECT_THAT(text(report), HasSubstr("note log: log.1 has no line of this trail"));
}

TEST(LogCheck, LinesThatTheEngineDidNotWriteCountForNothing) {
  Log log;
  log.has(1, 20).has(9'000, 9'003);
  log.says("Nov 23 14:02:11 lab-gw mfad[1]: event=x seq=21 head=" + digits(21, 64));
  log.says("Nov 23 14:02:11 lab-gw mfad[1]: event=x seq=7 head=" + digits(8, 64));
  const Json report = compared({.genuine_up_to = 8'000}, log);
  EXPECT_TRUE(agrees(report)) << report;
  EXPECT_EQ(report["forged"], 6);
  EXPECT_EQ(report["forged_at"]["line"], 25) << "that one needed no question";
  EXPECT_THAT(text(report), HasSubstr("6 lines there were not written with a key of this key file"));
}

TEST(LogCheck, LinesByAKeyThatWasReplacedAreToldApart) {
  const Json report = compared({.old_from = 21}, Log().has(1, 24));
  EXPECT_TRUE(agrees(report)) << report;
  EXPECT_EQ(report["lines"], 20);
  EXPECT_EQ(report["old_key"].dump(), R"([{"seq":21,"file":"log.0","line":21,"to":24}])");
  EXPECT_FALSE(report.contains("forged"));
  EXPECT_THAT(text(report),
              HasSubstr("events 21 to 24 stand there with a key that was replaced, and not in the store"));
}

TEST(LogCheck, WhatIsWrittenMeanwhileIsNoDamage) {
  Made store;
  LogCheck check(store.source(), "lab-gw", store.last);
  const auto take = [&](std::int64_t seq) {
    check.take(*parse_log_line("Nov 23 14:02:11 lab-gw mfad[1]: " + message(seq)), 0, seq);
  };
  take(20);
  take(21);  // the store is seen to end before it
  store.last = 30;
  for (std::int64_t seq = 22; seq <= 30; ++seq) take(seq);
  const Json report = check.report({"log"}).value();
  EXPECT_TRUE(agrees(report)) << report;
  EXPECT_EQ(report["lines"], 11);
}

TEST(LogCheck, NothingComparedIsNoGoodNews) {
  const Json report = compared({}, Log().says("nothing"));
  EXPECT_FALSE(agrees(report));
  EXPECT_THAT(text(report), HasSubstr("no line there fits this store: nothing is proven"));
}

TEST(LogCheck, ALongLogCostsAFewQuestionsAndNonsenseNone) {
  Made store{.last = 9'000};
  Log log;
  log.has(1, 9'000);
  for (int i = 0; i < 5'000; ++i)
    log.says(fmt::format("Nov 23 14:02:11 lab-gw mfad[1]: event=x seq={} head={}", 2'000'000 - i, digits(1, 64)));
  EXPECT_TRUE(agrees(compared(store, std::vector{log})));
  EXPECT_EQ(store.asked, 3);
  EXPECT_LT(store.asked_for_proof, 160);
}

TEST(LogCheck, ADamagedStoreCostsNoMore) {
  Made store{.last = 9'000};
  for (std::int64_t seq = 2; seq <= 6'000; seq += 3) store.gone.push_back(seq);
  const Json report = compared(store, std::vector{Log().has(1, 12'000)});
  EXPECT_EQ(report["lines"], 7'000);
  EXPECT_LT(store.asked, 70) << "behind its end once for each question about proofs";
}

TEST(LogCheck, WhatTheEngineCannotAnswerEndsIt) {
  Made store;
  TrailSource source = store.source();
  source.heads = [](std::int64_t) -> Outcome<Heads> { return std::unexpected(Failure{.error = "gone", .hint = ""}); };
  LogCheck check(source, "lab-gw", 20);
  check.take(*parse_log_line("Nov 23 14:02:11 lab-gw mfad[1]: " + message(1)), 0, 1);
  const auto report = check.report({"log"});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().error, "gone");
}

}  // namespace
}  // namespace mfa::cli
