#include "oracle.h"

#include <fmt/format.h>

using namespace wheelhouse;
using namespace wheelhouse::scheduler;
using namespace wheelhouse::scheduler::test;

namespace {

/// Clusters and pods drawn by lot, small in variety so that things meet.
class Lottery {
  public:
    explicit Lottery(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    bool chance(int percent) { return below(100) < static_cast<std::uint64_t>(percent); }
    template <class... T>
    std::string oneOf(T... texts) {
        const std::vector<std::string> all{texts...};
        return all[below(all.size())];
    }

    core::Node makeNode(const std::string& name) {
        std::string labels;
        if (chance(85)) labels += fmt::format(R"("topology.kubernetes.io/zone":"{}")", oneOf("a", "b", "c"));
        if (chance(50))
            labels += fmt::format(R"({}"disk":"{}")", labels.empty() ? "" : ",", oneOf("ssd", "hdd"));
        std::string spec = chance(8) ? R"("unschedulable":true)" : "";
        if (chance(25)) {
            spec += fmt::format(R"({}"taints":[{{"key":"{}","effect":"{}"}}])", spec.empty() ? "" : ",",
                                oneOf("x", "y"), oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"));
        }
        core::Node out =
            node(name, "{" + spec + "}", "{" + labels + "}",
                 fmt::format(R"({{"cpu":"{}","memory":"{}Gi","pods":"{}"{}}})", 2 + below(3), 4 + below(8),
                             4 + below(8), chance(30) ? R"(,"example.com/gpu":"2")" : ""));
        for (const char* image : {"big:1", "small:1"}) {
            if (!chance(40)) continue;
            auto& has = *out.mutable_status()->add_images();
            has.add_names(image);
            has.set_sizebytes(std::string(image) == "big:1" ? 900LL << 20 : 120LL << 20);
        }
        return out;
    }

    std::string term(bool weighted) {
        const std::string selector =
            fmt::format(R"("labelSelector":{{"matchLabels":{{"app":"{}"}}}})", oneOf("w", "db", "x"));
        const std::string key = oneOf("kubernetes.io/hostname", "topology.kubernetes.io/zone", "disk");
        std::string rest;
        if (chance(15)) rest = R"(,"namespaces":["other"])";
        if (chance(15)) rest += R"(,"namespaceSelector":{"matchLabels":{"team":"t"}})";
        const std::string plain = fmt::format(R"({{"topologyKey":"{}",{}{}}})", key, selector, rest);
        if (!weighted) return plain;
        return fmt::format(R"({{"weight":{},"podAffinityTerm":{}}})", 1 + below(100), plain);
    }

    std::string affinity() {
        std::string out;
        const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : ",") + part; };
        for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
            const bool required = chance(15);
            const bool preferred = chance(25);
            if (!required && !preferred) continue;
            std::string inside;
            if (required)
                inside = fmt::format(R"("requiredDuringSchedulingIgnoredDuringExecution":[{}])", term(false));
            if (preferred) {
                inside += fmt::format(R"({}"preferredDuringSchedulingIgnoredDuringExecution":[{}])",
                                      inside.empty() ? "" : ",", term(true));
            }
            add(fmt::format(R"("{}":{{{}}})", kind, inside));
        }
        if (chance(20)) {
            add(fmt::format(
                R"("nodeAffinity":{{"{}":{}}})", "preferredDuringSchedulingIgnoredDuringExecution",
                R"([{"weight":30,"preference":{"matchExpressions":[{"key":"disk","operator":"In","values":["ssd"]}]}},{"weight":20,"preference":{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"NotIn","values":["a"]}]}}])"));
        } else if (chance(15)) {
            add(R"("nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"topology.kubernetes.io/zone","operator":"In","values":["a","b"]}]},{"matchExpressions":[{"key":"disk","operator":"Exists"}]}]}})");
        }
        return out;
    }

    std::string spread() {
        std::string out;
        const std::uint64_t rules = chance(40) ? 1 + below(2) : 0;
        for (std::uint64_t i = 0; i < rules; ++i) {
            const bool hard = chance(50);
            std::string rest;
            if (hard && chance(20)) rest += R"(,"minDomains":3)";
            if (chance(25)) rest += R"(,"nodeAffinityPolicy":"Ignore")";
            if (chance(25)) rest += R"(,"nodeTaintsPolicy":"Honor")";
            const std::string selector =
                chance(10) ? "{}" : fmt::format(R"({{"matchLabels":{{"app":"{}"}}}})", oneOf("w", "db"));
            out += fmt::format(
                R"({}{{"maxSkew":{},"topologyKey":"{}","whenUnsatisfiable":"{}","labelSelector":{}{}}})",
                i == 0 ? "" : ",", 1 + below(2),
                i == 0 ? "topology.kubernetes.io/zone" : oneOf("kubernetes.io/hostname", "disk"),
                hard ? "DoNotSchedule" : "ScheduleAnyway", selector, rest);
        }
        return out;
    }

    core::Pod makePod(const std::string& name) {
        std::string spec = fmt::format(R"("priority":{})", 0);
        const std::string near = affinity();
        if (!near.empty()) spec += fmt::format(R"(,"affinity":{{{}}})", near);
        const std::string rules = spread();
        if (!rules.empty()) spec += fmt::format(R"(,"topologySpreadConstraints":[{}])", rules);
        if (chance(30)) spec += R"(,"tolerations":[{"key":"x","operator":"Exists"}])";
        if (chance(15)) spec += R"(,"nodeSelector":{"disk":"ssd"})";
        std::string requests;
        if (chance(80)) requests = fmt::format(R"("cpu":"{}m")", 100 * below(8));
        if (chance(80)) {
            requests +=
                fmt::format(R"({}"memory":"{}Mi")", requests.empty() ? "" : ",", 128 * (1 + below(8)));
        }
        if (chance(8)) requests += (requests.empty() ? "" : ",") + std::string(R"("example.com/gpu":"1")");
        core::Pod out = pod(name, "{" + requests + "}", "{" + spec + "}",
                            fmt::format(R"({{"app":"{}"}})", oneOf("w", "db", "x", "y")));
        out.mutable_spec()->mutable_containers(0)->set_image(oneOf("big:1", "small:1", "rare:1"));
        if (chance(10)) {
            auto& port = *out.mutable_spec()->mutable_containers(0)->add_ports();
            port.set_containerport(80);
            port.set_hostport(static_cast<int>(8080 + below(2)));
        }
        if (chance(15)) {
            out.mutable_metadata()->set_namespace_("other");
        } else if (rules.empty() && chance(50)) {
            out = ownedBy(out, "rs");
            (*out.mutable_metadata()->mutable_labels())["app"] = "w";
        }
        return out;
    }

  private:
    SeededRandom random_;
};

struct Pair {
    explicit Pair(std::uint64_t seed) : lot(seed) {
        for (const auto& [name, labels] :
             {std::pair{"default", "{}"}, std::pair{"other", R"({"team":"t"})"}}) {
            const auto made = fromJson<core::Namespace>(
                fmt::format(R"({{"metadata":{{"name":"{}","labels":{}}}}})", name, labels));
            bench.add(made);
            oracle.namespaces[name] =
                Labels(made.metadata().labels().begin(), made.metadata().labels().end());
        }
        const auto set = replicaSet("rs", R"({"app":"w"})");
        bench.addCompanions(set);
        oracle.replicaSets["rs"] = set.spec().selector();
        for (int i = 0; i < 14; ++i)
            put(lot.makeNode("n" + std::to_string(i)));
    }
    void put(const core::Node& node) {
        bench.add(node);
        oracle.nodes[node.metadata().name()] = node;
    }
    void dropNode(const std::string& name) {
        bench.cache.removeNode(name);
        oracle.nodes.erase(name);
    }
    void put(const core::Pod& pod) {
        bench.add(pod);
        oracle.pods[pod.metadata().uid()] = pod;
    }
    void dropPod() {
        if (oracle.pods.empty()) return;
        auto chosen = oracle.pods.begin();
        std::advance(chosen, static_cast<std::ptrdiff_t>(lot.below(oracle.pods.size())));
        bench.cache.removePod(Uid(chosen->first));
        oracle.pods.erase(chosen);
    }
    /// Something happens to the cluster.
    void disturb() {
        const std::string name = "n" + std::to_string(lot.below(14));
        switch (lot.below(8)) {
        case 0:
            put(lot.makeNode(name));
            break;
        case 1:
            if (oracle.nodes.size() > 8) dropNode(name);
            break;
        case 2: {
            // Its labels change, or it begins to go.
            if (oracle.pods.empty()) break;
            core::Pod changed = oracle.pods.begin()->second;
            if (lot.chance(50)) {
                (*changed.mutable_metadata()->mutable_labels())["app"] = lot.oneOf("w", "db", "x");
            } else {
                changed.mutable_metadata()->mutable_deletiontimestamp()->set_seconds(1);
            }
            put(changed);
            break;
        }
        default:
            dropPod();
        }
    }

    Lottery lot;
    Bench bench;
    Oracle oracle;
};

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ", "));
}

/// What the two say of one pod, compared; empty when they agree.
std::string difference(const Pair& pair, const core::Pod& pod) {
    const SchedulingDecision& decision = pair.bench.decision;
    const auto verdicts = pair.oracle.filter(pod);
    if (decision.nodes.size() != verdicts.size()) return "not the same nodes";
    for (const auto& each : decision.nodes) {
        const auto& expected = verdicts.at(decision.nameOf(each));
        const auto& got = decision.rejectionOf(each);
        if (got.plugin != expected.plugin || got.reasons != expected.reasons) {
            return fmt::format("{}: {} ({}) instead of {} ({})", decision.nameOf(each), got.plugin,
                               joined(got.reasons), expected.plugin, joined(expected.reasons));
        }
    }
    if (decision.chosen.empty()) return {};
    const auto scores = pair.oracle.score(pod);
    for (std::size_t i = 0; i < decision.nodes.size(); ++i) {
        if (decision.nodes[i].rejection != 0) continue;
        const std::string& name = decision.nameOf(decision.nodes[i]);
        std::int32_t total = 0;
        for (std::size_t s = 0; s < decision.scorers.size(); ++s) {
            const auto expected = scores.at(decision.scorers[s].plugin).at(name);
            if (decision.scoresOf(i)[s] != expected) {
                return fmt::format("{} of {}: {} instead of {}", decision.scorers[s].plugin, name,
                                   decision.scoresOf(i)[s], expected);
            }
            total += static_cast<std::int32_t>(expected) * decision.scorers[s].weight;
        }
        if (decision.nodes[i].total != total) return name + ": the scores are added up wrongly";
    }
    return {};
}

std::int32_t totalOf(const SchedulingDecision& decision, const std::string& name) {
    for (const auto& each : decision.nodes) {
        if (decision.nameOf(each) == name) return each.total;
    }
    return -1;
}

std::int32_t bestOf(const SchedulingDecision& decision) {
    std::int32_t out = -1;
    for (const auto& each : decision.nodes) {
        if (each.rejection == 0) out = std::max(out, each.total);
    }
    return out;
}

} // namespace

/// The fast scheduler, which keeps figures from pod to pod and looks only at what changed, against one that
/// looks at every pod of every node each time.
class TestDifferential : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void agreesOnClustersDrawnByLot_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 60; ++seed)
            QTest::newRow(qPrintable(QString::number(seed))) << seed;
    }
    void agreesOnClustersDrawnByLot() {
        QFETCH(int, seed);
        Pair pair(static_cast<std::uint64_t>(seed));
        std::vector<core::Pod> shapes;
        for (int i = 0; i < 6; ++i)
            shapes.push_back(pair.lot.makePod("shape" + std::to_string(i)));
        int placed = 0;
        for (int i = 0; i < 90; ++i) {
            // Pods alike come again and again, so that what is kept of them is used.
            core::Pod next =
                pair.lot.chance(85) ? shapes[pair.lot.below(shapes.size())] : pair.lot.makePod("single");
            next.mutable_metadata()->set_name("p" + std::to_string(i));
            next.mutable_metadata()->set_uid("p" + std::to_string(i));
            pair.bench.place(next);
            const std::string wrong = difference(pair, next);
            QVERIFY2(wrong.empty(), fmt::format("pod {}: {}", i, wrong).c_str());
            if (!pair.bench.decision.chosen.empty()) {
                QCOMPARE(totalOf(pair.bench.decision, pair.bench.decision.chosen),
                         bestOf(pair.bench.decision));
                pair.put(on(next, pair.bench.decision.chosen));
                ++placed;
            }
            if (pair.lot.chance(35)) pair.disturb();
        }
        QVERIFY(placed > 20);
    }
};

QTEST_GUILESS_MAIN(TestDifferential)
#include "test_scheduler_differential.moc"
