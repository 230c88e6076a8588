// SPDX-License-Identifier: Apache-2.0
#include "reference/get_page.h"

#include <memory>
#include <utility>

#include "reference/outcome.h"
#include "reference/page_client.h"

namespace heddle {

Deferred<std::string> GetPage(Reactor& reactor, std::string url) {
  const auto client = std::make_shared<PageClient>(reactor);
  // The step holds the client until it has run.
  return client->Get(std::move(url))
      .AddBoth([client](Outcome<std::string> page) { return page; });
}

}  // namespace heddle
