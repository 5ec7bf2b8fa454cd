#pragma once

#include "engine/base/executor.h"

#include <coroutine>
#include <cstdlib>
#include <optional>
#include <utility>

namespace wheelhouse::simulated {

/// What a simulated program does, which may wait in the middle. It begins when it is awaited or `start`ed,
/// and destroying it ends it wherever it is, with everything it awaits.
template <class T>
class Routine {
  public:
    struct promise_type {
        std::optional<T> value;
        std::coroutine_handle<> awaiting;

        Routine get_return_object() {
            return Routine(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Resume {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
                    return ended.promise().awaiting ? ended.promise().awaiting : std::noop_coroutine();
                }
                void await_resume() noexcept {}
            };
            return Resume{};
        }
        void return_value(T result) { value = std::move(result); }
        void unhandled_exception() noexcept { std::abort(); }
    };

    Routine() = default;
    Routine(Routine&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Routine& operator=(Routine&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    ~Routine() {
        if (handle_) handle_.destroy();
    }

    void start() { handle_.resume(); }
    bool done() const { return handle_ && handle_.done(); }
    T& result() { return *handle_.promise().value; }

    bool await_ready() const { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) {
        handle_.promise().awaiting = awaiting;
        return handle_;
    }
    T await_resume() { return std::move(*handle_.promise().value); }

  private:
    explicit Routine(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

/// `co_await Pause{executor, span}`: goes on after that time.
class Pause {
  public:
    Pause(Executor& executor, Duration span) : executor_(executor), span_(span) {}
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> awaiting) {
        timer_.start(executor_, span_, [awaiting] { awaiting.resume(); });
    }
    void await_resume() const {}

  private:
    Executor& executor_;
    Duration span_;
    ScopedTimer timer_;
};

} // namespace wheelhouse::simulated
