#include "link_traffics.h"

#include "engine/api/groups/links.h"
#include "engine/api/kind.h"
#include "engine/api/time.h"

namespace wheelhouse::controlplane {

namespace lab = api::lab;

namespace {

/// Counters say nothing of their changes, so somebody looks while somebody watches.
constexpr Duration lookEvery = std::chrono::seconds(1);

} // namespace

LinkTraffics::LinkTraffics(apiserver::ApiServer& api, nodelink::NodeHub& hub,
                           const machines::LinkFabric* fabric, Executor& control)
    : hub_(hub), fabric_(fabric), control_(control), since_(control.clock().wallNow()),
      serving_(api.serve(api::kindOf<lab::LinkTraffic>(), *this)) {
    look();
}

LinkTraffics::~LinkTraffics() {
    hub_.countTraffic(false);
}

std::map<std::string, LinkTraffics::Link> LinkTraffics::links() const {
    std::map<std::string, Link> out;
    for (const auto& each : hub_.traffic())
        out[each.node.value()] = {each.node.value(), {}, each.fromNode, each.toNode, 0};
    if (fabric_ == nullptr) return out;
    for (const machines::LinkTraffic& each : fabric_->traffic()) {
        const bool forth = each.from < each.to;
        const std::string& first = forth ? each.from : each.to;
        const std::string& second = forth ? each.to : each.from;
        Link& link = out[first + ".to." + second];
        link.from = first;
        link.to = second;
        (forth ? link.sent : link.received) += each.bytes;
        link.lost += each.dropped;
    }
    return out;
}

std::unique_ptr<google::protobuf::Message> LinkTraffics::object(const std::string&, const std::string& name,
                                                                const std::string&) {
    const auto all = links();
    const auto found = all.find(name);
    if (found == all.end()) return nullptr;
    const Link& link = found->second;
    auto out = std::make_unique<lab::LinkTraffic>();
    out->mutable_metadata()->set_name(name);
    out->mutable_metadata()->set_uid("link-" + name);
    *out->mutable_metadata()->mutable_creationtimestamp() = api::toTime(since_);
    out->set_from(link.from);
    if (!link.to.empty()) out->set_to(link.to);
    out->set_sentbytes(static_cast<std::int64_t>(link.sent));
    out->set_receivedbytes(static_cast<std::int64_t>(link.received));
    if (link.lost > 0) out->set_lostframes(static_cast<std::int64_t>(link.lost));
    return out;
}

std::vector<std::string> LinkTraffics::keys(const std::string&) {
    std::vector<std::string> out;
    for (const auto& [name, link] : links())
        out.push_back(name);
    return out;
}

void LinkTraffics::look() {
    const bool watched = serving_->watched();
    hub_.countTraffic(watched);
    if (watched) {
        const auto now = links();
        for (const auto& [name, link] : now)
            if (const auto told = told_.find(name); told == told_.end() || told->second != link)
                serving_->changed(name);
        for (const auto& [name, link] : told_)
            if (!now.contains(name)) serving_->changed(name);
        told_ = now;
    }
    timer_.start(control_, lookEvery, [this] { look(); });
}

} // namespace wheelhouse::controlplane
