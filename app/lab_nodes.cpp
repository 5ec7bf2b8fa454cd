#include "lab_nodes.h"

#include "engine/api/types.h"

#include <set>

namespace wheelhouse::app {
namespace {

constexpr const char* zones[] = {"zone-a", "zone-b", "zone-c"};

std::string prefixOf(const std::string& provider) {
    return provider == "simulated" ? "sim-" : provider + "-";
}

api::lab::Machine machine(const std::string& provider, const std::string& name, std::size_t index) {
    api::lab::Machine out;
    out.mutable_metadata()->set_name(name);
    out.mutable_spec()->set_provider(provider);
    out.mutable_spec()->set_zone(zones[index % std::size(zones)]);
    return out;
}

/// Counts answers and reports the first error once all have come.
struct Join {
    std::size_t left = 0;
    Result<void> outcome;
    std::function<void(Result<void>)> done;
    void answered(const Result<client::Written>& answer) {
        if (!answer && outcome && answer.error().reason != Reason::AlreadyExists)
            outcome = tl::unexpected<Status>(answer.error());
        if (--left == 0) done(outcome);
    }
};

} // namespace

void ensureMachines(client::Cluster& cluster, std::map<std::string, int> wanted,
                    std::map<std::string, int> ifNone, std::function<void(Result<void>)> done) {
    const api::ResourceName resource = api::kindOf<api::lab::Machine>().name;
    cluster.list(resource, {},
                 [&cluster, resource, wanted = std::move(wanted), ifNone = std::move(ifNone),
                  done = std::move(done)](const Result<client::ObjectList>& list) {
                     if (!list) return done(tl::unexpected<Status>(list.error()));
                     std::set<std::string> names;
                     std::map<std::string, int> have;
                     for (const api::ObjectPtr& object : list->items) {
                         names.insert(object->name());
                         ++have[object->as<api::lab::Machine>().spec().provider()];
                     }
                     const auto& target = wanted.empty() && names.empty() ? ifNone : wanted;
                     std::vector<api::lab::Machine> missing;
                     for (const auto& [provider, count] : target) {
                         std::size_t number = 1;
                         for (int i = have[provider]; i < count; ++i) {
                             while (names.contains(prefixOf(provider) + std::to_string(number)))
                                 ++number;
                             missing.push_back(
                                 machine(provider, prefixOf(provider) + std::to_string(number), number - 1));
                             names.insert(missing.back().metadata().name());
                         }
                     }
                     if (missing.empty()) return done({});
                     auto join = std::make_shared<Join>();
                     join->left = missing.size();
                     join->done = done;
                     for (api::lab::Machine& message : missing)
                         cluster.create(
                             resource, "", client::body(std::move(message)), {},
                             [join](const Result<client::Written>& answer) { join->answered(answer); });
                 });
}

} // namespace wheelhouse::app
