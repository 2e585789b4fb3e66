#include "common/system/countries.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/country_database.h"

namespace mfa {
namespace {

using Answer = std::optional<std::string>;

Network network(std::string_view text) {
  const std::size_t slash = text.find('/');
  return {.address = *parse_address(text.substr(0, slash)), .prefix = std::stoi(std::string(text.substr(slash + 1)))};
}

// 203.0.113.0/24 is in `country`.
std::string database_of(std::string_view country) {
  return mmdb::Database().add(network("203.0.113.0/24"), mmdb::in(country)).bytes();
}

class CountriesOfFile : public ::testing::Test {
 protected:
  CountriesOfFile() {
    std::string pattern = "/tmp/mfa-countries-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/country.mmdb";
  }
  ~CountriesOfFile() override { std::filesystem::remove_all(folder_); }

  // As an updater does it: another file takes the name.
  void replace(const std::string& content) const {
    const std::string made = folder_ + "/new";
    overwrite(content, made);
    ASSERT_EQ(::rename(made.c_str(), path_.c_str()), 0);
  }
  // As cp(1) does it: the same file gets other bytes.
  static void overwrite(const std::string& content, const std::string& path) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    ASSERT_EQ(std::filesystem::file_size(path), content.size());
  }
  void overwrite(const std::string& content) const { overwrite(content, path_); }

  [[nodiscard]] static Answer ask(DatabaseCountries& countries, std::string_view address = "203.0.113.7") {
    return countries.country_of(*parse_address(address));
  }
  // Of a file with these bytes, asked once.
  [[nodiscard]] Answer answer_of(const std::string& content, std::string_view address = "203.0.113.7") const {
    static_cast<void>(::unlink(path_.c_str()));  // ext4 waits for the disk when a file is written over
    overwrite(content);
    DatabaseCountries countries(path_, "NZ");
    return ask(countries, address);
  }

  std::string folder_, path_;
};

TEST_F(CountriesOfFile, AreThoseThatTheDatabaseNames) {
  overwrite(mmdb::Database()
                .add(network("203.0.113.0/24"), mmdb::in("AU"))
                .add(network("198.51.100.0/25"), mmdb::in("BE"))
                .add(network("2001:db8::/32"), mmdb::in("GB"))
                .bytes());
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries, "203.0.113.0"), "AU");
  EXPECT_EQ(ask(countries, "203.0.113.255"), "AU");
  EXPECT_EQ(ask(countries, "203.0.114.0"), std::nullopt);
  EXPECT_EQ(ask(countries, "198.51.100.127"), "BE");
  EXPECT_EQ(ask(countries, "198.51.100.128"), std::nullopt);
  EXPECT_EQ(ask(countries, "2001:db8:ffff::1"), "GB");
  EXPECT_EQ(ask(countries, "2001:db9::"), std::nullopt);
  EXPECT_EQ(ask(countries, "::ffff:203.0.113.7"), "AU");
}

TEST_F(CountriesOfFile, AreNoneOfIPv6WhereTheDatabaseHasOnlyIPv4) {
  overwrite(mmdb::Database(false).add(network("203.0.113.0/24"), mmdb::in("AU")).bytes());
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries), "AU");
  EXPECT_EQ(ask(countries, "2001:db8::1"), std::nullopt);
}

TEST_F(CountriesOfFile, ComeFromTheAddressOrElseFromWhoRegisteredIt) {
  using namespace mmdb;
  const auto code = [](std::string_view text_of) { return map({{"iso_code", text(text_of)}}); };
  struct Row {
    std::string_view what;
    std::string value;
    Answer answer;
  };
  const std::vector<Row> rows{
      {"both", map({{"country", code("AU")}, {"registered_country", code("BE")}}), "AU"},
      {"the other way round", map({{"registered_country", code("BE")}, {"country", code("AU")}}), "AU"},
      {"registered", map({{"registered_country", code("BE")}}), "BE"},
      {"a country without a code", map({{"country", map({{"names", map({})}})}, {"registered_country", code("BE")}}),
       "BE"},
      {"a continent", map({{"continent", map({{"code", text("EU")}})}}), std::nullopt},
      {"represented only", map({{"represented_country", code("US")}}), std::nullopt},
      {"nothing", map({}), std::nullopt},
      {"a long name", in("Australia"), std::nullopt},
      {"three letters", in("AUS"), std::nullopt},
      {"one letter", in("A"), std::nullopt},
      {"no letter", in(""), std::nullopt},
      {"lower case", in("au"), std::nullopt},
      {"half", in("Au"), std::nullopt},
      {"digits", in("A1"), std::nullopt},
      {"what is wrong is not made up for", map({{"country", code("AUS")}, {"registered_country", code("BE")}}),
       std::nullopt},
      {"a number", map({{"country", map({{"iso_code", number(kUint32, 36)}})}}), std::nullopt},
      {"a number of as many bytes", map({{"country", map({{"iso_code", number(kUint32, 0x4155)}})}}), std::nullopt},
      {"bytes", map({{"country", map({{"iso_code", head(kBytes, 2) + "AU"}})}}), std::nullopt},
      {"a map", map({{"country", map({{"iso_code", map({})}})}}), std::nullopt},
      {"no map", text("AU"), std::nullopt},
      {"a code in the wrong place", map({{"country", text("AU")}}), std::nullopt},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(answer_of(Database().add(network("203.0.113.0/24"), row.value).bytes()), row.answer) << row.what;
  }
}

TEST_F(CountriesOfFile, AreHomeForPrivateAddressesWhateverTheDatabaseSays) {
  overwrite(mmdb::Database().add(network("10.0.0.0/8"), mmdb::in("AU")).bytes());
  for (const std::string& path : {path_, std::string(), folder_ + "/none"}) {
    DatabaseCountries countries(path, "NZ");
    DatabaseCountries homeless(path, "");
    for (const char* address : {"10.1.2.3", "192.168.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1", "100.64.0.1"}) {
      EXPECT_EQ(ask(countries, address), "NZ") << address;
      EXPECT_EQ(ask(homeless, address), std::nullopt) << address;  // not "": that is another answer
    }
    EXPECT_EQ(ask(countries), std::nullopt);
  }
}

TEST_F(CountriesOfFile, AreNoneWhereThereIsNoDatabase) {
  EXPECT_EQ(answer_of(""), std::nullopt);
  EXPECT_EQ(answer_of("not a database\n"), std::nullopt);
  EXPECT_EQ(answer_of("\xAB\xCD\xEFMaxMind.com"), std::nullopt);
  ASSERT_EQ(::mkfifo((folder_ + "/fifo").c_str(), 0600), 0);
  for (const std::string& path : {std::string(), folder_, folder_ + "/none", folder_ + "/none/none", folder_ + "/fifo",
                                  std::string("/dev/zero"), std::string("relative.mmdb")}) {
    DatabaseCountries countries(path, "NZ");
    EXPECT_EQ(ask(countries), std::nullopt) << path;
    EXPECT_EQ(ask(countries), std::nullopt) << path;
  }
}

TEST_F(CountriesOfFile, AreNoneOfAFileThatIsTooLarge) {
  // One that is right but for the hole in it.
  const std::string whole = database_of("AU");
  const std::size_t end = whole.rfind("\xAB\xCD\xEFMaxMind.com");
  overwrite(whole.substr(0, end));
  ASSERT_EQ(::truncate(path_.c_str(), kLargestCountryDatabase), 0);
  std::ofstream(path_, std::ios::binary | std::ios::app) << whole.substr(end);
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries), std::nullopt);
}

TEST_F(CountriesOfFile, AreNoneOfAFileThatWasCutOff) {
  const std::string whole = database_of("AU");
  ASSERT_EQ(answer_of(whole), "AU");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(answer_of(whole.substr(0, length)), std::nullopt) << length;
  }
}

// One byte is another one: any answer is a code or none, and asking never does harm.
TEST_F(CountriesOfFile, AreCodesOrNoneOfADamagedFile) {
  const std::string whole = database_of("AU");
  std::size_t silent = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned change : {0xFFU, 0x01U, 0x20U}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
      for (const char* address : {"203.0.113.7", "2001:db8::1", "0.0.0.0"}) {
        const Answer answer = answer_of(damaged, address);
        if (!answer) {
          ++silent;
        } else {
          ASSERT_EQ(answer->size(), 2U) << at;
          ASSERT_TRUE(*answer >= "AA" && *answer <= "ZZ" && answer->back() >= 'A' && answer->back() <= 'Z') << at;
        }
      }
    }
  }
  EXPECT_GT(silent, whole.size());
}

TEST_F(CountriesOfFile, FollowTheFileThatLiesThere) {
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries), std::nullopt);  // not yet
  replace(database_of("AU"));
  EXPECT_EQ(ask(countries), "AU");
  EXPECT_EQ(ask(countries), "AU");
  replace(database_of("BE"));  // as large as the one before
  EXPECT_EQ(ask(countries), "BE");
  replace("damaged");
  EXPECT_EQ(ask(countries), std::nullopt);
  EXPECT_EQ(ask(countries), std::nullopt);
  replace(database_of("GB"));
  EXPECT_EQ(ask(countries), "GB");
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  EXPECT_EQ(ask(countries), std::nullopt);
  replace(database_of("US"));
  EXPECT_EQ(ask(countries), "US");
}

// A file is told from the one before even if it has its number, size and date: inodes are used again.
TEST_F(CountriesOfFile, FollowAFileThatIsChangedInPlace) {
  overwrite(database_of("AU"));
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries), "AU");
  const auto date = std::filesystem::last_write_time(path_);
  overwrite(database_of("BE"));
  std::filesystem::last_write_time(path_, date + std::chrono::seconds(1));
  EXPECT_EQ(ask(countries), "BE");
}

// A mapped file that becomes shorter would kill whoever looks into it.
TEST_F(CountriesOfFile, SurviveAFileThatIsCutWhileInUse) {
  overwrite(database_of("AU"));
  DatabaseCountries countries(path_, "NZ");
  EXPECT_EQ(ask(countries), "AU");
  overwrite("");
  EXPECT_EQ(ask(countries), std::nullopt);
  overwrite(database_of("BE") + std::string(1, '\0'));  // of another size
  EXPECT_EQ(ask(countries), "BE");
}

TEST_F(CountriesOfFile, AreToldToManyThreadsWhileTheFileIsReplaced) {
  replace(database_of("AU"));
  DatabaseCountries countries(path_, "NZ");
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const Answer answer = ask(countries);
        if (answer != "AU" && answer != "BE") ++wrong;
      }
    });
  }
  for (int i = 0; i < 200; ++i) replace(database_of(i % 2 == 0 ? "BE" : "AU"));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(ask(countries), "AU");
}

// The engine is a user without rights, and not dumpable, so that /proc/self belongs to root.
TEST_F(CountriesOfFile, AreToldToAProcessThatHidesItsMemory) {
  overwrite(database_of("AU"));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  EXPECT_EXIT(
      {
        constexpr uid_t kNobody = 65534;
        const bool ready = ::geteuid() != 0 ||
                           (::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0);
        if (!ready || ::prctl(PR_SET_DUMPABLE, 0) != 0) ::_exit(2);
        DatabaseCountries countries(path_, "NZ");
        ::_exit(ask(countries) == "AU" ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

// Neither descriptors nor copies pile up, whatever lies there; and what is mapped is a copy.
TEST_F(CountriesOfFile, LeaveNothingBehind) {
  const auto copies = [] {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);) count += line.contains("memfd:mfa-countries") ? 1 : 0;
    return count;
  };
  const auto open_now = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator{});
  };
  DatabaseCountries countries(path_, "NZ");
  const auto before = open_now();
  for (int i = 0; i < 10; ++i) {
    replace(i % 2 == 0 ? database_of("AU") : "damaged");
    EXPECT_EQ(ask(countries), i % 2 == 0 ? Answer("AU") : std::nullopt);
  }
  EXPECT_EQ(open_now(), before);
  EXPECT_EQ(copies(), 0);
  replace(database_of("AU"));
  EXPECT_EQ(ask(countries), "AU");
  EXPECT_EQ(copies(), 1);
}

}  // namespace
}  // namespace mfa
