#include "csinode_controller.h"

#include "engine/controllers/lab_volumes.h"

#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace storage = api::storage;

namespace {

/// One after the other: nobody waits for it, and there may be thousands of nodes that are new.
constexpr int atATime = 1;

void enter(storage::CSINode& csi, const ObjectPtr& node, int most) {
    csi.mutable_metadata()->set_name(node->name());
    auto& owners = *csi.mutable_metadata()->mutable_ownerreferences();
    owners.Clear(); // there is no other, but for an earlier node of this name
    meta::OwnerReference& owner = *owners.Add();
    owner.set_apiversion("v1");
    owner.set_kind("Node");
    owner.set_name(node->name());
    owner.set_uid(node->uid().value());
    storage::CSINodeDriver* entry = nullptr;
    for (storage::CSINodeDriver& driver : *csi.mutable_spec()->mutable_drivers())
        if (driver.name() == lab::volumeDriver) entry = &driver;
    if (entry == nullptr) entry = csi.mutable_spec()->add_drivers();
    entry->set_name(lab::volumeDriver);
    entry->set_nodeid(node->name());
    entry->clear_topologykeys();
    entry->add_topologykeys(lab::providerLabel);
    entry->mutable_allocatable()->set_count(most);
}

} // namespace

CsiNodeController::CsiNodeController(const Deps& deps)
    : QueuedController(deps, "csinode", atATime), providers_(deps.providers),
      nodes_(watch<core::Node>({.onAdd = [this](const ObjectPtr& node) { enqueue(node->name()); }})),
      csiNodes_(watch<storage::CSINode>(enqueueSelf())) {}

Step CsiNodeController::reconcile(std::string key) {
    const ObjectPtr node = nodes_.get(key);
    if (!node || node->deleting()) co_return Result<void>();
    const auto label = node->labels().find(lab::providerLabel);
    const auto provider = providers_.find(label == node->labels().end() ? std::string() : label->second);
    const int most = provider == providers_.end() ? 0 : provider->second->mostVolumes();
    if (most == 0) co_return Result<void>();
    const ObjectPtr present = csiNodes_.get(key);
    auto wanted = present ? present->as<storage::CSINode>() : storage::CSINode();
    enter(wanted, node, most);
    if (present &&
        google::protobuf::util::MessageDifferencer::Equivalent(present->as<storage::CSINode>(), wanted))
        co_return Result<void>();
    if (present) {
        auto updated = co_await api_.update(std::move(wanted));
        co_return unlessGone(updated);
    }
    auto made = co_await api_.create(std::move(wanted));
    if (!made && made.error().reason != Reason::AlreadyExists) co_return fail(made.error());
    co_return Result<void>();
}

} // namespace wheelhouse::controllers
