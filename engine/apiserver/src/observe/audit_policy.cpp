#include "observe/audit_policy.h"

#include "engine/api/codec.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> levels{"None", "Metadata", "Request", "RequestResponse"};
constexpr std::array<std::string_view, auditStages> stages{"RequestReceived", "ResponseStarted",
                                                           "ResponseComplete"};

tl::unexpected<Status> wrong(const std::string& where, const std::string& what) {
    return fail(Reason::BadRequest, fmt::format("audit policy: {}: {}", where, what));
}

std::string_view view(const json::string& text) {
    return {text.data(), text.size()};
}

/// Reads the fields of one object and says which are not known.
class Reader {
  public:
    Reader(const json::value& value, std::string where) : where_(std::move(where)) {
        if (value.is_object())
            object_ = &value.as_object();
        else
            status_ = wrong(where_, "must be an object").value();
    }
    void strings(std::string_view name, std::vector<std::string>& out) {
        each(name, [&](const json::value& item, const std::string& at) {
            if (!item.is_string()) return refuse(at, "must be text");
            out.emplace_back(view(item.as_string()));
        });
    }
    void text(std::string_view name, std::string& out) {
        const json::value* value = take(name);
        if (!value) return;
        if (!value->is_string()) return refuse(path(name), "must be text");
        out = view(value->as_string());
    }
    void boolean(std::string_view name, std::optional<bool>& out) {
        const json::value* value = take(name);
        if (!value) return;
        if (!value->is_bool()) return refuse(path(name), "must be true or false");
        out = value->as_bool();
    }
    void stagesOf(std::string_view name, std::vector<AuditStage>& out) {
        std::vector<std::string> names;
        strings(name, names);
        for (const auto& each : names) {
            const auto* found = std::find(stages.begin(), stages.end(), each);
            // What ends in a panic elsewhere ends the program here: there is nothing to leave out.
            if (each == "Panic") continue;
            if (found == stages.end()) return refuse(path(name), fmt::format("unknown stage \"{}\"", each));
            out.push_back(static_cast<AuditStage>(found - stages.begin()));
        }
    }
    template <class F>
    void each(std::string_view name, const F& visit) {
        const json::value* value = take(name);
        if (!value) return;
        if (!value->is_array()) return refuse(path(name), "must be a list");
        for (std::size_t i = 0; i < value->as_array().size() && !status_; ++i)
            visit(value->as_array()[i], fmt::format("{}[{}]", path(name), i));
    }
    void ignore(std::string_view name) { take(name); }
    void refuse(const std::string& where, const std::string& what) {
        if (!status_) status_ = wrong(where, what).value();
    }
    void adopt(const Result<void>& other) {
        if (!other && !status_) status_ = other.error();
    }
    std::string path(std::string_view name) const {
        return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
    }
    /// To be called last.
    Result<void> outcome() {
        if (!status_)
            for (const auto& field : *object_)
                if (std::find(known_.begin(), known_.end(), field.key()) == known_.end()) {
                    refuse(path(field.key()), "unknown field");
                    break;
                }
        if (status_) return fail(*status_);
        return {};
    }

  private:
    const json::value* take(std::string_view name) {
        if (status_) return nullptr;
        known_.emplace_back(name);
        const json::value* value = object_->if_contains(name);
        return value && !value->is_null() ? value : nullptr;
    }
    const json::object* object_ = nullptr;
    const std::string where_;
    std::vector<std::string> known_;
    std::optional<Status> status_;
};

Result<void> readResources(const json::value& value, const std::string& where, AuditRule::Resources& out) {
    Reader reader(value, where);
    reader.text("group", out.group);
    reader.strings("resources", out.resources);
    reader.strings("resourceNames", out.names);
    if (!out.names.empty() && out.resources.empty())
        reader.refuse(reader.path("resourceNames"), "resources must be named beside resourceNames");
    return reader.outcome();
}

Result<void> readRule(const json::value& value, const std::string& where, AuditRule& out) {
    Reader reader(value, where);
    std::string level;
    reader.text("level", level);
    const auto* found = std::find(levels.begin(), levels.end(), level);
    if (found == levels.end())
        reader.refuse(reader.path("level"),
                      fmt::format("\"{}\" is none of None, Metadata, Request, RequestResponse", level));
    else
        out.level = static_cast<AuditLevel>(found - levels.begin());
    reader.strings("users", out.users);
    reader.strings("userGroups", out.groups);
    reader.strings("verbs", out.verbs);
    reader.strings("namespaces", out.nameSpaces);
    reader.strings("nonResourceURLs", out.paths);
    reader.stagesOf("omitStages", out.omittedStages);
    reader.boolean("omitManagedFields", out.omitManagedFields);
    reader.each("resources", [&](const json::value& item, const std::string& at) {
        reader.adopt(readResources(item, at, out.resources.emplace_back()));
    });
    if (!out.paths.empty() && !(out.resources.empty() && out.nameSpaces.empty()))
        reader.refuse(reader.path("nonResourceURLs"),
                      "a rule is about resources and namespaces or about paths, not both");
    return reader.outcome();
}

} // namespace

Result<AuditPolicy> parseAuditPolicy(std::string_view text) {
    auto documents = api::yamlToJson(text);
    if (!documents) return wrong("the file", documents.error().message);
    if (documents->size() != 1) return wrong("the file", "holds more or less than one document");
    boost::system::error_code error;
    const json::value root = json::parse(documents->front(), error);
    if (error) return wrong("the file", error.message());
    AuditPolicy policy;
    Reader reader(root, "");
    std::string version;
    std::string kind;
    reader.text("apiVersion", version);
    reader.text("kind", kind);
    reader.ignore("metadata");
    if (version != "audit.k8s.io/v1" || kind != "Policy")
        reader.refuse("apiVersion, kind", "must be audit.k8s.io/v1 and Policy");
    reader.stagesOf("omitStages", policy.omittedStages);
    std::optional<bool> omit;
    reader.boolean("omitManagedFields", omit);
    policy.omitManagedFields = omit.value_or(false);
    reader.each("rules", [&](const json::value& item, const std::string& at) {
        reader.adopt(readRule(item, at, policy.rules.emplace_back()));
    });
    if (policy.rules.empty()) reader.refuse("rules", "there must be at least one");
    if (auto fine = reader.outcome(); !fine) return fail(fine.error());
    return policy;
}

AuditPolicy defaultAuditPolicy() {
    AuditPolicy policy;
    policy.omittedStages = {AuditStage::RequestReceived};
    AuditRule rule;
    rule.paths = {"/healthz*", "/livez*", "/readyz*", "/version", "/openapi/*", "/metrics"};
    policy.rules.push_back(rule);
    rule = {};
    rule.verbs = {"get", "list", "watch"};
    rule.groups = {"system:nodes"};
    policy.rules.push_back(rule);
    rule = {};
    rule.groups = {"system:nodes"};
    rule.verbs = {"create", "update", "patch"};
    rule.resources = {{"coordination.k8s.io", {"leases"}, {}}, {"", {"nodes/status", "events"}, {}}};
    policy.rules.push_back(rule);
    rule = {};
    rule.level = AuditLevel::Metadata;
    policy.rules.push_back(rule);
    return policy;
}

namespace observe {

namespace {

bool has(const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

bool matchesPath(const std::vector<std::string>& paths, std::string_view path) {
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& each) {
        if (each.ends_with('*')) return path.starts_with(std::string_view(each).substr(0, each.size() - 1));
        return path == each;
    });
}

bool matchesResource(const AuditRule::Resources& wanted, const auth::Attributes& attributes) {
    if (wanted.group != attributes.group) return false;
    if (!wanted.names.empty() && !has(wanted.names, attributes.name)) return false;
    if (wanted.resources.empty()) return true;
    const std::string full = attributes.subresource.empty()
                                 ? attributes.resource
                                 : attributes.resource + "/" + attributes.subresource;
    return std::any_of(wanted.resources.begin(), wanted.resources.end(), [&](const std::string& each) {
        if (each == "*" || each == full) return true;
        if (each.ends_with("/*")) return each.substr(0, each.size() - 2) == attributes.resource;
        return !attributes.subresource.empty() && each == "*/" + attributes.subresource;
    });
}

bool matches(const AuditRule& rule, const User& user, const auth::Attributes& attributes) {
    if (!rule.users.empty() && !has(rule.users, user.name)) return false;
    if (!rule.groups.empty() && std::none_of(user.groups.begin(), user.groups.end(),
                                             [&](const auto& group) { return has(rule.groups, group); }))
        return false;
    if (!rule.verbs.empty() && !has(rule.verbs, attributes.verb)) return false;
    if (!attributes.resourceRequest)
        return rule.resources.empty() && rule.nameSpaces.empty() &&
               (rule.paths.empty() || matchesPath(rule.paths, attributes.path));
    if (!rule.paths.empty()) return false;
    if (!rule.nameSpaces.empty() && !has(rule.nameSpaces, attributes.nameSpace)) return false;
    return rule.resources.empty() ||
           std::any_of(rule.resources.begin(), rule.resources.end(),
                       [&](const auto& each) { return matchesResource(each, attributes); });
}

} // namespace

AuditDecision decide(const AuditPolicy& policy, const User& user, const auth::Attributes& attributes) {
    AuditDecision decision;
    for (const AuditRule& rule : policy.rules) {
        if (!matches(rule, user, attributes)) continue;
        decision.level = rule.level;
        decision.omitManagedFields = rule.omitManagedFields.value_or(policy.omitManagedFields);
        for (const auto* list : {&policy.omittedStages, &rule.omittedStages})
            for (const AuditStage stage : *list)
                decision.stages[static_cast<std::size_t>(stage)] = false;
        return decision;
    }
    return decision;
}

std::string_view levelName(AuditLevel level) {
    return levels[static_cast<std::size_t>(level)];
}

std::string_view stageName(AuditStage stage) {
    return stages[static_cast<std::size_t>(stage)];
}

} // namespace observe
} // namespace wheelhouse::apiserver
