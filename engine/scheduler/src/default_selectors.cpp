#include "default_selectors.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace core = api::core;
namespace apps = api::apps;

namespace {

template <class Map>
Labels labelsOf(const Map& map) {
    return Labels(map.begin(), map.end());
}

std::optional<api::LabelSelector> parsed(const api::meta::LabelSelector& selector) {
    auto out = api::LabelSelector::from(selector);
    return out ? std::optional(std::move(*out)) : std::nullopt;
}

std::optional<api::LabelSelector> selectorOf(const api::ObjectPtr& object) {
    if (object->kind().kind == "ReplicationController") {
        return api::LabelSelector::equalTo(
            labelsOf(object->as<core::ReplicationController>().spec().selector()));
    }
    if (object->kind().kind == "ReplicaSet") return parsed(object->as<apps::ReplicaSet>().spec().selector());
    return parsed(object->as<apps::StatefulSet>().spec().selector());
}

std::string keyOf(const std::string& kind, const std::string& nameSpace, const std::string& name) {
    return kind + "/" + nameSpace + "/" + name;
}

bool matches(const Labels& selector, const Labels& labels) {
    return std::all_of(selector.begin(), selector.end(), [&](const auto& each) {
        const auto value = labels.find(each.first);
        return value != labels.end() && value->second == each.second;
    });
}

} // namespace

void DefaultSelectors::put(const api::ObjectPtr& object) {
    if (object->kind().kind == "Service") {
        Labels selector = labelsOf(object->as<core::Service>().spec().selector());
        if (selector.empty()) {
            remove(object);
            return;
        }
        Labels& known = services_[object->nameSpace()][object->name()];
        if (known == selector) return;
        known = std::move(selector);
        ++version_;
        return;
    }
    const auto selector = selectorOf(object);
    if (!selector) return;
    const auto [place, isNew] =
        controllers_.try_emplace(keyOf(object->kind().kind, object->nameSpace(), object->name()), *selector);
    if (!isNew && place->second.toString() == selector->toString()) return;
    place->second = *selector;
    ++version_;
}

void DefaultSelectors::remove(const api::ObjectPtr& object) {
    if (object->kind().kind == "Service") {
        const auto there = services_.find(object->nameSpace());
        if (there != services_.end() && there->second.erase(object->name()) > 0) ++version_;
        return;
    }
    if (controllers_.erase(keyOf(object->kind().kind, object->nameSpace(), object->name())) > 0) ++version_;
}

std::vector<PodMatcher> DefaultSelectors::of(const PodShape& shape) const {
    std::vector<PodMatcher> out;
    Labels merged;
    if (const auto there = services_.find(shape.nameSpace); there != services_.end()) {
        for (const auto& [name, selector] : there->second) {
            if (matches(selector, shape.labels)) merged.insert(selector.begin(), selector.end());
        }
    }
    if (!merged.empty()) out.push_back(podsOf(shape.nameSpace, api::LabelSelector::equalTo(merged)));
    const auto owner = controllers_.find(keyOf(shape.ownerKind, shape.nameSpace, shape.ownerName));
    if (owner != controllers_.end() && !owner->second.empty())
        out.push_back(podsOf(shape.nameSpace, owner->second));
    return out;
}

} // namespace wheelhouse::scheduler
