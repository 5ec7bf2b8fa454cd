#include "engine/api/limit_ranges.h"

#include "engine/api/usage.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wheelhouse::api {

namespace {

using core::LimitRange;
using core::LimitRangeItem;
using core::Pod;

constexpr const char* annotation = "kubernetes.io/limit-ranger";

/// What has no unit finer than one is compared whole, everything small in thousandths, as Kubernetes does.
double valueOf(const Quantity& quantity) {
    return static_cast<double>(quantity.milli()) / 1000.0;
}

const Quantity* find(const Amounts& amounts, const std::string& name) {
    const auto found = amounts.find(name);
    return found == amounts.end() ? nullptr : &found->second;
}

/// What limit ranges say about one thing: a container, a pod, a claim.
struct Subject {
    const std::string& type;
    Amounts requests;
    Amounts limits;
};

void checkMin(const Subject& subject, const LimitRangeItem& item, std::vector<std::string>& errors) {
    for (const auto& [name, enforced] : amountsOf(item.min())) {
        const Quantity* request = find(subject.requests, name);
        const Quantity* limit = find(subject.limits, name);
        const std::string start =
            fmt::format("minimum {} usage per {} is {}", name, subject.type, enforced.toString());
        if (!request)
            errors.push_back(start + ".  No request is specified");
        else if (*request < enforced)
            errors.push_back(start + ", but request is " + request->toString());
        else if (limit && *limit < enforced)
            errors.push_back(start + ", but limit is " + limit->toString());
    }
}

void checkMax(const Subject& subject, const LimitRangeItem& item, bool ofRequests,
              std::vector<std::string>& errors) {
    for (const auto& [name, enforced] : amountsOf(item.max())) {
        const Quantity* request = find(subject.requests, name);
        const Quantity* limit = find(subject.limits, name);
        const std::string start =
            fmt::format("maximum {} usage per {} is {}", name, subject.type, enforced.toString());
        if (ofRequests ? !request : !limit)
            errors.push_back(start +
                             (ofRequests ? ".  No request is specified" : ".  No limit is specified"));
        else if (!ofRequests && *limit > enforced)
            errors.push_back(start + ", but limit is " + limit->toString());
        else if (request && *request > enforced)
            errors.push_back(start + ", but request is " + request->toString());
    }
}

void checkRatio(const Subject& subject, const LimitRangeItem& item, std::vector<std::string>& errors) {
    for (const auto& [name, enforced] : amountsOf(item.maxlimitrequestratio())) {
        const Quantity* request = find(subject.requests, name);
        const Quantity* limit = find(subject.limits, name);
        const std::string start = fmt::format("{} max limit to request ratio per {} is {}", name,
                                              subject.type, enforced.toString());
        if (!request || *request == Quantity())
            errors.push_back(start + ", but no request is specified or request is 0");
        else if (!limit || *limit == Quantity())
            errors.push_back(start + ", but no limit is specified or limit is 0");
        else if (const double ratio = valueOf(*limit) / valueOf(*request); ratio > valueOf(enforced))
            errors.push_back(start + fmt::format(", but provided ratio is {:f}", ratio));
    }
}

void check(const Subject& subject, const LimitRangeItem& item, std::vector<std::string>& errors) {
    checkMin(subject, item, errors);
    checkMax(subject, item, false, errors);
    checkRatio(subject, item, errors);
}

/// Fills `list` from `defaults`; the names that were missing.
std::vector<std::string> fillIn(QuantityMap& list, const Amounts& defaults) {
    std::vector<std::string> set;
    for (const auto& [name, amount] : defaults) {
        if (list.find(name) != list.end()) continue;
        list[name].set_string(amount.toString());
        set.push_back(name);
    }
    return set;
}

} // namespace

void applyLimitRange(Pod& pod, const LimitRange& range) {
    Amounts requests, limits;
    for (const LimitRangeItem& item : range.spec().limits()) {
        if (item.type() != "Container") continue;
        requests.merge(amountsOf(item.defaultrequest()));
        limits.merge(amountsOf(item.default_()));
    }
    std::vector<std::string> notes;
    const auto fill = [&](core::Container& container, const char* what) {
        auto& resources = *container.mutable_resources();
        const auto setLimits = fillIn(*resources.mutable_limits(), limits);
        const auto setRequests = fillIn(*resources.mutable_requests(), requests);
        if (!setRequests.empty())
            notes.push_back(
                fmt::format("{} request for {} {}", fmt::join(setRequests, ", "), what, container.name()));
        if (!setLimits.empty())
            notes.push_back(
                fmt::format("{} limit for {} {}", fmt::join(setLimits, ", "), what, container.name()));
    };
    for (auto& container : *pod.mutable_spec()->mutable_containers())
        fill(container, "container");
    for (auto& container : *pod.mutable_spec()->mutable_initcontainers())
        fill(container, "init container");
    if (notes.empty()) return;
    (*pod.mutable_metadata()->mutable_annotations())[annotation] =
        fmt::format("LimitRanger plugin set: {}", fmt::join(notes, "; "));
}

void checkLimits(const Pod& pod, const LimitRange& range, std::vector<std::string>& problems) {
    for (const LimitRangeItem& item : range.spec().limits()) {
        const auto look = [&](const core::Container& container) {
            check({item.type(), amountsOf(container.resources().requests()),
                   amountsOf(container.resources().limits())},
                  item, problems);
        };
        if (item.type() == "Container") {
            std::for_each(pod.spec().containers().begin(), pod.spec().containers().end(), look);
            std::for_each(pod.spec().initcontainers().begin(), pod.spec().initcontainers().end(), look);
        } else if (item.type() == "Pod")
            check({item.type(), podRequests(pod.spec()), podLimits(pod.spec())}, item, problems);
    }
}

void checkLimits(const core::PersistentVolumeClaim& claim, const LimitRange& range,
                 std::vector<std::string>& problems) {
    for (const LimitRangeItem& item : range.spec().limits()) {
        if (item.type() != "PersistentVolumeClaim") continue;
        const Subject subject{item.type(), amountsOf(claim.spec().resources().requests()), {}};
        checkMin(subject, item, problems);
        checkMax(subject, item, true, problems);
    }
}

std::string joinedProblems(const std::vector<std::string>& problems) {
    if (problems.size() == 1) return problems[0];
    return problems.empty() ? std::string() : fmt::format("[{}]", fmt::join(problems, ", "));
}

} // namespace wheelhouse::api
