// SPDX-License-Identifier: Apache-2.0
//
// GetPage: one page, fetched by HTTP on a reactor's thread.
#ifndef HEDDLE_REFERENCE_GET_PAGE_H_
#define HEDDLE_REFERENCE_GET_PAGE_H_

#include <string>

#include "reference/deferred.h"
#include "reference/page_errors.h"

namespace heddle {

class Reactor;

// The body of what `url` stands for, as PageClient::Get with a client of its
// own, which goes when the Deferred fires. So calls share nothing, there is
// nothing to close, and no connection is left open behind the caller's back. It
// costs a connection and a few more descriptors meanwhile: who wants many
// pages of one server, or other limits, keeps a PageClient.
//
// On the reactor's thread. On another, a worker of the pool's say:
//
//   BlockingCallFromThread(reactor, GetPage, url)
//
// for which it is one function and not overloaded. Throws as PageClient and
// PageClient::Get do.
Deferred<std::string> GetPage(Reactor& reactor, std::string url);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_GET_PAGE_H_
