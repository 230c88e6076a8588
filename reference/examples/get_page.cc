// SPDX-License-Identifier: Apache-2.0
//
// Blocking for a page in a thread of the pool: the reactor fetches it, the
// thread waits for it and prints it, or says why it did not come.
#include "reference/get_page.h"

#include <exception>
#include <functional>
#include <iostream>
#include <string>

#include "reference/reactor.h"
#include "reference/threads.h"

namespace {

void PrintPage(heddle::Reactor& reactor, const std::string& url) {
  try {
    std::cout << heddle::BlockingCallFromThread(reactor, heddle::GetPage, url);
  } catch (const std::exception& error) {
    std::cout << "no page: " << error.what() << '\n';
  }
  reactor.CallFromThread([&reactor] { reactor.Stop(); }).OrThrow();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: get_page URL\n";
    return 2;
  }
  heddle::Reactor reactor;
  reactor.CallInThread(PrintPage, std::ref(reactor), std::string(argv[1]))
      .OrThrow();
  reactor.Run();
}
