// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace heddle::conformance {
namespace {

Options& TheOptions() {
  static Options* const options = new Options;
  return *options;
}

[[noreturn]] void Refuse(const std::string& why) {
  std::fprintf(stderr, "heddle conformance: %s\n", why.c_str());
  std::exit(2);
}

// `where` is how the user wrote it: "--jobs=0".
template <class T>
T Number(std::string_view text, T least, T most, const std::string& where) {
  T number{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() ||
      end != text.data() + text.size() || number < least || number > most) {
    Refuse(where + ": must be a number from " + std::to_string(least) + " to " +
           std::to_string(most));
  }
  return number;
}

bool YesOrNo(std::string_view text, const std::string& where) {
  if (text == "1" || text == "true" || text.empty()) return true;
  if (text == "0" || text == "false") return false;
  Refuse(where + ": must be 1 or 0");
}

// False if there is no option of that name.
bool Set(Options& options, std::string_view name, std::string_view value,
         const std::string& where) {
  if (name == "in_process") {
    options.in_process = YesOrNo(value, where);
  } else if (name == "jobs") {
    options.jobs = Number(value, 1, 256, where);
  } else if (name == "chapter") {
    options.chapter = value;
  } else if (name == "seed") {
    options.seed = Number(value, std::uint64_t{0}, UINT64_MAX, where);
  } else if (name == "probe") {
    options.probe = YesOrNo(value, where);
  } else if (name == "known_violations") {
    options.known_violations = value;
  } else {
    return false;
  }
  return true;
}

bool SetPrivate(Options& options, std::string_view name,
                std::string_view value, const std::string& where) {
  if (name == "result_descriptor") {
    options.result_descriptor = Number(value, 0, 1 << 20, where);
  } else if (name == "assume_abilities") {
    options.assume_abilities = YesOrNo(value, where);
  } else {
    return false;
  }
  return true;
}

void TakeFromEnvironment(Options& options) {
  for (const char* const name : {"in_process", "jobs", "chapter", "seed",
                                 "probe", "known_violations"}) {
    std::string variable = std::string("HEDDLE_") + name;
    std::transform(variable.begin(), variable.end(), variable.begin(), toupper);
    const char* const value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    Set(options, name, value, variable + "=" + value);
  }
}

}  // namespace

void TakeOptions(int& argc, char** argv) {
  Options& options = TheOptions();
  options.jobs = static_cast<int>(
      std::clamp(std::thread::hardware_concurrency(), 2u, 16u));
  TakeFromEnvironment(options);
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with("--")) {
      argv[kept++] = argv[i];
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string_view name =
        argument.substr(2, equals == argument.npos ? equals : equals - 2);
    const std::string_view value =
        equals == argument.npos ? "" : argument.substr(equals + 1);
    const std::string where(argument);
    if (!Set(options, name, value, where) &&
        !SetPrivate(options, name, value, where)) {
      Refuse("unknown flag " + where);
    }
  }
  argc = kept;
  argv[argc] = nullptr;
}

const Options& GivenOptions() { return TheOptions(); }

}  // namespace heddle::conformance
