#include "serviceaccount_controller.h"

namespace wheelhouse::controllers {

namespace {

constexpr const char* accountName = "default";
constexpr const char* rootCaName = "kube-root-ca.crt";

/// Reacts to changes of the one object of this name in any namespace.
client::Informer::Handler whenNamed(const char* name, std::function<void(const ObjectPtr&)> react) {
    const auto named = [name, react](const ObjectPtr& object) {
        if (object->name() == name) react(object);
    };
    client::Informer::Handler handler;
    handler.onUpdate = [named](const ObjectPtr&, const ObjectPtr& object) { named(object); };
    handler.onDelete = named;
    return handler;
}

Result<void> unlessThere(const Result<client::Written>& written) {
    if (written || written.error().reason == Reason::AlreadyExists) return {};
    return fail(written.error());
}

} // namespace

ServiceAccountController::ServiceAccountController(const Deps& deps)
    : QueuedController(deps, "serviceaccount"), namespaces_(watch<core::Namespace>(enqueueSelf())),
      accounts_(watch<core::ServiceAccount>(
          whenNamed(accountName, [this](const ObjectPtr& object) { enqueue(object->nameSpace()); }))),
      configMaps_(watch<core::ConfigMap>(
          whenNamed(rootCaName, [this](const ObjectPtr& object) { enqueue(object->nameSpace()); }))) {}

Step ServiceAccountController::reconcile(std::string key) {
    const ObjectPtr home = namespaces_.get(key);
    if (!home || home->deleting()) co_return Result<void>();
    if (!accounts_.get(key + "/" + accountName)) {
        core::ServiceAccount account;
        account.mutable_metadata()->set_namespace_(key);
        account.mutable_metadata()->set_name(accountName);
        auto made = co_await api_.create(std::move(account));
        if (auto there = unlessThere(made); !there) co_return there;
    }
    if (options_.caPem.empty()) co_return Result<void>();
    const ObjectPtr present = configMaps_.get(key + "/" + rootCaName);
    core::ConfigMap wanted;
    if (present) wanted = present->as<core::ConfigMap>();
    (*wanted.mutable_metadata()->mutable_annotations())["kubernetes.io/description"] =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints.";
    wanted.mutable_metadata()->set_namespace_(key);
    wanted.mutable_metadata()->set_name(rootCaName);
    const auto data = wanted.data().find("ca.crt");
    const bool right =
        data != wanted.data().end() && data->second == options_.caPem && wanted.data_size() == 1;
    if (present && right) co_return Result<void>();
    wanted.mutable_data()->clear();
    (*wanted.mutable_data())["ca.crt"] = options_.caPem;
    if (present) {
        auto written = co_await api_.update(std::move(wanted));
        co_return unlessGone(written);
    }
    auto made = co_await api_.create(std::move(wanted));
    co_return unlessThere(made);
}

} // namespace wheelhouse::controllers
