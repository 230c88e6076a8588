// SPDX-License-Identifier: Apache-2.0
//
// Names of functions by their addresses, without a debugger.
#ifndef HEDDLE_CONFORMANCE_KIT_PROGRAM_SYMBOLS_H_
#define HEDDLE_CONFORMANCE_KIT_PROGRAM_SYMBOLS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace heddle::conformance {

// What it is: the functions of this program, also those which the dynamic
// linker does not know (a rule's lambdas, whatever is in an unnamed namespace),
// read from the file it was started from; and, through the dynamic linker,
// those of shared libraries.
//
// Its states: one. A stripped program has no names of its own.
//
// What the caller must do: nothing. Construction reads a file and allocates.
//
// What it promises: never throws on an unknown address.
//
// Happens-before: none needed; it does not change. Any thread.
//
// Destruction: at any time.
class ProgramSymbols {
 public:
  ProgramSymbols();

  // "heddle::ThreadPool::Stop()+0x1f (my_test+0x4a31)", or, where there is no
  // name, "(libc.so.6+0x85e9b)" or the bare address. What follows the file is
  // the offset that addr2line wants.
  std::string Describe(const void* code) const;

  // The file this program was started from; empty if that is not known.
  const std::string& program() const { return program_; }

 private:
  struct Function {
    std::uint64_t address;  // as linked
    std::uint64_t size;
    std::uint32_t name;  // where it begins in names_
  };

  void ReadFile(const std::string& content);
  // As linked; null if there is none.
  const Function* Find(std::uint64_t address) const;

  std::string program_;
  std::uint64_t begin_ = 0;  // the program in memory, up to end_
  std::uint64_t end_ = 0;
  std::uint64_t slide_ = 0;  // address in memory less address as linked
  std::vector<Function> functions_;  // by address
  std::string names_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_PROGRAM_SYMBOLS_H_
