#include "permits.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::scheduler {

namespace {

constexpr Duration longestWait = std::chrono::minutes(15);

tl::unexpected<Status> refused(const std::string& why) {
    Status out;
    out.reason = Reason::Forbidden;
    out.message = why;
    return tl::unexpected(std::move(out));
}

std::string seconds(Duration time) {
    return fmt::format("{}s", std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

} // namespace

void Permits::ask(const PodInfo& pod, const std::string& node, Done done) {
    Waiting waiting;
    for (const auto& plugin : plugins_) {
        const Permit::Answer answer = plugin->ask(pod.object, node);
        if (answer.word == Permit::Answer::Word::Refuse) return done(refused(answer.why));
        if (answer.word == Permit::Answer::Word::Go) continue;
        auto timer = std::make_unique<ScopedTimer>();
        const Duration limit = std::min(answer.longest, longestWait);
        timer->start(executor_, limit,
                     [this, uid = pod.uid, name = plugin->name(), limit] { timeUp(uid, name, limit); });
        waiting.plugins[plugin->name()] = std::move(timer);
    }
    if (waiting.plugins.empty()) return done({});
    waiting.key = pod.object->key();
    waiting.done = std::move(done);
    waiting_[pod.uid] = std::move(waiting);
}

void Permits::finish(const Uid& pod, Result<void> result) {
    const auto known = waiting_.find(pod);
    const Done done = std::move(known->second.done);
    waiting_.erase(known);
    done(std::move(result));
}

void Permits::timeUp(const Uid& pod, const std::string& plugin, Duration after) {
    refuse(pod, plugin, "timeout after waiting " + seconds(after) + " at plugin " + plugin);
}

void Permits::permit(const Uid& pod, const std::string& plugin) {
    const auto known = waiting_.find(pod);
    if (known == waiting_.end() || known->second.plugins.erase(plugin) == 0) return;
    if (known->second.plugins.empty()) finish(pod, {});
}

void Permits::refuse(const Uid& pod, const std::string& plugin, const std::string& why) {
    const auto known = waiting_.find(pod);
    if (known == waiting_.end() || !known->second.plugins.contains(plugin)) return;
    finish(pod, refused(fmt::format("pod \"{}\" rejected while waiting on permit: {}",
                                    known->second.key.substr(known->second.key.find('/') + 1), why)));
}

std::vector<Uid> Permits::waiting() const {
    std::vector<Uid> out;
    for (const auto& [uid, waiting] : waiting_)
        out.push_back(uid);
    std::sort(out.begin(), out.end());
    return out;
}

} // namespace wheelhouse::scheduler
