// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/rule_result.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

namespace heddle::conformance {
namespace {

constexpr std::string_view kNotOfferedIntro = "not offered: ";
constexpr std::string_view kNotObservableIntro = "not observable: ";

// A record is a line "KIND SIZE SIZE ...", then that many bytes each.
std::string Record(std::string_view kind,
                   const std::vector<std::string>& fields) {
  std::string head(kind);
  std::string body;
  for (const std::string& field : fields) {
    head += ' ' + std::to_string(field.size());
    body += field;
  }
  return head + '\n' + body;
}

class ResultWriter : public testing::EmptyTestEventListener {
 public:
  explicit ResultWriter(int descriptor) : descriptor_(descriptor) {}

  void OnTestPartResult(const testing::TestPartResult& part) override {
    if (part.passed()) return;
    Write(Record(part.failed() ? "failed" : "skipped",
                 {part.file_name() != nullptr ? part.file_name() : "",
                  std::to_string(part.line_number()), part.message()}));
  }

  void OnTestEnd(const testing::TestInfo& test) override {
    const testing::TestResult& result = *test.result();
    for (int i = 0; i < result.test_property_count(); ++i) {
      const testing::TestProperty& property = result.GetTestProperty(i);
      Write(Record("property", {property.key(), property.value()}));
    }
    Write(Record("end", {}));
  }

 private:
  void Write(const std::string& text) const {
    std::string_view left = text;
    while (!left.empty()) {
      const ssize_t size = write(descriptor_, left.data(), left.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return;  // the parent then misses the end
      left.remove_prefix(static_cast<std::size_t>(size));
    }
  }

  const int descriptor_;
};

// GoogleTest puts this before what ADD_FAILURE says, and would once more where
// the failure is reported again.
std::string WithoutFailed(const std::string& message) {
  constexpr std::string_view kFailed = "Failed\n";
  return message.starts_with(kFailed) ? message.substr(kFailed.size())
                                      : message;
}

// The bytes up to `end`, taken off the front; false if they are not there.
bool Take(std::string_view& text, std::size_t size, std::string& taken) {
  if (text.size() < size) return false;
  taken = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

std::string WithoutIntro(const std::string& message, std::string_view intro) {
  return message.substr(message.find(intro) + intro.size());
}

bool Contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kConforms:
      return "conforms";
    case Verdict::kViolates:
      return "violates";
    case Verdict::kNotOffered:
      return "not_offered";
    case Verdict::kNotObservable:
      return "not_observable";
  }
  std::abort();
}

Verdict RuleResult::verdict() const {
  Verdict verdict = complete ? Verdict::kConforms : Verdict::kViolates;
  for (const RulePart& part : parts) {
    if (part.failed) return Verdict::kViolates;
    if (verdict == Verdict::kViolates) continue;
    verdict = Contains(part.message, kNotOfferedIntro)
                  ? Verdict::kNotOffered
                  : Verdict::kNotObservable;
  }
  return verdict;
}

std::string RuleResult::reason() const {
  const Verdict verdict = this->verdict();
  for (const RulePart& part : parts) {
    if (part.failed != (verdict == Verdict::kViolates)) continue;
    if (verdict == Verdict::kNotOffered) {
      if (!Contains(part.message, kNotOfferedIntro)) continue;
      return WithoutIntro(part.message, kNotOfferedIntro);
    }
    return Contains(part.message, kNotObservableIntro)
               ? WithoutIntro(part.message, kNotObservableIntro)
               : part.message;
  }
  return complete ? "" : "it did not come to its end";
}

RuleResult ResultOf(const testing::TestResult& result) {
  RuleResult all;
  all.complete = true;
  for (int i = 0; i < result.total_part_count(); ++i) {
    const testing::TestPartResult& part = result.GetTestPartResult(i);
    if (part.passed()) continue;
    all.parts.push_back({part.failed(),
                         part.file_name() != nullptr ? part.file_name() : "",
                         part.line_number(), WithoutFailed(part.message())});
  }
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    all.properties[property.key()] = property.value();
  }
  return all;
}

testing::TestEventListener* NewResultWriter(int descriptor) {
  return new ResultWriter(descriptor);
}

RuleResult ParseResult(const std::string& text) {
  RuleResult result;
  std::string_view left = text;
  for (;;) {
    const std::size_t end_of_head = left.find('\n');
    if (end_of_head == left.npos) return result;
    const std::string head(left.substr(0, end_of_head));
    left.remove_prefix(end_of_head + 1);
    const std::string kind = head.substr(0, head.find(' '));
    std::vector<std::string> fields;
    for (std::size_t at = head.find(' '); at != head.npos;
         at = head.find(' ', at + 1)) {
      std::string field;
      if (!Take(left, std::strtoull(&head[at + 1], nullptr, 10), field)) {
        return result;
      }
      fields.push_back(std::move(field));
    }
    if (kind == "end") {
      result.complete = true;
    } else if (kind == "property" && fields.size() == 2) {
      result.properties[fields[0]] = fields[1];
    } else if (fields.size() == 3) {
      result.parts.push_back({kind == "failed", fields[0],
                              std::atoi(fields[1].c_str()),
                              WithoutFailed(fields[2])});
    }
  }
}

}  // namespace heddle::conformance
