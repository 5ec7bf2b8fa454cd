#include "hidden_pods.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::controlplane {

void hidePods(api::lab::SchedulingAttempt& attempt, const std::string& own, const apiserver::Reader& reader) {
    std::map<std::string, bool> seen{{own, true}};
    for (auto& candidate : *attempt.mutable_candidates()) {
        auto& victims = *candidate.mutable_victims();
        int hidden = 0;
        int kept = 0;
        for (int i = 0; i < victims.size(); ++i) {
            const std::string nameSpace = victims[i].substr(0, victims[i].find('/'));
            auto known = seen.find(nameSpace);
            if (known == seen.end()) known = seen.emplace(nameSpace, reader.mayListPods(nameSpace)).first;
            if (known->second)
                victims.SwapElements(kept++, i);
            else
                ++hidden;
        }
        victims.DeleteSubrange(kept, victims.size() - kept);
        if (hidden > 0)
            candidate.add_victims(
                fmt::format("{} pod{} in other namespaces", hidden, hidden == 1 ? "" : "s"));
    }
}

} // namespace wheelhouse::controlplane
