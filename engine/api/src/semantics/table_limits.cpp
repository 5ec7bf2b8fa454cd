#include "engine/api/groups/devices.h"
#include "engine/api/groups/nodeclasses.h"
#include "engine/api/groups/scheduling.h"
#include "engine/api/quantity.h"
#include "semantics/table_printers.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api::semantics {

namespace {

Cells limitRange(const core::LimitRange& of, WallTime) {
    return {of.metadata().name(), createdAt(of)};
}

Cells quota(const core::ResourceQuota& of, WallTime now) {
    const auto canonical = [](const std::string& text) {
        const auto parsed = Quantity::parse(text);
        return parsed ? parsed->toString() : text;
    };
    std::map<std::string, std::string> hard;
    for (const auto& [key, value] : of.status().hard())
        hard[key] = canonical(value.string());
    std::string requests;
    std::string limits;
    for (const auto& [key, most] : hard) {
        const auto used = of.status().used().find(key);
        std::string& list = key.starts_with("limits") ? limits : requests;
        list += fmt::format("{}{}: {}/{}", list.empty() ? "" : ", ", key,
                            used == of.status().used().end() ? "0" : canonical(used->second.string()), most);
    }
    return {of.metadata().name(), requests, limits, ageOf(of, now)};
}

Cells priorityClass(const scheduling::PriorityClass& of, WallTime now) {
    return {of.metadata().name(), std::int64_t{of.value()}, of.globaldefault(), ageOf(of, now),
            of.preemptionpolicy()};
}

Cells runtimeClass(const nodeclasses::RuntimeClass& of, WallTime now) {
    return {of.metadata().name(), of.handler(), ageOf(of, now)};
}

Cells claim(const devices::ResourceClaim& of, WallTime now) {
    std::vector<std::string> states;
    if (of.metadata().has_deletiontimestamp()) states.emplace_back("deleted");
    if (of.status().has_allocation()) states.emplace_back("allocated");
    if (!of.status().reservedfor().empty()) states.emplace_back("reserved");
    if (!of.status().has_allocation()) states.emplace_back("pending");
    return {of.metadata().name(), joined(states), ageOf(of, now)};
}

Cells slice(const devices::ResourceSlice& of, WallTime now) {
    return {of.metadata().name(), of.spec().has_nodename() ? of.spec().nodename() : "<unset>",
            of.spec().driver(), of.spec().pool().name(), ageOf(of, now)};
}

} // namespace

Printers limitPrinters() {
    return {
        printer<core::LimitRange>({nameColumn(), createdColumn()}, limitRange),
        printer<core::ResourceQuota>({nameColumn(), text("Request", "What is used of what may be asked for."),
                                      text("Limit", "What is used of the limits."), ageColumn()},
                                     quota),
        printer<scheduling::PriorityClass>({nameColumn(), number("Value", "The priority."),
                                            truth("Global-Default", "Whether pods without a class have it."),
                                            ageColumn(),
                                            text("PreemptionPolicy", "Whether its pods push others away.")},
                                           priorityClass),
        printer<nodeclasses::RuntimeClass>(
            {nameColumn(), text("Handler", "The node's name for it."), ageColumn()}, runtimeClass),
        printer<devices::ResourceClaim>({nameColumn(), text("State", "How it stands."), ageColumn()}, claim),
        printer<devices::ResourceSlice>({nameColumn(), text("Node", "The node."),
                                         text("Driver", "The driver."), text("Pool", "The pool."),
                                         ageColumn()},
                                        slice)};
}

} // namespace wheelhouse::api::semantics
