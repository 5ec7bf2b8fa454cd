#include "semantics/pod_part_rules.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::string_view badQuantity =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

bool isStandard(const std::string& name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
}

bool isNative(const std::string& name) {
    return name.find('/') == std::string::npos || name.find("kubernetes.io/") != std::string::npos;
}

void validateName(const std::string& name, const Path& path, Problems& problems) {
    problems.invalid(path, name, qualifiedName(name));
    if (name.find('/') == std::string::npos && !isStandard(name)) {
        problems.invalid(path, name, "must be a standard resource for containers");
    }
}

std::optional<Quantity> validateAmount(const std::string& name, const std::string& text, const Path& path,
                                       Problems& problems) {
    const Result<Quantity> amount = Quantity::parse(text);
    if (!amount) {
        problems.invalid(path, text, badQuantity);
        return std::nullopt;
    }
    if (*amount < Quantity()) {
        problems.invalid(path, text, "must be greater than or equal to 0");
    } else if (!isNative(name) && amount->milli() % 1000 != 0) {
        problems.invalid(path, text, "must be an integer");
    }
    return *amount;
}

std::map<std::string, Quantity> validateList(const QuantityMap& list, bool containers, const Path& path,
                                             Problems& problems) {
    std::map<std::string, Quantity> out;
    const std::map<std::string, QuantityMap::mapped_type> sorted(list.begin(), list.end());
    for (const auto& [name, quantity] : sorted) {
        const Path at = path.key(name);
        if (containers) validateName(name, at, problems);
        if (const auto amount = validateAmount(name, quantity.string(), at, problems)) out[name] = *amount;
    }
    return out;
}

bool isZero(const ::k8s::io::apimachinery::pkg::api::resource::Quantity& quantity) {
    const auto value = Quantity::parse(quantity.string());
    return !value || *value == Quantity();
}

} // namespace

std::string qosClass(const core::PodSpec& spec) {
    bool any = false;
    bool guaranteed = spec.containers_size() > 0;
    const auto look = [&](const auto& containers) {
        for (const core::Container& container : containers) {
            for (const std::string name : {"cpu", "memory"}) {
                const auto& limits = container.resources().limits();
                const auto& requests = container.resources().requests();
                const auto limit = limits.find(name);
                const auto request = requests.find(name);
                const bool limited = limit != limits.end() && !isZero(limit->second);
                const bool requested = request != requests.end() && !isZero(request->second);
                any = any || limited || requested;
                if (!limited || (requested && *Quantity::parse(request->second.string()) !=
                                                  *Quantity::parse(limit->second.string()))) {
                    guaranteed = false;
                }
            }
        }
    };
    look(spec.containers());
    look(spec.initcontainers());
    if (!any) return "BestEffort";
    return guaranteed ? "Guaranteed" : "Burstable";
}

void validateResourceList(const QuantityMap& resources, const Path& path, Problems& problems) {
    validateList(resources, false, path, problems);
}

void validateResources(const core::ResourceRequirements& resources, const Path& path, Problems& problems) {
    const auto limits = validateList(resources.limits(), true, path.child("limits"), problems);
    const auto requests = validateList(resources.requests(), true, path.child("requests"), problems);
    for (const auto& [name, request] : requests) {
        const auto limit = limits.find(name);
        const bool exact = !isNative(name) || name.starts_with("hugepages-");
        if (limit == limits.end()) {
            if (exact)
                problems.required(path.child("limits"), "Limit must be set for non overcommitable resources");
        } else if (exact && request != limit->second) {
            problems.invalid(path.child("requests"), request.toString(),
                             fmt::format("must be equal to {} limit of {}", name, limit->second.toString()));
        } else if (request > limit->second) {
            problems.invalid(
                path.child("requests"), request.toString(),
                fmt::format("must be less than or equal to {} limit of {}", name, limit->second.toString()));
        }
    }
}

} // namespace wheelhouse::api::semantics
