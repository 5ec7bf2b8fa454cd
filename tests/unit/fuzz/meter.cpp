#include "meter.h"

#include <cstdlib>
#include <ctime>
#include <malloc.h>
#include <new>

namespace {

thread_local bool counting = false;
thread_local std::ptrdiff_t current = 0;
thread_local std::ptrdiff_t peak = 0;

double cpuNow() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void* take(std::size_t size) {
    void* memory = std::malloc(size);
    if (memory == nullptr) std::abort();
    if (counting) {
        current += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
        if (current > peak) peak = current;
    }
    return memory;
}

void give(void* memory) {
    if (counting && memory != nullptr) current -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    std::free(memory);
}

} // namespace

void* operator new(std::size_t size) {
    return take(size);
}
/// Otherwise it is a sanitizer's own, and not for what frees it here.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return take(size);
}
void operator delete(void* memory) noexcept {
    give(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    give(memory);
}

namespace wheelhouse::test {

Cost measure(const std::function<void()>& work) {
    current = peak = 0;
    counting = true;
    const double before = cpuNow();
    work();
    const double after = cpuNow();
    counting = false;
    return {after - before, static_cast<std::size_t>(peak)};
}

} // namespace wheelhouse::test
