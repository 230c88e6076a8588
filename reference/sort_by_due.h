// SPDX-License-Identifier: Apache-2.0
//
// SortByDue: puts many timers in order.
#ifndef HEDDLE_REFERENCE_SORT_BY_DUE_H_
#define HEDDLE_REFERENCE_SORT_BY_DUE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "reference/clock.h"

namespace heddle {

// Sorts `entries`, which have a member `due`, the latest first.
// `comes_before(a, b)` tells of any two of them, also where that is equal. Not
// stable. Needs no memory, and does not throw unless the comparison does.
//
// The entries go into parts of equal length of their span of time, without a
// comparison, and so on in each part until few are left. A span has at least
// three binary digits more than its parts, so there are 22 levels at the most;
// 100,000 due times that are spread evenly take two.
template <class Entry, class ComesBefore>
void SortByDue(std::span<Entry> entries, const ComesBefore& comes_before) {
  constexpr std::size_t kFew = 16;
  constexpr int kMostPartBits = 8;
  if (entries.size() <= kFew) {
    // Most parts end here. By insertion, as std::sort does, but without calls.
    for (std::size_t i = 1; i < entries.size(); ++i) {
      const Entry entry = entries[i];
      std::size_t place = i;
      for (; place > 0 && comes_before(entries[place - 1], entry); --place) {
        entries[place] = entries[place - 1];
      }
      entries[place] = entry;
    }
    return;
  }

  Clock::Time earliest = entries.front().due;
  Clock::Time latest = earliest;
  for (const Entry& entry : entries) {
    earliest = std::min(earliest, entry.due);
    latest = std::max(latest, entry.due);
  }
  // Unsigned, as the span may be all of time.
  const auto before_latest = [latest](Clock::Time time) {
    return static_cast<std::uint64_t>(latest.time_since_epoch().count()) -
           static_cast<std::uint64_t>(time.time_since_epoch().count());
  };
  const int span_bits = std::bit_width(before_latest(earliest));
  if (span_bits == 0) {
    std::sort(entries.begin(), entries.end(),
              [&](const Entry& a, const Entry& b) {
                return comes_before(b, a);
              });
    return;
  }

  const int part_bits =
      std::min({span_bits, kMostPartBits,
                static_cast<int>(std::bit_width(entries.size() / 4))});
  const auto part = [&](const Entry& entry) -> std::size_t {
    return before_latest(entry.due) >> (span_bits - part_bits);
  };
  const std::size_t parts = std::size_t{1} << part_bits;
  using Places = std::array<std::uint32_t, std::size_t{1} << kMostPartBits>;
  Places ends = {};
  for (const Entry& entry : entries) ++ends[part(entry)];
  Places nexts;  // places in each part, whose entries may be of another one
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    nexts[i] = end;
    end += ends[i];
    ends[i] = end;
  }
  for (std::size_t i = 0; i < parts; ++i) {
    while (nexts[i] < ends[i]) {
      Entry& free = entries[nexts[i]];
      Entry entry = free;
      for (std::size_t at; (at = part(entry)) != i;) {
        std::swap(entry, entries[nexts[at]++]);
      }
      free = entry;
      ++nexts[i];
    }
  }
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t size = ends[i] - begin;
    if (size > 1) SortByDue(entries.subspan(begin, size), comes_before);
    begin = ends[i];
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SORT_BY_DUE_H_
