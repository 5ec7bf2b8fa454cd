#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// A group, a version and a plural resource name: what a request path names. Core kinds have the empty group.
struct ResourceName {
    std::string group;
    std::string version;
    std::string resource;

    auto operator<=>(const ResourceName&) const = default;
    /// "v1" or "apps/v1".
    std::string apiVersion() const { return group.empty() ? version : group + "/" + version; }
};

/// One registration row: a kind the API serves. Adding a kind = one message + one row (in `rows.cpp`).
/// Rows live as long as the program and never change.
struct Kind {
    ResourceName name;    ///< group, version, plural
    std::string kind;     ///< "Deployment"
    std::string singular; ///< "deployment"
    std::vector<std::string> shortNames;
    std::vector<std::string> categories; ///< "all"
    bool namespaced = false;
    std::vector<std::string> subresources; ///< "status", "scale", "log", "eviction", "binding", "token", …
    std::vector<std::string> verbs;        ///< what the resource itself can be asked, sorted
    const google::protobuf::Descriptor* descriptor = nullptr;
    /// Null for kinds that are only asked (the reviews) and of which there is no list.
    const google::protobuf::Descriptor* listDescriptor = nullptr;
    /// The row under which objects are stored, where it is not this one: the versions of one resource share
    /// their objects.
    const Kind* storedAs = nullptr;

    const Kind& storage() const { return storedAs != nullptr ? *storedAs : *this; }
    std::string apiVersion() const { return name.apiVersion(); }
    bool hasSubresource(std::string_view subresource) const;
    bool allows(std::string_view verb) const; ///< whether `verbs` has it
    /// Whether the store holds objects under this row: not of a review, which is answered and forgotten.
    bool stored() const { return listDescriptor != nullptr && storedAs == nullptr; }
    /// An empty message of this kind.
    std::unique_ptr<google::protobuf::Message> newMessage() const;
};

/// Every built-in kind, in discovery order (core, apps, … , lab.wheelhouse.dev). Thread-safe.
std::span<const Kind* const> kinds();
/// The row for a path, or null.
const Kind* findKind(const ResourceName& name);
/// The row for `apiVersion: apps/v1, kind: Deployment`, or null.
const Kind* findKind(std::string_view apiVersion, std::string_view kind);
/// The row whose objects are of this message type, or null.
const Kind* findKind(const google::protobuf::Descriptor* descriptor);

/// The row of a message type known at compile time; it exists, or the program does not start.
template <class M>
const Kind& kindOf() {
    static const Kind& row = *findKind(M::descriptor());
    return row;
}

} // namespace wheelhouse::api
