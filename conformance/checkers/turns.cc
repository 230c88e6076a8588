// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/turns.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "conformance/checkers/exactly_once.h"

namespace heddle::conformance {
namespace {

// Where a step belongs; smaller comes first.
struct Place {
  int turn;
  StepKind kind;
  int number;  // in the order of making; 0 where that does not count

  bool operator<(const Place& other) const {
    return std::tie(turn, kind, number) <
           std::tie(other.turn, other.kind, other.number);
  }
};

std::vector<Place> Places(const std::vector<Step>& made) {
  std::vector<Place> places;
  for (const Step& step : made) {
    int turn = 0;
    if (step.maker != Step::kFromOutside) {
      const Place& maker = places.at(static_cast<std::size_t>(step.maker));
      turn = maker.turn + (step.kind > maker.kind ? 0 : 1);
    }
    const bool in_order = step.kind != StepKind::kDescriptor;
    places.push_back({turn, step.kind,
                      in_order ? static_cast<int>(places.size()) : 0});
  }
  return places;
}

std::string InWords(int number, const Place& place) {
  const char* const kinds[] = {"call ", "timer ", "descriptor "};
  return kinds[static_cast<int>(place.kind)] + std::to_string(number) +
         " of turn " + std::to_string(place.turn);
}

}  // namespace

Findings CheckTurns(const std::vector<Step>& made,
                    const std::vector<int>& ran) {
  Findings findings = CheckExactlyOnce(ran, static_cast<int>(made.size()));
  if (!findings.empty()) return findings;
  const std::vector<Place> places = Places(made);
  const auto place = [&](std::size_t i) -> const Place& {
    return places[static_cast<std::size_t>(ran[i])];
  };
  for (std::size_t i = 1; i < ran.size(); ++i) {
    if (!(place(i) < place(i - 1))) continue;
    findings.push_back("expected " + InWords(ran[i], place(i)) + " before " +
                       InWords(ran[i - 1], place(i - 1)) +
                       ", seen directly after it");
  }
  return findings;
}

}  // namespace heddle::conformance
