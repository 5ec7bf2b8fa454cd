#include "namespace_controller.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <set>

namespace wheelhouse::controllers {

namespace {

constexpr const char* finalizer = "kubernetes";
/// Content that went is heard of at once; this is for what goes unheard.
constexpr Duration lookAgain = std::chrono::seconds(5);

std::string namedCounts(const std::map<std::string, int>& counts, const char* what) {
    std::string text;
    for (const auto& [name, count] : counts)
        text += fmt::format("{}{} {} {} resource instances", text.empty() ? "" : ", ", name, what, count);
    return text;
}

void setCondition(core::NamespaceStatus& status, const char* type, bool isTrue, const char* reason,
                  const std::string& message, const meta::Time& now) {
    core::NamespaceCondition* condition = nullptr;
    for (auto& present : *status.mutable_conditions())
        if (present.type() == type) condition = &present;
    if (!condition) condition = status.add_conditions();
    const char* value = isTrue ? "True" : "False";
    if (condition->status() != value) *condition->mutable_lasttransitiontime() = now;
    condition->set_type(type);
    condition->set_status(value);
    condition->set_reason(reason);
    condition->set_message(message);
}

} // namespace

NamespaceController::NamespaceController(const Deps& deps)
    : QueuedController(deps, "namespace"), namespaces_(watch<core::Namespace>(enqueueSelf())) {
    for (const api::Kind* kind : api::kinds()) {
        if (!kind->namespaced || !kind->stored()) continue;
        watch(kind->name, {.onDelete = [this](const ObjectPtr& object) {
                  const ObjectPtr home = namespaces_.get(object->nameSpace());
                  if (home && home->deleting()) enqueue(home->name());
              }});
    }
}

Step NamespaceController::reconcile(std::string key) {
    const ObjectPtr home = namespaces_.get(key);
    if (!home || !home->deleting()) co_return Result<void>();
    auto decoded = home->as<core::Namespace>();
    const auto& held = decoded.spec().finalizers();
    if (std::find(held.begin(), held.end(), finalizer) == held.end()) co_return Result<void>();

    Content content;
    // What there is now: custom kinds come and go.
    client::Call<std::vector<client::ResourceInfo>> call(
        [cluster = &api_.cluster()](client::Callback<std::vector<client::ResourceInfo>> done) {
            cluster->discover(std::move(done));
        });
    auto found = co_await call;
    if (!found) co_return fail(found.error());
    std::set<std::pair<std::string, std::string>> seen;
    // Pods go before all else: what runs is not to find its rules and secrets gone.
    const client::ResourceName& pods = api::kindOf<core::Pod>().name;
    seen.insert({pods.group, pods.resource});
    auto podsGone = co_await emptyKind(pods, key, content);
    if (!podsGone) content.failure = podsGone.error().message;
    const bool podsLeft = content.remaining > 0 || !content.failure.empty();
    for (const client::ResourceInfo& info : *found) {
        if (podsLeft) break;
        const api::Kind* known = api::findKind(info.name);
        if (!info.namespaced || (known != nullptr && !known->stored())) continue;
        if (std::find(info.verbs.begin(), info.verbs.end(), "list") == info.verbs.end()) continue;
        // Versions of one resource are the same objects.
        if (!seen.insert({info.name.group, info.name.resource}).second) continue;
        auto emptied = co_await emptyKind(info.name, key, content);
        if (!emptied && content.failure.empty()) content.failure = emptied.error().message;
    }
    auto written = co_await writeConditions(home, content);
    if (!written) co_return written;
    if (!content.failure.empty()) co_return fail(Reason::InternalError, content.failure);
    if (content.remaining > 0) {
        enqueueAfter(key, lookAgain);
        co_return Result<void>();
    }
    // The conditions moved the resourceVersion; the finalizer is taken off whatever is newest.
    decoded.mutable_metadata()->clear_resourceversion();
    auto& finalizers = *decoded.mutable_spec()->mutable_finalizers();
    finalizers.erase(std::remove(finalizers.begin(), finalizers.end(), finalizer), finalizers.end());
    auto finalized = co_await api_.update(std::move(decoded), "finalize");
    co_return unlessGone(finalized);
}

Step NamespaceController::emptyKind(client::ResourceName resource, std::string nameSpace, Content& content) {
    client::ListOptions options;
    options.nameSpace = nameSpace;
    auto list = co_await api_.list(resource, options);
    if (!list) co_return fail(list.error());
    std::vector<client::Call<client::Written>::Start> starts;
    client::DeleteOptions how;
    how.propagationPolicy = "Background";
    for (const ObjectPtr& object : list->items)
        if (!object->deleting()) starts.push_back(api_.removing(object, how));
    client::Calls<client::Written> calls(std::move(starts));
    auto answers = co_await calls;
    Result<void> outcome;
    for (const auto& answer : answers)
        if (auto gone = unlessGone(answer); !gone && gone.error().reason != Reason::Conflict) outcome = gone;
    if (list->items.empty()) co_return outcome;
    // Count what is really left: most kinds are gone by now.
    auto left = co_await api_.list(resource, options);
    if (!left) co_return fail(left.error());
    if (left->items.empty()) co_return outcome;
    content.remaining += static_cast<int>(left->items.size());
    content.perKind[resource.resource + "." + resource.group] = static_cast<int>(left->items.size());
    for (const ObjectPtr& object : left->items) {
        const auto metadata = client::metadataOf(*object);
        for (const std::string& name : metadata.finalizers())
            ++content.perFinalizer[name];
    }
    co_return outcome;
}

Step NamespaceController::writeConditions(ObjectPtr home, const Content& content) {
    auto decoded = home->as<core::Namespace>();
    const auto before = decoded.status();
    auto& status = *decoded.mutable_status();
    status.set_phase("Terminating");
    setCondition(status, "NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered",
                 "All resources successfully discovered", timestamp());
    setCondition(status, "NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions",
                 "All legacy kube types successfully parsed", timestamp());
    setCondition(status, "NamespaceDeletionContentFailure", !content.failure.empty(),
                 content.failure.empty() ? "ContentDeleted" : "ContentDeletionFailed",
                 content.failure.empty() ? "All content successfully deleted, may be waiting on finalization"
                                         : "Failed to delete all resource types: " + content.failure,
                 timestamp());
    const bool some = content.remaining > 0;
    setCondition(status, "NamespaceContentRemaining", some, some ? "SomeResourcesRemain" : "ContentRemoved",
                 some ? "Some resources are remaining: " + namedCounts(content.perKind, "has")
                      : "All content successfully removed",
                 timestamp());
    const bool held = !content.perFinalizer.empty();
    setCondition(status, "NamespaceFinalizersRemaining", held,
                 held ? "SomeFinalizersRemain" : "ContentHasNoFinalizers",
                 held ? "Some content in the namespace has finalizers remaining: " +
                            namedCounts(content.perFinalizer, "in")
                      : "All content-preserving finalizers finished",
                 timestamp());
    if (google::protobuf::util::MessageDifferencer::Equivalent(before, status)) co_return Result<void>();
    auto written = co_await api_.updateStatus(std::move(decoded));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
