// SPDX-License-Identifier: Apache-2.0
//
// No rule sleeps. Checked on the sources' text.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream content;
  content << in.rdbuf();
  EXPECT_TRUE(in) << "cannot read " << path;
  return content.str();
}

// The kit's C++ files, by name.
std::map<std::string, std::string> Sources() {
  std::map<std::string, std::string> sources;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator("conformance")) {
    const std::string extension = entry.path().extension();
    if (extension == ".cc" || extension == ".h") {
      sources[entry.path()] = Read(entry.path());
    }
  }
  return sources;
}

// The matches of `pattern`'s first group.
std::set<std::string> Find(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end;
       match != end; ++match) {
    found.insert((*match)[1]);
  }
  return found;
}

std::set<std::string> SleepingCalls(const std::string& text) {
  return Find(text, R"(\b(sleep_for|sleep_until|\w*sleep)\s*\()");
}

TEST(Lint, SeesEverySleepingCall) {
  for (const std::string call :
       {"std::this_thread::sleep_for(d)", "sleep_until (t)", "usleep(1)",
        "::sleep(1)", "nanosleep(&t, nullptr)", "clock_nanosleep(c, 0, &t, 0)",
        "absl::sleep_for(d)"}) {
    EXPECT_EQ(SleepingCalls("  " + call + ";").size(), 1u) << call;
  }
  EXPECT_TRUE(SleepingCalls("waits; wakes a sleeping worker").empty());
}

TEST(Lint, NoSourceOfTheKitSleeps) {
  const auto sources = Sources();
  ASSERT_GT(sources.size(), 20u) << "the sources were not found";
  for (const auto& [path, text] : sources) {
    for (const std::string& call : SleepingCalls(text)) {
      ADD_FAILURE() << path << " calls " << call
                    << "; wait for an event instead (patience.h)";
    }
  }
}

}  // namespace
}  // namespace heddle::conformance
