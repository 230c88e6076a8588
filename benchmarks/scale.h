// SPDX-License-Identifier: Apache-2.0
//
// The workloads that grow, in the order in which they are registered. Each is
// described in the file of its name; the first argument is what grows.
#ifndef HEDDLE_BENCHMARKS_SCALE_H_
#define HEDDLE_BENCHMARKS_SCALE_H_

#include "reference/backend.h"

namespace heddle::workloads {

// The backend must be there as long as the program.
void RegisterScaleWorkers(const Backend& backend);
void RegisterScaleQueued(const Backend& backend);

void RegisterScaleTouch();
void RegisterScalePadding();
void RegisterScaleReaders();
void RegisterScaleTimers();
void RegisterScaleDeferred();

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_SCALE_H_
