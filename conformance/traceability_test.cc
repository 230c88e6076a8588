// SPDX-License-Identifier: Apache-2.0
//
// Clauses, rules and mutants agree: each clause of CONTRACT.md has a rule, or
// says whose rules hold it; each clause with a rule has as many mutants as it
// names faults; each rule rejects a mutant; or section 8.1 says why not. Each
// published bug of section 11 has a rule and a mutant. Whoever names a clause
// names one that exists. Checked on the sources' text.
#include <algorithm>
#include <cctype>
#include <cstdio>
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

// What is missing, a line each.
using Findings = std::vector<std::string>;

void ExpectNone(const Findings& findings) {
  if (findings.empty()) return;
  std::string text;
  for (const std::string& finding : findings) text += finding + "\n";
  ADD_FAILURE() << findings.size() << " findings:\n" << text;
}

std::string Read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream content;
  content << in.rdbuf();
  EXPECT_TRUE(in) << "cannot read " << path;
  return content.str();
}

// The matches of `pattern`'s first group, in order.
std::vector<std::string> Find(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end;
       match != end; ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

// "TP-05" of "TP_05_TheRest", "tp_05_the_rest" and "TP_05".
std::string ClauseOf(const std::string& name) {
  std::string clause = name.substr(0, name.find('_', name.find('_') + 1));
  for (char& c : clause) {
    c = c == '_' ? '-' : static_cast<char>(std::toupper(c));
  }
  return clause;
}

struct Clause {
  std::string id;
  int faults = 0;                  // its own, of the line "Broken:"
  std::vector<std::string> rules;  // of the line "Rules:": other clauses
};

// The text behind `label` in `clause`, until the next label.
std::string Part(const std::string& clause, const std::string& label) {
  const std::size_t begin = clause.find("\n" + label);
  if (begin == std::string::npos) return "";
  std::size_t end = std::string::npos;
  for (const char* const other : {"\nBroken:", "\nRules:"}) {
    end = std::min(end, clause.find(other, begin + 1));
  }
  const std::size_t from = begin + 1 + label.size();
  return clause.substr(from, end == std::string::npos ? end : end - from);
}

// How many faults a line "Broken:" names that no other clause carries.
int OwnFaults(const std::string& broken) {
  std::istringstream faults(broken);
  int own = 0;
  for (std::string fault; std::getline(faults, fault, ';');) {
    const std::size_t begin = fault.find_first_not_of(" \n");
    if (begin == std::string::npos) continue;
    if (fault.compare(begin, 6, "as in ") == 0) continue;
    if (fault.compare(begin, 5, "none ") == 0) return 0;
    ++own;
  }
  return own;
}

// A clause goes from its id to an empty line, or to the next id.
std::vector<Clause> Clauses(const std::string& contract) {
  const std::regex id(R"(\*\*(\w\w-\d+)\*\*)");
  std::vector<Clause> clauses;
  for (std::sregex_iterator match(contract.begin(), contract.end(), id), none;
       match != none; ++match) {
    const auto next = std::next(match);
    const std::size_t begin = static_cast<std::size_t>(match->position());
    std::size_t end = contract.find("\n\n", begin);
    if (next != none) {
      end = std::min(end, static_cast<std::size_t>(next->position()));
    }
    const std::string text = contract.substr(begin, end - begin);
    clauses.push_back({(*match)[1], OwnFaults(Part(text, "Broken:")),
                       Find(Part(text, "Rules:"), R"((\w\w-\d+))")});
  }
  return clauses;
}

// What section 8.1 leaves out, by clause.
struct LeftOut {
  bool rule = false;
  int faults = 0;  // without a mutant
};

constexpr int kAllFaults = 1000;

std::map<std::string, LeftOut> LeftOutBy(const std::string& contract) {
  const std::regex entry(
      R"(\n- (\w\w-\d+), (no rule|no mutant|(\d+) faults?): )");
  std::map<std::string, LeftOut> left_out;
  for (std::sregex_iterator match(contract.begin(), contract.end(), entry), end;
       match != end; ++match) {
    LeftOut& clause = left_out[(*match)[1]];
    if ((*match)[2] == "no rule") {
      clause.rule = true;
    } else {
      clause.faults =
          (*match)[3].matched ? std::stoi((*match)[3]) : kAllFaults;
    }
  }
  return left_out;
}

// That a rule must reject a mutant: a line of mutants.txt (mutants/defs.bzl).
struct Kill {
  std::string mutant;
  std::string rule;  // or the name of a does_not_compile_test
  bool claimed;      // else: beside the rule that claims the mutant
};

// Of lines "mutant rule claimed|also fails|dies message", with tabs between.
std::vector<Kill> Kills(const std::string& list) {
  std::vector<Kill> kills;
  std::istringstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream columns(line);
    std::string mutant;
    std::string rule;
    std::string how;
    columns >> mutant >> rule >> how;
    EXPECT_TRUE(how == "claimed" || how == "also") << line;
    kills.push_back({mutant, rule, how == "claimed"});
  }
  return kills;
}

// A line of section 11, "Museum".
struct Exhibit {
  std::string id;
  std::string rule;    // empty if section 8.1 says why there is none
  std::string mutant;  // likewise
};

// Each ends with a line "  RULE, mutant", or says that it is not applicable.
std::vector<Exhibit> Exhibits(const std::string& contract) {
  const std::regex line(
      R"(\n- (MU-\d\d), [^\n]*(?:\n  [^\n]*)*?\n  )"
      R"((?:(\w\w_\d+_\w+), (\w+)|Not applicable; see section 8.1.)(?=\n))");
  std::vector<Exhibit> exhibits;
  for (std::sregex_iterator match(contract.begin(), contract.end(), line), end;
       match != end; ++match) {
    exhibits.push_back({(*match)[1], (*match)[2], (*match)[3]});
  }
  return exhibits;
}

// All there is.
struct Tree {
  std::vector<Clause> clauses;
  std::vector<Exhibit> museum;
  std::map<std::string, LeftOut> left_out;
  std::vector<std::string> rules;  // names, as in RULE, and of refusal tests
  std::vector<Kill> kills;

  // Of clauses, and of bugs that are none.
  std::set<std::string> Ids() const {
    std::set<std::string> ids;
    for (const Clause& clause : clauses) ids.insert(clause.id);
    for (const Exhibit& exhibit : museum) ids.insert(exhibit.id);
    return ids;
  }

  std::set<std::string> Mutants() const {
    std::set<std::string> mutants;
    for (const Kill& kill : kills) mutants.insert(kill.mutant);
    return mutants;
  }

  std::set<std::string> ClausesWithRules() const {
    std::set<std::string> found;
    for (const std::string& rule : rules) found.insert(ClauseOf(rule));
    return found;
  }

  std::map<std::string, int> MutantsByClause() const {
    std::map<std::string, int> found;
    for (const Kill& kill : kills) {
      if (kill.claimed) ++found[ClauseOf(kill.rule)];
    }
    return found;
  }
};

Tree ReadTree() {
  Tree tree;
  const std::string contract = Read("conformance/CONTRACT.md");
  tree.clauses = Clauses(contract);
  tree.museum = Exhibits(contract);
  tree.left_out = LeftOutBy(contract);
  for (const auto& entry :
       std::filesystem::directory_iterator("conformance/rules")) {
    for (std::string rule :
         Find(Read(entry.path()), R"(\nRULE\((\w\w_\d+,\s+\w+)\))")) {
      const std::size_t comma = rule.find(',');
      rule.replace(comma, rule.find_last_of(" \n") + 1 - comma, "_");
      tree.rules.push_back(rule);
    }
  }
  for (const std::string& test :
       Find(Read("conformance/rules/BUILD"),
            R"(\ndoes_not_compile_test\(\s+name = "(\w+)\")")) {
    tree.rules.push_back(test);
  }
  tree.kills = Kills(Read("conformance/mutants/mutants.txt"));
  return tree;
}

const Tree& TheTree() {
  static const Tree tree = ReadTree();
  return tree;
}

TEST(Traceability, ReadsAContract) {
  const std::string contract =
      "**TP-01** [M] One promise\n(BT-01).\nBroken: a fault;\nanother.\n\n"
      "**BT-01** [D] The same.\nBroken: as in TP-01; a third.\n"
      "Rules: TP-01,\nTP-02.\n\n"
      "- **HB-1** One edge.\n- **HB-2** Another.\n\n"
      "- TP-01, no rule: why.\n- HB-1, no mutant: why.\n"
      "- BT-01, 1 fault: why.\n";
  const std::vector<Clause> clauses = Clauses(contract);
  ASSERT_EQ(clauses.size(), 4u);
  EXPECT_EQ(clauses[0].id, "TP-01");
  EXPECT_EQ(clauses[0].faults, 2);
  EXPECT_TRUE(clauses[0].rules.empty());
  EXPECT_EQ(clauses[1].faults, 1);
  EXPECT_EQ(clauses[1].rules, (std::vector<std::string>{"TP-01", "TP-02"}));
  EXPECT_EQ(clauses[3].id, "HB-2");
  const std::map<std::string, LeftOut> left_out = LeftOutBy(contract);
  EXPECT_TRUE(left_out.at("TP-01").rule);
  EXPECT_EQ(left_out.at("HB-1").faults, kAllFaults);
  EXPECT_EQ(left_out.at("BT-01").faults, 1);
  EXPECT_EQ(ClauseOf("TP_05_AnySentence"), "TP-05");
  EXPECT_EQ(ClauseOf("hb_3_any_words"), "HB-3");
}

TEST(Traceability, ReadsAMuseum) {
  const std::vector<Exhibit> museum = Exhibits(
      "\n- MU-01, somebody #1: it hung,\n  and later too.\n  TP_01_Any, tp_01_a\n"
      "- MU-02, somebody #2: it hung.\n  Not applicable; see section 8.1.\n"
      "- MU-03, somebody #3: it hung.\n");
  ASSERT_EQ(museum.size(), 2u);
  EXPECT_EQ(museum[0].rule, "TP_01_Any");
  EXPECT_EQ(museum[0].mutant, "tp_01_a");
  EXPECT_EQ(museum[1].id, "MU-02");
  EXPECT_EQ(museum[1].rule, "");
}

TEST(Traceability, SeesTheWholeTree) {
  const Tree& tree = TheTree();
  int without_rule = 0;
  for (const auto& [id, left_out] : tree.left_out) {
    without_rule += left_out.rule;
  }
  std::printf("%zu clauses, %d ids without a rule, %zu rules, %zu mutants, "
              "%zu pairs of both\n",
              tree.clauses.size(), without_rule, tree.rules.size(),
              tree.Mutants().size(), tree.kills.size());
  EXPECT_GT(tree.clauses.size(), 250u);
  EXPECT_GT(tree.rules.size(), 300u);
  EXPECT_GT(tree.kills.size(), 300u);
}

TEST(Traceability, EveryRuleRejectsAMutant) {
  const Tree& tree = TheTree();
  std::set<std::string> seen_to_fail;
  for (const Kill& kill : tree.kills) seen_to_fail.insert(kill.rule);
  Findings findings;
  for (const std::string& rule : tree.rules) {
    const auto left_out = tree.left_out.find(ClauseOf(rule));
    if (left_out != tree.left_out.end() &&
        left_out->second.faults == kAllFaults) {
      continue;
    }
    if (seen_to_fail.count(rule) == 0) {
      findings.push_back(rule + " has not been seen to fail");
    }
  }
  ExpectNone(findings);
}

TEST(Traceability, EveryPublishedBugHasARuleAndAMutant) {
  constexpr int kBugs = 22;
  const Tree& tree = TheTree();
  const std::set<std::string> rules(tree.rules.begin(), tree.rules.end());
  const std::set<std::string> mutants = tree.Mutants();
  Findings findings;
  for (std::size_t i = 0; i < tree.museum.size(); ++i) {
    const Exhibit& exhibit = tree.museum[i];
    const std::string number = std::to_string(i + 1);
    if (exhibit.id != "MU-" + std::string(2 - number.size(), '0') + number) {
      findings.push_back(exhibit.id + " is not in its place");
    }
    if (exhibit.rule.empty()) {
      const auto left_out = tree.left_out.find(exhibit.id);
      if (left_out == tree.left_out.end() || !left_out->second.rule) {
        findings.push_back("section 8.1 does not speak of " + exhibit.id);
      }
      continue;
    }
    if (rules.count(exhibit.rule) == 0) {
      findings.push_back(exhibit.id + " names no rule: " + exhibit.rule);
    }
    if (mutants.count(exhibit.mutant) == 0) {
      findings.push_back(exhibit.id + " names no mutant: " + exhibit.mutant);
    }
  }
  ExpectNone(findings);
  EXPECT_EQ(tree.museum.size(), kBugs);
}

// In documents, rules, mutants and the reference's headers.
TEST(Traceability, WhoeverNamesAClauseNamesOneThatExists) {
  const std::set<std::string> ids = TheTree().Ids();
  Findings findings;
  int texts = 0;
  for (const char* const place : {"conformance", "reference"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(place)) {
      const std::string file = entry.path().filename().string();
      // This one makes some up.
      if (!entry.is_regular_file() || file.starts_with("traceability_test")) {
        continue;
      }
      ++texts;
      for (const std::string& id :
           Find(Read(entry.path()),
                R"((?:^|[^\w-])((?:TP|RT|RL|TH|DF|BT|HB|MU)-\d+)(?![\w-]))")) {
        if (ids.count(id) == 0) {
          findings.push_back(entry.path().string() + " names " + id);
        }
      }
    }
  }
  EXPECT_GT(texts, 50);
  ExpectNone(findings);
}

TEST(Traceability, EveryClauseHasARuleOrSaysWhoseRulesHoldIt) {
  const Tree& tree = TheTree();
  const std::set<std::string> with_rules = tree.ClausesWithRules();
  Findings findings;
  for (const Clause& clause : tree.clauses) {
    const auto left_out = tree.left_out.find(clause.id);
    if (left_out != tree.left_out.end() && left_out->second.rule) continue;
    if (with_rules.count(clause.id) == 0 && clause.rules.empty()) {
      findings.push_back(clause.id + " has no rule");
    }
    for (const std::string& other : clause.rules) {
      if (with_rules.count(other) == 0) {
        findings.push_back(clause.id + " relies on the rules of " + other +
                           ", which has none");
      }
    }
  }
  ExpectNone(findings);
}

TEST(Traceability, EveryFaultThatAClauseNamesHasAMutant) {
  const Tree& tree = TheTree();
  const std::set<std::string> with_rules = tree.ClausesWithRules();
  const std::map<std::string, int> mutants = tree.MutantsByClause();
  Findings findings;
  for (const Clause& clause : tree.clauses) {
    const auto left_out = tree.left_out.find(clause.id);
    const int excused =
        left_out == tree.left_out.end() ? 0 : left_out->second.faults;
    const auto found = mutants.find(clause.id);
    const int planted = found == mutants.end() ? 0 : found->second;
    // A rule that nothing is planted for has not been seen to fail.
    const int wanted = std::max(
        clause.faults, static_cast<int>(with_rules.count(clause.id)));
    if (left_out != tree.left_out.end() && left_out->second.rule) continue;
    if (planted + excused >= wanted) continue;
    findings.push_back(clause.id + " has " + std::to_string(planted) + " of " +
                       std::to_string(wanted) + " mutants");
  }
  ExpectNone(findings);
}

TEST(Traceability, EveryRuleBelongsToAClause) {
  const Tree& tree = TheTree();
  const std::set<std::string> ids = tree.Ids();
  Findings findings;
  for (const std::string& rule : tree.rules) {
    if (ids.count(ClauseOf(rule)) == 0) {
      findings.push_back(rule + " is a rule of no clause");
    }
  }
  for (const auto& [id, left_out] : tree.left_out) {
    if (ids.count(id) == 0) {
      findings.push_back(id + " is left out, but does not exist");
    }
  }
  ExpectNone(findings);
}

TEST(Traceability, EveryMutantNamesARuleAndBearsTheNameOfItsClause) {
  const Tree& tree = TheTree();
  const std::set<std::string> rules(tree.rules.begin(), tree.rules.end());
  Findings findings;
  for (const Kill& kill : tree.kills) {
    if (rules.count(kill.rule) == 0) {
      findings.push_back(kill.mutant + " is for the rule " + kill.rule +
                         ", which does not exist");
    }
    if (kill.claimed && ClauseOf(kill.mutant) != ClauseOf(kill.rule)) {
      findings.push_back(kill.mutant + " does not begin as its rule " +
                         kill.rule);
    }
  }
  ExpectNone(findings);
}

TEST(Traceability, NothingIsThereTwice) {
  const Tree& tree = TheTree();
  std::map<std::string, int> times;
  for (const Clause& clause : tree.clauses) ++times[clause.id];
  for (const std::string& rule : tree.rules) ++times[rule];
  for (const Kill& kill : tree.kills) {
    if (kill.claimed) ++times[kill.mutant];
    ++times[kill.mutant + " with " + kill.rule];
  }
  Findings findings;
  for (const auto& [name, count] : times) {
    if (count > 1) findings.push_back(name + " is there more than once");
  }
  ExpectNone(findings);
}

// What section 8.1 says is missing has not come meanwhile.
TEST(Traceability, WhatIsSaidToBeMissingIsMissing) {
  const Tree& tree = TheTree();
  const std::set<std::string> with_rules = tree.ClausesWithRules();
  const std::map<std::string, int> mutants = tree.MutantsByClause();
  Findings findings;
  for (const Clause& clause : tree.clauses) {
    const auto left_out = tree.left_out.find(clause.id);
    if (left_out == tree.left_out.end()) continue;
    const int planted =
        mutants.count(clause.id) == 0 ? 0 : mutants.at(clause.id);
    const bool has_rules =
        with_rules.count(clause.id) > 0 || !clause.rules.empty();
    if (left_out->second.rule && (has_rules || planted > 0)) {
      findings.push_back(clause.id + " is said to have no rule, but has one");
    }
    const bool no_mutant = left_out->second.faults == kAllFaults;
    if (no_mutant ? planted > 0
                  : left_out->second.faults > 0 &&
                        planted + left_out->second.faults >
                            std::max(clause.faults, 1)) {
      findings.push_back(clause.id + " has more mutants than section 8.1 says");
    }
  }
  ExpectNone(findings);
}

}  // namespace
}  // namespace heddle::conformance
