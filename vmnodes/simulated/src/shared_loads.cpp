#include "vmnodes/simulated/shared_loads.h"

#include "load_pattern.h"

#include <unordered_map>

namespace wheelhouse::simulated {

struct SharedLoads::Impl {
    struct Group {
        std::string text;
        LoadPattern pattern;
        Instant began{};
        double done = 0;  ///< of the pattern, core-seconds by the last look
        double share = 0; ///< of one member
        int members = 0;

        void advance(Instant now) {
            const double sum = pattern.sum(now - began);
            if (sum <= done) return; // looked at before, at this time or a later one
            if (members > 0) share += (sum - done) / members;
            done = sum;
        }
    };
    std::unordered_map<std::string, Group> groups;
};

SharedLoads::SharedLoads() : impl_(std::make_unique<Impl>()) {}
SharedLoads::~SharedLoads() = default;

void SharedLoads::join(const std::string& group, const std::string& pattern, Instant now) {
    Impl::Group& shared = impl_->groups[group];
    shared.advance(now);
    if (shared.text != pattern) {
        shared.text = pattern;
        shared.pattern = LoadPattern::parse(pattern).value_or(LoadPattern());
        shared.began = now;
        shared.done = 0;
    }
    ++shared.members;
}

void SharedLoads::leave(const std::string& group, Instant now) {
    const auto it = impl_->groups.find(group);
    if (it == impl_->groups.end()) return;
    it->second.advance(now);
    if (--it->second.members == 0) impl_->groups.erase(it);
}

double SharedLoads::share(const std::string& group, Instant now) {
    const auto it = impl_->groups.find(group);
    if (it == impl_->groups.end()) return 0;
    it->second.advance(now);
    return it->second.share;
}

double SharedLoads::part(const std::string& group, Instant now) const {
    const auto it = impl_->groups.find(group);
    return it == impl_->groups.end() ? 0 : it->second.pattern.at(now - it->second.began) / it->second.members;
}

} // namespace wheelhouse::simulated
