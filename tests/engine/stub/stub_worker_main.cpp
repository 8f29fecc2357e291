// A worker that trains nothing, for the coordinator's tests.
#include <cstdlib>
#include <iostream>

#include "engine/stub/stub_worker.h"

int main() {
  const char* options = std::getenv("MADSEARCH_STUB");
  return madsearch::run_stub_worker(std::cin, std::cout, madsearch::stub_options(options == nullptr ? "" : options));
}
