#include "binder.h"

#include "engine/base/log.h"

namespace wheelhouse::scheduler {

namespace core = api::core;

namespace {

constexpr Duration rereadDelay = std::chrono::seconds(1);

} // namespace

void Binder::bind(Entry entry, Slot slot) {
    const Uid uid = entry.pod->uid;
    cache_.assume(entry.pod, slot);
    const Entry& kept = entries_[uid] = std::move(entry);
    if (!kept.plan.empty()) volumes_.reserve(kept.plan, kept.node);
    permits_.ask(*kept.pod, kept.node, guarded([uid](Binder& self, const Result<void>& permitted) {
        if (permitted) return self.bindVolumes(uid);
        const Entry refused = self.take(uid);
        self.listener_.notPermitted(refused, permitted.error(), self.cache_.forget(uid));
        self.listener_.changed();
    }));
}

void Binder::bindVolumes(const Uid& uid) {
    const Entry& kept = entries_.at(uid);
    if (kept.plan.empty()) {
        send(uid);
        return;
    }
    volumes_.bind(uid, kept.plan, kept.node, kept.volumeLimit,
                  guarded([uid](Binder& self, const Result<void>& result) {
                      if (!self.entries_.contains(uid)) return;
                      if (result) {
                          self.send(uid);
                      } else {
                          Status why = result.error();
                          why.message = "running PreBind plugin \"VolumeBinding\": " + why.message;
                          const PodInfoPtr pod = self.entries_.at(uid).pod;
                          self.giveBack(uid, pod, why);
                      }
                  }));
}

void Binder::send(const Uid& uid) {
    const Entry& entry = entries_.at(uid);
    const PodInfo& pod = *entry.pod;
    core::Binding body;
    body.mutable_metadata()->set_name(pod.name());
    body.mutable_metadata()->set_namespace_(pod.nameSpace());
    body.mutable_metadata()->set_uid(uid.value());
    body.mutable_target()->set_apiversion("v1");
    body.mutable_target()->set_kind("Node");
    body.mutable_target()->set_name(entry.node);
    client::WriteOptions write;
    write.subresource = "binding";
    cluster_.create(api::kindOf<core::Pod>().name, pod.nameSpace(), client::body(std::move(body)), write,
                    guarded([uid](Binder& self, const Result<client::Written>& answer) {
                        if (answer) {
                            self.finish(uid);
                        } else {
                            self.reread(uid, answer.error());
                        }
                    }));
}

void Binder::finish(const Uid& uid) {
    const auto known = entries_.find(uid);
    if (known == entries_.end()) return;
    const Entry entry = std::move(known->second);
    entries_.erase(known);
    listener_.bound(entry);
    listener_.changed();
}

/// A binding failed, or only its answer did: the pod itself says which.
void Binder::reread(const Uid& uid, const Status& why) {
    const auto known = entries_.find(uid);
    if (known == entries_.end()) return;
    const PodInfo& pod = *known->second.pod;
    cluster_.get(api::kindOf<core::Pod>().name, pod.nameSpace(), pod.name(),
                 guarded([uid, why](Binder& self, const Result<api::ObjectPtr>& answer) {
                     self.resolve(uid, why, answer);
                 }));
}

void Binder::resolve(const Uid& uid, const Status& why, const Result<api::ObjectPtr>& answer) {
    const auto known = entries_.find(uid);
    if (known == entries_.end()) return;
    if (!answer && answer.error().reason != Reason::NotFound) {
        // Whether the room is taken is not known yet: keep it and ask again.
        executor_.postAfter(rereadDelay, guarded([uid, why](Binder& self) { self.reread(uid, why); }));
        return;
    }
    if (!answer || (*answer)->uid() != uid) {
        giveBack(uid, nullptr, why);
        return;
    }
    const PodInfoPtr pod = PodInfo::of(*answer, cache_.shapes);
    if (pod->nodeName == known->second.node) {
        finish(uid);
        return;
    }
    const bool waits = pod->nodeName.empty() && !pod->finished && !pod->deleting && !pod->gated;
    Status refused = why;
    refused.message = "binding rejected: " + why.message;
    giveBack(uid, waits ? pod : nullptr, refused);
}

/// Ends what is under way for the pod, before anything of it is written.
Binder::Entry Binder::take(const Uid& uid) {
    Entry entry = std::move(entries_.at(uid));
    entries_.erase(uid);
    permits_.cancel(uid);
    volumes_.cancel(uid);
    volumes_.release(entry.plan);
    return entry;
}

void Binder::giveBack(const Uid& uid, const PodInfoPtr& now, const Status& why) {
    if (!entries_.contains(uid)) return;
    const Entry entry = take(uid);
    log::debug("scheduler", "binding {} to {} failed: {}", entry.pod->object->key(), entry.node, why.message);
    listener_.refused(entry, now, why, cache_.forget(uid));
    listener_.changed();
}

void Binder::update(const PodInfoPtr& pod) {
    const auto known = entries_.find(pod->uid);
    if (known != entries_.end()) known->second.pod = pod;
}

void Binder::drop(const Uid& uid) {
    if (entries_.contains(uid)) take(uid);
}

} // namespace wheelhouse::scheduler
