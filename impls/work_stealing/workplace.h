// SPDX-License-Identifier: Apache-2.0
//
// Workplace: what all workers of a pool share.
#ifndef HEDDLE_IMPLS_WORK_STEALING_WORKPLACE_H_
#define HEDDLE_IMPLS_WORK_STEALING_WORKPLACE_H_

#include <cstddef>

#include "impls/work_stealing/census.h"
#include "impls/work_stealing/growing_table.h"
#include "impls/work_stealing/injection_queue.h"
#include "impls/work_stealing/parking_lot.h"
#include "reference/pool_size.h"

namespace heddle::work_stealing {

class Worker;

// Each part says who may use it how. On cache lines of their own, because
// each is written by other threads at other times; but the lot's word lies
// where submissions take their places, since each reads it next.
struct Workplace {
  explicit Workplace(PoolSize limits, std::size_t max_backlog = 0)
      : census(injection, limits, max_backlog), lot(injection.Companion()) {}

  alignas(64) InjectionQueue injection;
  alignas(64) Census census;
  alignas(64) ParkingLot lot;
  // Who retires is put to use again later, or stays with empty queues.
  alignas(64) GrowingTable<Worker> workers;
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_WORKPLACE_H_
