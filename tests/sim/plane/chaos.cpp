#include "chaos.h"

#include <algorithm>

namespace wheelhouse::sim {

using namespace std::chrono_literals;

namespace {

constexpr int deployments = 3;
constexpr int smallZone = 40;
constexpr int ordered = 6;
constexpr int parallel = 24;

template <class M>
M workload(const std::string& name, const char* cpu) {
    M set;
    set.mutable_metadata()->set_namespace_("default");
    set.mutable_metadata()->set_name(name);
    (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = name;
    auto& podTemplate = *set.mutable_spec()->mutable_template_();
    (*podTemplate.mutable_metadata()->mutable_labels())["app"] = name;
    auto& container = *podTemplate.mutable_spec()->add_containers();
    container.set_name("main");
    container.set_image("nginx:1.14.2");
    (*container.mutable_resources()->mutable_requests())["cpu"].set_string(cpu);
    return set;
}

std::string deploymentName(int number) {
    return "web-" + std::to_string(number);
}

} // namespace

Chaos::Chaos(std::uint64_t seed, int nodes, ZoneFault fault, bool actorsCrash)
    : chance_(seed * 131 + 5), plane_(seed), zones_(plane_.executor), fault_(fault),
      actorsCrash_(actorsCrash), replicas_(nodes / 4) {
    plane_.checker.forgiveSurplus = actorsCrash;
    plane_.alsoTold = [this](const store::Change& change) { zones_.saw(change); };
    for (int i = 0; i < nodes; ++i) {
        NodeShape shape;
        shape.zone = i < smallZone ? "small" : std::string("large-") + static_cast<char>('a' + i % 3);
        shape.cpus = 1; // one pod of a workload each, and an agent: there is little to spare
        const std::string& name = names_.emplace_back("n" + std::to_string(i));
        plane_.addNode(name, shape);
        if (chance_.below(50) == 0) flapping_.insert(name);
    }
}

bool Chaos::settle() {
    plane_.advance(5s);
    for (int i = 0; i < deployments; ++i) {
        auto web = workload<apps::Deployment>(deploymentName(i), "900m");
        web.mutable_spec()->set_replicas(replicas_);
        plane_.create(web);
    }
    plane_.create(workload<apps::DaemonSet>("agent", "100m"));
    auto db = workload<apps::StatefulSet>("db", "600m");
    db.mutable_spec()->set_replicas(ordered);
    plane_.create(db);
    auto cache = workload<apps::StatefulSet>("cache", "600m");
    cache.mutable_spec()->set_replicas(parallel);
    cache.mutable_spec()->set_podmanagementpolicy("Parallel");
    plane_.create(cache);
    return within(3min);
}

// --- faults
// --------------------------------------------------------------------------------------------------

void Chaos::putOut(const std::string& node, Instant until, bool power) {
    auto& due = out_[node];
    due = std::max(due, until);
    if (power)
        plane_.node(node).cut();
    else
        plane_.node(node).silence();
}

void Chaos::strike() {
    // One in twenty a minute, of those that are on.
    owed_ += static_cast<double>(names_.size()) * 0.05 / 60;
    for (; owed_ >= 1; owed_ -= 1) {
        const std::string& node = names_[chance_.below(names_.size())];
        const Duration span =
            std::chrono::seconds(chance_.below(4) == 0 ? 400 + chance_.below(150) : 10 + chance_.below(110));
        putOut(node, plane_.executor.now() + span, chance_.below(3) != 0);
    }
}

void Chaos::flap() {
    for (const std::string& node : flapping_)
        if (!out_.contains(node) && chance_.below(30) == 0)
            putOut(node, plane_.executor.now() + std::chrono::seconds(35 + chance_.below(40)), false);
}

void Chaos::strikeZone(Instant until) {
    std::vector<std::string> nodes;
    std::uint64_t share = 100;
    switch (fault_) {
    case ZoneFault::MostOfALargeOne:
        nodes = nodesOf("large-b");
        share = 60 + chance_.below(30);
        break;
    case ZoneFault::AllOfALargeOne:
        nodes = nodesOf("large-b");
        break;
    case ZoneFault::MostOfASmallOne:
        nodes = nodesOf("small");
        share = 60 + chance_.below(30);
        break;
    case ZoneFault::Everything:
        nodes = names_;
        break;
    }
    const bool power = chance_.below(2) == 0;
    for (std::size_t i = 0; i < nodes.size() * share / 100; ++i)
        putOut(nodes[i], until, power);
}

void Chaos::comeBack() {
    for (auto each = out_.begin(); each != out_.end();) {
        if (each->second > plane_.executor.now()) {
            ++each;
            continue;
        }
        plane_.node(each->first).restore();
        each = out_.erase(each);
    }
}

void Chaos::rage(int minutes) {
    const Instant begin = plane_.executor.now();
    const Instant zoneGoes = begin + 90s;
    const Instant zoneReturns = begin + std::chrono::minutes(minutes - 1);
    bool zoneGone = false;
    for (int second = 0; second < minutes * 60; ++second) {
        strike();
        flap();
        if (!zoneGone && plane_.executor.now() >= zoneGoes) {
            zoneGone = true;
            strikeZone(zoneReturns);
        }
        comeBack();
        plane_.advance(1s);
        if (actorsCrash_ && chance_.below(150) == 0) {
            plane_.restartActors();
            zones_.restarted();
        }
        // By then it was noticed, what had been given up before is no longer, and nobody is back yet.
        if (fault_ == ZoneFault::Everything && plane_.executor.now() == zoneReturns - 1s)
            givenUpThoughAllIsLost_ = zones_.givenUp();
    }
}

bool Chaos::recover() {
    for (const auto& [node, due] : out_)
        plane_.node(node).restore();
    out_.clear();
    return within(15min);
}

// --- how it should be
// ------------------------------------------------------------------------------------------------

std::vector<std::string> Chaos::nodesOf(const std::string& zone) const {
    std::vector<std::string> nodes;
    for (const std::string& name : names_)
        if (plane_.node(name).zone() == zone) nodes.push_back(name);
    return nodes;
}

bool Chaos::asWanted() const {
    for (int i = 0; i < deployments; ++i) {
        const auto web = plane_.get<apps::Deployment>("default/" + deploymentName(i));
        if (!web || web->status().availablereplicas() != replicas_ || web->status().replicas() != replicas_)
            return false;
    }
    const auto agents = plane_.get<apps::DaemonSet>("default/agent");
    const auto db = plane_.get<apps::StatefulSet>("default/db");
    const auto cache = plane_.get<apps::StatefulSet>("default/cache");
    const int nodes = static_cast<int>(names_.size());
    return agents && agents->status().numberavailable() == nodes && db &&
           db->status().readyreplicas() == ordered && cache && cache->status().readyreplicas() == parallel &&
           static_cast<int>(plane_.store->count(api::kindOf<core::Pod>())) ==
               nodes + ordered + parallel + deployments * replicas_;
}

bool Chaos::within(Duration limit) {
    for (Duration spent{}; spent < limit; spent += 5s) {
        plane_.advance(5s);
        if (asWanted()) return true;
    }
    return false;
}

std::vector<std::string> Chaos::complaints() {
    std::vector<std::string> all = plane_.judge();
    all.insert(all.end(), zones_.complaints.begin(), zones_.complaints.end());
    return all;
}

} // namespace wheelhouse::sim
