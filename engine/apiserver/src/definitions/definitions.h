#pragma once

#include "engine/api/catalogue.h"
#include "engine/api/groups/apiextensions.h"
#include "engine/api/object.h"
#include "engine/store/store.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::apiserver {

struct Core;

/// Serves what CustomResourceDefinitions define: accepts their names, writes their conditions, and puts the
/// rows of the established ones into the server's catalogue.
///
/// Contract. A definition whose names nobody else in its group uses is established in the turn after its
/// creation is durable, and served from the turn in which that is visible, before any client can have heard
/// of it. A definition that is being deleted stays readable until its last object has gone (new ones are
/// refused), then its finalizer is taken off and its endpoints vanish with it. Watches of a row that is
/// replaced or gone are ended; their clients list again.
///
/// Interrupted: nothing is remembered. `start` derives everything from the store, and deletions under way go
/// on.
///
/// Control executor only.
class Definitions {
  public:
    /// `core` must outlive it.
    explicit Definitions(Core& core);
    ~Definitions();
    Definitions(const Definitions&) = delete;
    Definitions& operator=(const Definitions&) = delete;

    /// Serves what the store holds and follows it from then on. An error is the store's.
    Result<void> start();
    /// Objects of this kind cannot be created any more.
    bool terminating(const api::Kind& kind) const;

  private:
    using Definition = api::apiextensions::CustomResourceDefinition;
    /// What is kept of a definition: everything but its schemas.
    struct Entry {
        std::string name;
        std::string group;
        std::string plural;
        std::vector<std::string> acceptedResources; ///< plural, singular and short names
        std::vector<std::string> acceptedKinds;     ///< kind and list kind
        std::vector<const api::Kind*> rows;         ///< empty unless established
        const api::Kind* storage = nullptr;
        bool deleting = false;
    };

    void onChange(const store::Change& change);
    void take(const api::ObjectPtr& object);
    void publish();
    void review(const std::string& name);
    void reviewGroup(const std::string& group);
    void decideNames(Definition& definition) const;
    void empty(const Entry& entry);
    void finish(const std::string& name);

    Core& core_;
    std::map<std::string, Entry> entries_;
    /// Watches of the objects of definitions being deleted.
    std::map<std::string, std::unique_ptr<store::Store::Watch>> emptying_;
    std::unique_ptr<store::Store::Watch> watch_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

/// What the author of a definition should know, where `message` is one.
void warnOfDefinition(const google::protobuf::Message& message, std::vector<std::string>& warnings);

/// A definition has been asked to go: what the deletion adds to it.
void markTerminating(api::apiextensions::CustomResourceDefinition& definition, WallTime now);

} // namespace wheelhouse::apiserver
