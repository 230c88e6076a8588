// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/known_violations.h"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace heddle::conformance {

KnownViolations KnownViolations::Read(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::invalid_argument("cannot read " + path);
  return Parse(text.str(), path);
}

KnownViolations KnownViolations::Parse(const std::string& text,
                                       const std::string& path) {
  static const std::regex entry(R"(^\s*(\w+)\s+#\s*(\S.*?)\s*$)");
  static const std::regex nothing(R"(^\s*(#.*)?$)");
  KnownViolations known;
  std::istringstream lines(text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::smatch match;
    const std::string where = path + ":" + std::to_string(number) + ": ";
    if (std::regex_match(line, nothing)) continue;
    if (!std::regex_match(line, match, entry)) {
      throw std::invalid_argument(where + "'" + line +
                                  "' must be a rule's name and '# reason'");
    }
    if (!known.rules_.emplace(match[1], match[2]).second) {
      throw std::invalid_argument(where + match[1].str() +
                                  " stands in the list twice");
    }
  }
  return known;
}

}  // namespace heddle::conformance
