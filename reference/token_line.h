// SPDX-License-Identifier: Apache-2.0
//
// TokenLine: what a lock and a semaphore have in common.
#ifndef HEDDLE_REFERENCE_TOKEN_LINE_H_
#define HEDDLE_REFERENCE_TOKEN_LINE_H_

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "reference/chain_result.h"
#include "reference/deferred.h"
#include "reference/deferred_steps.h"
#include "reference/deferred_traits.h"
#include "reference/outcome.h"
#include "reference/waiting_line.h"

namespace heddle {

// A number of tokens, and those who wait for one; see waiting_line.h. A token
// that somebody waits for is not free: who asks now comes last.
class TokenLine final : public WaitingLine {
 public:
  // `tokens` > 0.
  explicit TokenLine(int tokens) : tokens_(tokens), limit_(tokens) {}

  // Fires with a token taken.
  Deferred<void> Acquire();

  // Gives one back, to the first who waits. std::logic_error naming `function`
  // if none is taken.
  void Release(const char* function);

  // Tokens that Acquire() would get at once; and all there are.
  int tokens() const { return length() == 0 ? tokens_ : 0; }
  int limit() const { return limit_; }

 private:
  bool stocked() const override { return tokens_ > 0; }
  ChainResult TakeOne() override;

  int tokens_;
  const int limit_;
};

// Acquires a token, calls `callable(args...)`, and releases the token when the
// result is there, also if it is a failure.
template <class F, class... Args>
auto RunWithToken(const std::shared_ptr<TokenLine>& line, const char* release,
                  F&& callable, Args&&... args) {
  using U = ChainValueOf<
      std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>>;
  return line->Acquire().AddCallback(
      [line, release,
       call = BindTail(std::forward<F>(callable),
                       std::forward<Args>(args)...)]() mutable {
        return MaybeDeferred(std::move(call))
            .AddBoth([line, release](Outcome<U> outcome) {
              line->Release(release);
              return outcome;
            });
      });
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TOKEN_LINE_H_
