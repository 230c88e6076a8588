// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/program_symbols.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>

// Made by the linker: the beginning of the program in memory.
extern "C" const char __ehdr_start[] __attribute__((visibility("hidden")));

namespace heddle::conformance {
namespace {

std::uint64_t Number(const void* code) {
  return reinterpret_cast<std::uint64_t>(code);
}

std::string Hex(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx",
                static_cast<unsigned long long>(number));
  return text;
}

std::string BaseName(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

// For code that the linker put in a function's place, that function's name.
constexpr std::string_view kWrap = "__wrap_";

std::string Demangled(const char* name) {
  if (std::string_view(name).starts_with(kWrap)) {
    return Demangled(name + kWrap.size()) + " [noted]";
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return status == 0 ? readable.get() : name;
}

// `count` objects of a file; none if the file ends before.
template <class T>
std::vector<T> Table(const std::string& file, std::uint64_t offset,
                     std::uint64_t count) {
  if (offset > file.size() || count > (file.size() - offset) / sizeof(T)) {
    return {};
  }
  std::vector<T> table(count);
  std::memcpy(table.data(), file.data() + offset, count * sizeof(T));
  return table;
}

}  // namespace

ProgramSymbols::ProgramSymbols() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  if (size > 0) program_.assign(path, static_cast<std::size_t>(size));
  std::ifstream file("/proc/self/exe", std::ios::binary);
  ReadFile(std::string(std::istreambuf_iterator<char>(file), {}));
}

void ProgramSymbols::ReadFile(const std::string& content) {
  const auto headers = Table<ElfW(Ehdr)>(content, 0, 1);
  if (headers.empty() || std::memcmp(headers[0].e_ident, ELFMAG, SELFMAG) != 0) {
    return;
  }
  const ElfW(Ehdr)& header = headers[0];
  for (const auto& segment :
       Table<ElfW(Phdr)>(content, header.e_phoff, header.e_phnum)) {
    if (segment.p_type != PT_LOAD) continue;
    // The headers are at the beginning of the file.
    if (segment.p_offset == 0) {
      slide_ = Number(__ehdr_start) - segment.p_vaddr;
    }
    end_ = std::max<std::uint64_t>(end_, segment.p_vaddr + segment.p_memsz);
  }
  begin_ = Number(__ehdr_start);
  end_ += slide_;
  const auto sections =
      Table<ElfW(Shdr)>(content, header.e_shoff, header.e_shnum);
  for (const auto& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) {
      continue;
    }
    const auto& names = sections[section.sh_link];
    const auto text = Table<char>(content, names.sh_offset, names.sh_size);
    names_.assign(text.begin(), text.end());
    for (const auto& symbol :
         Table<ElfW(Sym)>(content, section.sh_offset,
                          section.sh_size / sizeof(ElfW(Sym)))) {
      if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC &&
          symbol.st_shndx != SHN_UNDEF && symbol.st_name < names_.size()) {
        functions_.push_back({symbol.st_value, symbol.st_size, symbol.st_name});
      }
    }
  }
  std::sort(functions_.begin(), functions_.end(),
            [](const Function& a, const Function& b) {
              return a.address < b.address;
            });
}

const ProgramSymbols::Function* ProgramSymbols::Find(
    std::uint64_t address) const {
  const auto after = std::upper_bound(
      functions_.begin(), functions_.end(), address,
      [](std::uint64_t at, const Function& f) { return at < f.address; });
  if (after == functions_.begin()) return nullptr;
  const Function& function = *std::prev(after);
  return address - function.address < function.size ? &function : nullptr;
}

std::string ProgramSymbols::Describe(const void* code) const {
  const std::uint64_t address = Number(code);
  if (address >= begin_ && address < end_) {
    const std::uint64_t linked = address - slide_;
    const std::string place = "(" + BaseName(program_) + "+" + Hex(linked) + ")";
    const Function* const function = Find(linked);
    if (function == nullptr) return place;
    return Demangled(names_.c_str() + function->name) + "+" +
           Hex(linked - function->address) + " " + place;
  }
  Dl_info info;
  if (dladdr(code, &info) == 0 || info.dli_fname == nullptr) {
    return Hex(address);
  }
  const std::string place = "(" + BaseName(info.dli_fname) + "+" +
                            Hex(address - Number(info.dli_fbase)) + ")";
  if (info.dli_sname == nullptr) return place;
  return Demangled(info.dli_sname) + "+" +
         Hex(address - Number(info.dli_saddr)) + " " + place;
}

}  // namespace heddle::conformance
