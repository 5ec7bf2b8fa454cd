#include "engine/client/event_recorder.h"

#include "engine/api/time.h"
#include "engine/base/log.h"
#include "engine/client/metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <list>
#include <unordered_map>

namespace wheelhouse::client {

namespace {

constexpr std::size_t mostRemembered = 4096;
constexpr std::size_t longestMessage = 1024;
constexpr double burst = 25;
constexpr double tokensPerSecond = 1.0 / 300;

} // namespace

struct EventRecorder::Impl : std::enable_shared_from_this<EventRecorder::Impl> {
    /// Stands for what makes two occurrences the same Event: its bytes but for name, times and count. There
    /// are many, so what they say is not kept; whoever records it again says it again.
    using Digest = std::size_t;
    /// One Event object: how often it happened, and how much of that is written.
    struct Known {
        std::uint64_t number = 0; ///< in its name
        WallTime first{};
        WallTime last{};
        int count = 0;
        int written = 0;
        bool busy = false;
        std::list<Digest>::iterator age;
    };
    /// What happened, as it was said last.
    using Saying = std::shared_ptr<const api::core::Event>;
    struct Bucket {
        double tokens = burst;
        Instant filled{};
    };

    Impl(Cluster& to, Executor& runsOn, std::string who, std::string from)
        : cluster(to), executor(runsOn), component(std::move(who)), host(std::move(from)) {}

    static Digest digestOf(const std::string& text) { return std::hash<std::string>{}(text); }

    bool allowed(const std::string& object) {
        if (buckets.size() > mostRemembered) buckets.clear();
        const Instant now = executor.clock().now();
        auto [place, isNew] = buckets.try_emplace(digestOf(object));
        Bucket& bucket = place->second;
        if (!isNew) {
            const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
            bucket.tokens = std::min(burst, bucket.tokens + seconds * tokensPerSecond);
        }
        bucket.filled = now;
        if (bucket.tokens < 1) return false;
        bucket.tokens -= 1;
        return true;
    }

    void record(const api::core::ObjectReference& about, Type type, const std::string& reason,
                const std::string& message) {
        if (!allowed(about.kind() + "/" + about.namespace_() + "/" + about.name() + "/" + about.uid()))
            return;
        auto what = std::make_shared<api::core::Event>();
        *what->mutable_involvedobject() = about;
        what->mutable_involvedobject()->clear_resourceversion();
        what->set_reason(reason);
        what->set_message(message.substr(0, longestMessage));
        what->set_type(type == Type::Warning ? "Warning" : "Normal");
        const WallTime now = executor.clock().wallNow();
        const Digest digest = digestOf(what->SerializeAsString());
        *what->mutable_involvedobject() = about;
        const auto [found, isNew] = known.try_emplace(digest);
        Known& entry = found->second;
        if (isNew) {
            byAge.push_front(digest);
            entry.age = byAge.begin();
            entry.number = newNumber();
            entry.first = now;
            forgetOldest();
        } else {
            byAge.splice(byAge.begin(), byAge, entry.age);
        }
        ++entry.count;
        entry.last = now;
        write(digest, entry, what);
    }

    std::uint64_t newNumber() {
        const auto now = executor.clock().wallNow().time_since_epoch().count();
        return static_cast<std::uint64_t>(now) + ++made;
    }

    static std::string nameOf(const Known& entry, const api::core::Event& what) {
        return fmt::format("{}.{:x}", what.involvedobject().name(), entry.number);
    }

    /// The whole Event of an entry.
    api::core::Event make(const Known& entry, const api::core::Event& what) const {
        api::core::Event event = what;
        const auto& about = event.involvedobject();
        event.mutable_metadata()->set_namespace_(about.namespace_().empty() ? "default" : about.namespace_());
        event.mutable_metadata()->set_name(nameOf(entry, what));
        event.mutable_source()->set_component(component);
        event.set_reportingcomponent(component);
        if (!host.empty()) {
            event.mutable_source()->set_host(host);
            event.set_reportinginstance(host);
        }
        *event.mutable_firsttimestamp() = api::toTime(entry.first);
        *event.mutable_lasttimestamp() = api::toTime(entry.last);
        event.set_count(entry.count);
        return event;
    }

    void forgetOldest() {
        while (known.size() > mostRemembered) {
            known.erase(byAge.back());
            byAge.pop_back();
        }
    }

    void write(Digest digest, Known& entry, const Saying& what) {
        if (entry.busy || entry.written == entry.count) return;
        entry.busy = true;
        const bool first = entry.written == 0;
        const auto& kind = api::kindOf<api::core::Event>();
        api::core::Event event = make(entry, *what);
        const std::string nameSpace = event.metadata().namespace_();
        auto answered = [weak = weak_from_this(), digest, what, upTo = entry.count,
                         first](const Result<Written>& result) {
            if (const auto self = weak.lock()) self->written(digest, what, upTo, first, result);
        };
        if (first) {
            cluster.create(kind.name, nameSpace, body(std::move(event)), {}, std::move(answered));
            return;
        }
        const std::string patch =
            fmt::format(R"({{"count":{},"lastTimestamp":"{}"}})", entry.count, api::formatTime(entry.last));
        cluster.patch(kind.name, nameSpace, event.metadata().name(), api::PatchType::Merge, patch, {},
                      std::move(answered));
    }

    void written(Digest digest, const Saying& what, int upTo, bool first, const Result<Written>& result) {
        const auto found = known.find(digest);
        if (found == known.end()) return;
        Known& entry = found->second;
        entry.busy = false;
        if (result) {
            entry.written = upTo;
        } else if (!first && result.error().reason == Reason::NotFound) {
            // Its time to live ended: the next occurrence begins a new one.
            entry.number = newNumber();
            entry.first = entry.last;
            entry.count -= entry.written;
            entry.written = 0;
        } else if (first && result.error().reason == Reason::AlreadyExists) {
            // Somebody else said something about the same object in the same moment.
            entry.number = newNumber();
        } else {
            log::debug(component, "an event could not be written: {}", result.error().message);
            entry.written = first ? 0 : upTo;
            if (first) {
                byAge.erase(entry.age);
                known.erase(found);
                return;
            }
        }
        write(digest, entry, what);
    }

    Cluster& cluster;
    Executor& executor;
    const std::string component;
    const std::string host;
    std::uint64_t made = 0;
    std::unordered_map<Digest, Known> known;
    std::list<Digest> byAge;
    std::unordered_map<Digest, Bucket> buckets; ///< by the object
};

EventRecorder::EventRecorder(Cluster& cluster, Executor& executor, std::string component, std::string host)
    : impl_(std::make_shared<Impl>(cluster, executor, std::move(component), std::move(host))) {}
EventRecorder::~EventRecorder() = default;

void EventRecorder::record(const api::ObjectPtr& about, Type type, const std::string& reason,
                           const std::string& message) {
    impl_->record(referenceTo(*about), type, reason, message);
}

void EventRecorder::record(const api::core::ObjectReference& about, Type type, const std::string& reason,
                           const std::string& message) {
    impl_->record(about, type, reason, message);
}

} // namespace wheelhouse::client
