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

LinkTraffics::Link LinkTraffics::linkOf(const nodelink::NodeHub::Traffic& counted) {
    return {counted.node.value(), {}, counted.fromNode, counted.toNode, 0};
}

LinkTraffics::Links LinkTraffics::fabricLinks() const {
    Links out;
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

LinkTraffics::Links LinkTraffics::links() const {
    Links out = fabricLinks();
    for (const auto& each : hub_.traffic())
        out[each.node.value()] = linkOf(each);
    return out;
}

std::optional<LinkTraffics::Link> LinkTraffics::find(const std::string& name) const {
    if (const auto counted = hub_.trafficOf(NodeName(name))) return linkOf(*counted);
    const Links between = fabricLinks();
    const auto found = between.find(name);
    return found == between.end() ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<google::protobuf::Message> LinkTraffics::object(const std::string&, const std::string& name,
                                                                const std::string&) {
    const auto found = find(name);
    if (!found) return nullptr;
    const Link& link = *found;
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
