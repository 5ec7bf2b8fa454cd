#pragma once

#include "engine/base/status.h"
#include "engine/client/cluster.h"

#include <coroutine>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wheelhouse::client {

/// A piece of work that may wait for the cluster's answers: `auto answer = co_await api.get(…)`. Starts when
/// awaited; owned by whoever awaits it, and destroying it stops it where it waits (answers that come later
/// are dropped). Everything runs on the cluster's executor. The body must not throw.
template <class T>
class [[nodiscard]] Task {
  public:
    struct promise_type {
        std::optional<T> value;
        std::coroutine_handle<> waiter;

        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        struct Final {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                return self.promise().waiter ? self.promise().waiter : std::noop_coroutine();
            }
            void await_resume() noexcept {}
        };
        Final final_suspend() noexcept { return {}; }
        void return_value(T result) { value.emplace(std::move(result)); }
        void unhandled_exception() { std::terminate(); }
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            if (handle_) handle_.destroy();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
        handle_.promise().waiter = waiter;
        return handle_;
    }
    T await_resume() { return std::move(*handle_.promise().value); }

  private:
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

/// What most tasks give: nothing, or why it could not be done.
using Step = Task<Result<void>>;

/// One call whose answer comes by callback, as something to await.
template <class T>
class [[nodiscard]] Call {
  public:
    using Start = std::function<void(Callback<T>)>;

    explicit Call(Start start) : start_(std::move(start)) {}
    Call(Call&&) noexcept = default;
    Call& operator=(Call&&) = delete;
    ~Call() {
        if (state_) state_->waiter = nullptr;
    }
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) {
        state_ = std::make_shared<State>();
        state_->waiter = waiter;
        // The awaiting frame, and this with it, may be gone before start returns.
        const Start start = std::move(start_);
        start([state = state_](Result<T> answer) {
            if (!state->waiter) return;
            state->answer.emplace(std::move(answer));
            std::exchange(state->waiter, nullptr).resume();
        });
    }
    Result<T> await_resume() { return std::move(*state_->answer); }

  private:
    struct State {
        std::coroutine_handle<> waiter;
        std::optional<Result<T>> answer;
    };
    Start start_;
    std::shared_ptr<State> state_;
};

/// Several calls at once; the answers come together, in the order of the calls.
template <class T>
class [[nodiscard]] Calls {
  public:
    using Start = typename Call<T>::Start;

    explicit Calls(std::vector<Start> starts) : starts_(std::move(starts)) {}
    Calls(Calls&&) noexcept = default;
    Calls& operator=(Calls&&) = delete;
    ~Calls() {
        if (state_) state_->waiter = nullptr;
    }
    bool await_ready() const noexcept { return starts_.empty(); }
    void await_suspend(std::coroutine_handle<> waiter) {
        state_ = std::make_shared<State>();
        const auto state = state_;
        const std::vector<Start> starts = std::move(starts_);
        state->waiter = waiter;
        state->left = starts.size();
        state->answers.resize(starts.size());
        for (std::size_t i = 0; i < starts.size(); ++i) {
            starts[i]([state, i](Result<T> answer) {
                if (!state->waiter) return;
                state->answers[i].emplace(std::move(answer));
                if (--state->left == 0) std::exchange(state->waiter, nullptr).resume();
            });
        }
    }
    std::vector<Result<T>> await_resume() {
        std::vector<Result<T>> answers;
        if (!state_) return answers;
        for (auto& answer : state_->answers)
            answers.push_back(std::move(*answer));
        return answers;
    }

  private:
    struct State {
        std::coroutine_handle<> waiter;
        std::size_t left = 0;
        std::vector<std::optional<Result<T>>> answers;
    };
    std::vector<Start> starts_;
    std::shared_ptr<State> state_;
};

/// Keeps tasks nobody awaits. Destroying it stops all of them where they wait; not from inside one of them.
class TaskScope {
  public:
    TaskScope() = default;
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;
    ~TaskScope() { clear(); }

    /// Runs `task` now, up to where it first waits; `done` hears its result.
    void run(Step task, std::function<void(Result<void>)> done = nullptr) {
        const auto place = running_.emplace(running_.end());
        *place = drive(this, place, std::move(task), std::move(done)).handle;
        place->resume();
    }
    void clear() {
        auto doomed = std::move(running_);
        running_.clear();
        for (const auto handle : doomed)
            handle.destroy();
    }
    std::size_t size() const { return running_.size(); }

  private:
    using Handles = std::list<std::coroutine_handle<>>;
    struct Driver {
        struct promise_type {
            Driver get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
            std::suspend_always initial_suspend() noexcept { return {}; }
            std::suspend_never final_suspend() noexcept { return {}; }
            void return_void() {}
            void unhandled_exception() { std::terminate(); }
        };
        std::coroutine_handle<> handle;
    };
    static Driver drive(TaskScope* scope, Handles::iterator place, Step task,
                        std::function<void(Result<void>)> done) {
        Result<void> result = co_await task;
        scope->running_.erase(place);
        if (done) done(std::move(result));
    }

    Handles running_;
};

} // namespace wheelhouse::client
