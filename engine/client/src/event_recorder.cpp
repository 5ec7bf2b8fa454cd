#include "engine/client/event_recorder.h"

#include "engine/api/time.h"
#include "engine/base/log.h"
#include "engine/client/metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <list>
#include <map>
#include <unordered_map>

namespace wheelhouse::client {

namespace {

constexpr std::size_t mostRemembered = 4096;
constexpr double burst = 25;
constexpr double tokensPerSecond = 1.0 / 300;

} // namespace

struct EventRecorder::Impl : std::enable_shared_from_this<EventRecorder::Impl> {
    /// One Event object: how often it happened, and how much of that is written.
    struct Known {
        api::core::Event event;
        int count = 0;
        int written = 0;
        bool busy = false;
        std::list<std::string>::iterator age;
    };
    struct Bucket {
        double tokens = burst;
        Instant filled{};
    };

    Impl(Cluster& to, Executor& runsOn, std::string who, std::string from)
        : cluster(to), executor(runsOn), component(std::move(who)), host(std::move(from)) {}

    bool allowed(const std::string& object) {
        if (buckets.size() > mostRemembered) buckets.clear();
        const Instant now = executor.clock().now();
        auto [place, isNew] = buckets.try_emplace(object);
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
        const std::string key = about.kind() + "\n" + about.namespace_() + "\n" + about.name() + "\n" +
                                about.uid() + "\n" + about.fieldpath() + "\n" + reason + "\n" + message +
                                (type == Type::Warning ? "\nW" : "\nN");
        auto found = known.find(key);
        if (found == known.end()) {
            found = known.emplace(key, Known{}).first;
            byAge.push_front(key);
            found->second.age = byAge.begin();
            found->second.event = make(about, type, reason, message);
            forgetOldest();
        } else {
            byAge.splice(byAge.begin(), byAge, found->second.age);
        }
        ++found->second.count;
        *found->second.event.mutable_lasttimestamp() = api::toTime(executor.clock().wallNow());
        write(key, found->second);
    }

    std::string newName(const std::string& about) {
        const auto now = executor.clock().wallNow().time_since_epoch().count();
        return fmt::format("{}.{:x}", about, static_cast<std::uint64_t>(now) + ++made);
    }

    api::core::Event make(const api::core::ObjectReference& about, Type type, const std::string& reason,
                          const std::string& message) {
        api::core::Event event;
        const WallTime now = executor.clock().wallNow();
        const std::string nameSpace = about.namespace_().empty() ? "default" : about.namespace_();
        auto& metadata = *event.mutable_metadata();
        metadata.set_namespace_(nameSpace);
        metadata.set_name(newName(about.name()));
        *event.mutable_involvedobject() = about;
        event.set_reason(reason);
        event.set_message(message.substr(0, 1024));
        event.set_type(type == Type::Warning ? "Warning" : "Normal");
        event.mutable_source()->set_component(component);
        event.set_reportingcomponent(component);
        if (!host.empty()) {
            event.mutable_source()->set_host(host);
            event.set_reportinginstance(host);
        }
        *event.mutable_firsttimestamp() = api::toTime(now);
        return event;
    }

    void forgetOldest() {
        while (known.size() > mostRemembered) {
            known.erase(byAge.back());
            byAge.pop_back();
        }
    }

    void write(const std::string& key, Known& entry) {
        if (entry.busy || entry.written == entry.count) return;
        entry.busy = true;
        const int upTo = entry.count;
        const bool first = entry.written == 0;
        const auto& kind = api::kindOf<api::core::Event>();
        const std::string nameSpace = entry.event.metadata().namespace_();
        auto answered = [weak = weak_from_this(), key, upTo, first](Result<Written> result) {
            if (const auto self = weak.lock()) self->written(key, upTo, first, result);
        };
        if (first) {
            entry.event.set_count(upTo);
            cluster.create(kind.name, nameSpace, body(entry.event), {}, std::move(answered));
            return;
        }
        const std::string patch = fmt::format(R"({{"count":{},"lastTimestamp":"{}"}})", upTo,
                                              api::formatTime(api::fromTime(entry.event.lasttimestamp())));
        cluster.patch(kind.name, nameSpace, entry.event.metadata().name(), api::PatchType::Merge, patch, {},
                      std::move(answered));
    }

    void written(const std::string& key, int upTo, bool first, const Result<Written>& result) {
        const auto found = known.find(key);
        if (found == known.end()) return;
        Known& entry = found->second;
        entry.busy = false;
        if (result) {
            entry.written = upTo;
        } else if (!first && result.error().reason == Reason::NotFound) {
            // Its time to live ended: the next occurrence begins a new one.
            const int missing = entry.count - entry.written;
            entry.event.mutable_metadata()->set_name(newName(entry.event.involvedobject().name()));
            *entry.event.mutable_firsttimestamp() = entry.event.lasttimestamp();
            entry.count = missing;
            entry.written = 0;
        } else if (first && result.error().reason == Reason::AlreadyExists) {
            // Somebody else said something about the same object in the same moment.
            entry.event.mutable_metadata()->set_name(newName(entry.event.involvedobject().name()));
        } else {
            log::debug(component, "an event could not be written: {}", result.error().message);
            entry.written = first ? 0 : upTo;
            if (first) {
                byAge.erase(entry.age);
                known.erase(found);
                return;
            }
        }
        write(key, entry);
    }

    Cluster& cluster;
    Executor& executor;
    const std::string component;
    const std::string host;
    std::uint64_t made = 0;
    std::map<std::string, Known> known;
    std::list<std::string> byAge;
    std::unordered_map<std::string, Bucket> buckets;
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
