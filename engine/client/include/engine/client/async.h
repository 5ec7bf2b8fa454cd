#pragma once

#include "engine/client/cluster.h"
#include "engine/client/task.h"

#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::client {

/// A Cluster to be awaited: the same calls, for code written as tasks. Cheap to copy; the cluster must
/// outlive it.
class Api {
  public:
    explicit Api(Cluster& cluster) : cluster_(&cluster) {}
    Cluster& cluster() const { return *cluster_; }

    Call<ObjectPtr> get(ResourceName resource, std::string nameSpace, std::string name) const;
    template <class M>
    Call<ObjectPtr> get(std::string nameSpace, std::string name) const {
        return get(api::kindOf<M>().name, std::move(nameSpace), std::move(name));
    }
    Call<ObjectList> list(ResourceName resource, ListOptions options) const;

    /// The message's own metadata says where. `M` must be a registered kind.
    template <class M>
    Call<Written> create(M message) const {
        return Call<Written>(creating(std::move(message)));
    }
    template <class M>
    Call<Written>::Start creating(M message) const {
        std::string nameSpace = message.metadata().namespace_();
        return creating(api::kindOf<M>().name, std::move(nameSpace), body(std::move(message)),
                        WriteOptions());
    }
    Call<Written>::Start creating(ResourceName resource, std::string nameSpace, Body body,
                                  WriteOptions options) const;
    template <class M>
    Call<Written> update(M message, const char* subresource) const {
        std::string nameSpace = message.metadata().namespace_();
        std::string name = message.metadata().name();
        return update(api::kindOf<M>().name, std::move(nameSpace), std::move(name), body(std::move(message)),
                      std::string(subresource));
    }
    template <class M>
    Call<Written> update(M message) const {
        return update(std::move(message), "");
    }
    template <class M>
    Call<Written> updateStatus(M message) const {
        return update(std::move(message), "status");
    }
    Call<Written> update(ResourceName resource, std::string nameSpace, std::string name, Body body,
                         std::string subresource) const;
    Call<Written> patch(ResourceName resource, std::string nameSpace, std::string name, api::PatchType type,
                        std::string patch) const;
    /// Deletes this very object: its uid is the precondition.
    Call<Written> remove(const ObjectPtr& object) const { return Call<Written>(removing(object)); }
    Call<Written> remove(const ObjectPtr& object, const DeleteOptions& options) const {
        return Call<Written>(removing(object, options));
    }
    Call<Written>::Start removing(const ObjectPtr& object) const { return removing(object, DeleteOptions()); }
    Call<Written>::Start removing(const ObjectPtr& object, DeleteOptions options) const;

  private:
    Cluster* cluster_;
};

} // namespace wheelhouse::client
