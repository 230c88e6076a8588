// SPDX-License-Identifier: Apache-2.0
//
// Plants a fault: copies a source file with one piece of text replaced.
//
//   plant SOURCE COPY REPLACE BY
//
// REPLACE must occur in SOURCE exactly once; otherwise nothing is written, the
// status is 1 and the message says how often it occurs.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

namespace {

int Occurrences(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

int Plant(const std::string& source, const std::string& copy,
          const std::string& replace, const std::string& by) {
  std::ifstream in(source, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  if (!in) {
    std::fprintf(stderr, "plant: cannot read %s\n", source.c_str());
    return 1;
  }
  std::string text = content.str();
  const int occurrences = replace.empty() ? 0 : Occurrences(text, replace);
  if (occurrences != 1) {
    std::fprintf(stderr,
                 "plant: the text to replace must occur once in %s, but "
                 "occurs %d times:\n%s\n",
                 source.c_str(), occurrences, replace.c_str());
    return 1;
  }
  text.replace(text.find(replace), replace.size(), by);
  std::ofstream out(copy, std::ios::binary);
  out << text;
  if (!out.flush()) {
    std::fprintf(stderr, "plant: cannot write %s\n", copy.c_str());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: plant SOURCE COPY REPLACE BY\n");
    return 1;
  }
  return Plant(argv[1], argv[2], argv[3], argv[4]);
}
