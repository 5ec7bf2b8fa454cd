#include "faulty_cluster.h"

#include <deque>
#include <utility>
#include <variant>

namespace wheelhouse::sim {

using client::Callback;
using client::Cluster;

namespace {

/// Until somebody who waits for an answer gives it up.
constexpr Duration patience = std::chrono::seconds(3);

Status broke() {
    Status status;
    status.reason = Reason::ServiceUnavailable;
    status.message = "the line broke";
    return status;
}

} // namespace

/// The sender's end. Gone with the cluster object: then nobody is told anything.
struct FaultyCluster::Line : std::enable_shared_from_this<FaultyCluster::Line> {
    template <class T>
    using Perform = std::function<void(Cluster&, Callback<T>)>;

    bool happens(int ofHundred) const {
        return ofHundred > 0 && random.below(100) < static_cast<std::uint64_t>(ofHundred);
    }
    Duration delay() const {
        if (trouble.longestDelay == Duration::zero()) return {};
        return Duration(static_cast<std::int64_t>(
            random.below(static_cast<std::uint64_t>(trouble.longestDelay.count()))));
    }
    template <class T>
    void ask(Perform<T> perform, Callback<T> done) {
        const auto there = server.lock();
        if (there && !trouble.any())
            return perform(*there, [weak = weak_from_this(), done = std::move(done)](Result<T> answer) {
                if (weak.lock() && done) done(std::move(answer));
            });
        if (trouble.cutOff || happens(trouble.lostRequests)) return giveUp(std::move(done));
        if (happens(trouble.doubledRequests)) send<T>(perform, nullptr);
        if (happens(trouble.lostAnswers)) {
            send<T>(std::move(perform), nullptr);
            return giveUp(std::move(done));
        }
        send(std::move(perform), std::move(done));
    }
    template <class T>
    void send(Perform<T> perform, Callback<T> done) {
        executor.postAfter(delay(), [weak = weak_from_this(), server = server, perform = std::move(perform),
                                     done = std::move(done)] {
            const auto there = server.lock();
            if (there)
                perform(*there, [weak, done](Result<T> answer) {
                    if (const auto self = weak.lock(); self && done) self->answer(done, std::move(answer));
                });
            else if (const auto self = weak.lock(); self && done)
                self->giveUp(done);
        });
    }
    template <class T>
    void answer(const Callback<T>& done, Result<T> answer) {
        executor.postAfter(delay(), [weak = weak_from_this(), done, answer = std::move(answer)] {
            if (weak.lock()) done(answer);
        });
    }
    template <class T>
    void giveUp(Callback<T> done) {
        if (!done) return;
        executor.postAfter(patience, [weak = weak_from_this(), done = std::move(done)] {
            if (weak.lock()) done(fail(Reason::Timeout, "no answer came"));
        });
    }

    Line(std::weak_ptr<Cluster> to, Executor& on, Random& chance, const Trouble& what, Acknowledged told)
        : server(std::move(to)), executor(on), random(chance), trouble(what), acknowledged(std::move(told)) {}

    const std::weak_ptr<Cluster> server;
    Executor& executor;
    Random& random;
    const Trouble& trouble;
    const Acknowledged acknowledged;
};

/// Hands events on in order, late or never.
class FaultyCluster::Watching final : public client::Subscription {
  public:
    Watching(std::shared_ptr<Line> line, client::WatchSink sink)
        : state_(std::make_shared<State>(std::move(line), std::move(sink))) {}
    ~Watching() override { state_->over = true; }

    void open(const api::ResourceName& resource, const client::WatchOptions& options) {
        const auto server = state_->line->server.lock();
        if (!server) return state_->end(broke());
        client::WatchSink sink;
        sink.onEvent = [weak = std::weak_ptr(state_)](const client::WatchEvent& event) {
            if (const auto state = weak.lock()) state->take(event);
        };
        sink.onEnd = [weak = std::weak_ptr(state_)](Status why) {
            if (const auto state = weak.lock()) state->end(std::move(why));
        };
        state_->inner = server->watch(resource, options, std::move(sink));
    }

  private:
    struct State : std::enable_shared_from_this<State> {
        State(std::shared_ptr<Line> on, client::WatchSink to) : line(std::move(on)), sink(std::move(to)) {}

        void take(const client::WatchEvent& event) {
            if (over || broken) return;
            if (line->happens(line->trouble.brokenWatches)) return end(broke());
            if (waiting.empty() && !line->trouble.any()) return sink.onEvent(event);
            waiting.emplace_back(event);
            handOnLater();
        }
        void end(Status why) {
            if (broken) return;
            broken = true;
            waiting.emplace_back(std::move(why));
            handOnLater();
        }
        void handOnLater() {
            if (std::exchange(due, true)) return;
            // One that is cut off hears nothing until it is no more.
            const Duration after = line->trouble.cutOff ? std::chrono::seconds(1) : line->delay();
            line->executor.postAfter(after, [weak = weak_from_this()] {
                const auto self = weak.lock();
                if (!self || self->over) return;
                self->due = false;
                self->handOn();
            });
        }
        void handOn() {
            if (line->trouble.cutOff) return handOnLater();
            while (!waiting.empty() && !over) {
                const auto next = std::move(waiting.front());
                waiting.pop_front();
                if (const auto* event = std::get_if<client::WatchEvent>(&next)) {
                    sink.onEvent(*event);
                    continue;
                }
                over = true;
                sink.onEnd(std::get<Status>(next));
            }
        }

        const std::shared_ptr<Line> line;
        const client::WatchSink sink;
        std::unique_ptr<client::Subscription> inner;
        std::deque<std::variant<client::WatchEvent, Status>> waiting;
        bool due = false;
        bool broken = false; ///< nothing more comes in
        bool over = false;   ///< nothing more goes out
    };
    const std::shared_ptr<State> state_;
};

FaultyCluster::FaultyCluster(std::weak_ptr<Cluster> server, Executor& executor, Random& random,
                             const Trouble& trouble, Acknowledged acknowledged)
    : line_(std::make_shared<Line>(std::move(server), executor, random, trouble, std::move(acknowledged))) {}

FaultyCluster::~FaultyCluster() = default;

Callback<client::Written> FaultyCluster::noting(Callback<client::Written> done) const {
    return [weak = std::weak_ptr(line_), done = std::move(done)](Result<client::Written> written) {
        const auto line = weak.lock();
        if (line && line->acknowledged && written && written->object) line->acknowledged(written->object);
        if (line && done) done(std::move(written));
    };
}

void FaultyCluster::get(const api::ResourceName& resource, const std::string& nameSpace,
                        const std::string& name, Callback<client::ObjectPtr> done) {
    line_->ask<client::ObjectPtr>(
        [=](Cluster& there, auto answer) { there.get(resource, nameSpace, name, std::move(answer)); },
        std::move(done));
}

void FaultyCluster::list(const api::ResourceName& resource, const client::ListOptions& options,
                         Callback<client::ObjectList> done) {
    line_->ask<client::ObjectList>(
        [=](Cluster& there, auto answer) { there.list(resource, options, std::move(answer)); },
        std::move(done));
}

std::unique_ptr<client::Subscription> FaultyCluster::watch(const api::ResourceName& resource,
                                                           const client::WatchOptions& options,
                                                           client::WatchSink sink) {
    auto watching = std::make_unique<Watching>(line_, std::move(sink));
    watching->open(resource, options);
    return watching;
}

void FaultyCluster::create(const api::ResourceName& resource, const std::string& nameSpace, client::Body body,
                           const client::WriteOptions& options, Callback<client::Written> done) {
    line_->ask<client::Written>(
        [=](Cluster& there, auto answer) {
            there.create(resource, nameSpace, body, options, std::move(answer));
        },
        noting(std::move(done)));
}

void FaultyCluster::update(const api::ResourceName& resource, const std::string& nameSpace,
                           const std::string& name, client::Body body, const client::WriteOptions& options,
                           Callback<client::Written> done) {
    line_->ask<client::Written>(
        [=](Cluster& there, auto answer) {
            there.update(resource, nameSpace, name, body, options, std::move(answer));
        },
        noting(std::move(done)));
}

void FaultyCluster::patch(const api::ResourceName& resource, const std::string& nameSpace,
                          const std::string& name, api::PatchType type, std::string patch,
                          const client::WriteOptions& options, Callback<client::Written> done) {
    line_->ask<client::Written>(
        [=](Cluster& there, auto answer) {
            there.patch(resource, nameSpace, name, type, patch, options, std::move(answer));
        },
        noting(std::move(done)));
}

void FaultyCluster::remove(const api::ResourceName& resource, const std::string& nameSpace,
                           const std::string& name, const client::DeleteOptions& options,
                           Callback<client::Written> done) {
    line_->ask<client::Written>(
        [=](Cluster& there, auto answer) {
            there.remove(resource, nameSpace, name, options, std::move(answer));
        },
        noting(std::move(done)));
}

void FaultyCluster::table(const api::ResourceName& resource, const client::ListOptions& options,
                          Callback<api::Table> done) {
    line_->ask<api::Table>(
        [=](Cluster& there, auto answer) { there.table(resource, options, std::move(answer)); },
        std::move(done));
}

void FaultyCluster::discover(Callback<std::vector<client::ResourceInfo>> done) {
    line_->ask<std::vector<client::ResourceInfo>>(
        [](Cluster& there, auto answer) { there.discover(std::move(answer)); }, std::move(done));
}

std::unique_ptr<client::Subscription> FaultyCluster::logs(const std::string& nameSpace,
                                                          const std::string& pod,
                                                          const client::LogOptions& options,
                                                          client::LogSink sink) {
    const auto server = line_->server.lock();
    return server ? server->logs(nameSpace, pod, options, std::move(sink)) : nullptr;
}

void FaultyCluster::yaml(const api::ResourceName& resource, const std::string& nameSpace,
                         const std::string& name, Callback<std::string> done) {
    line_->ask<std::string>(
        [=](Cluster& there, auto answer) { there.yaml(resource, nameSpace, name, std::move(answer)); },
        std::move(done));
}

} // namespace wheelhouse::sim
