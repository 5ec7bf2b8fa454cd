#include "engine/api/kind.h"

#include "engine/base/assert.h"
#include "kind/rows.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace wheelhouse::api {
namespace {

struct Registry {
    std::vector<Kind> rows = makeRows();
    std::vector<const Kind*> order;
    std::map<ResourceName, const Kind*> byName;
    std::unordered_map<std::string, const Kind*> byKind; ///< "apps/v1 Deployment"
    std::unordered_map<const google::protobuf::Descriptor*, const Kind*> byDescriptor;

    Registry() {
        for (const Kind& kind : rows) {
            order.push_back(&kind);
            const bool unique = byName.emplace(kind.name, &kind).second &&
                                byKind.emplace(kind.apiVersion() + " " + kind.kind, &kind).second &&
                                byDescriptor.emplace(kind.descriptor, &kind).second;
            WH_ASSERT(unique, "two registration rows for one kind");
        }
    }
};

const Registry& registry() {
    static const Registry instance;
    return instance;
}

} // namespace

bool Kind::hasSubresource(std::string_view subresource) const {
    return std::find(subresources.begin(), subresources.end(), subresource) != subresources.end();
}

bool Kind::allows(std::string_view verb) const {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
}

std::unique_ptr<google::protobuf::Message> Kind::newMessage() const {
    const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
    return std::unique_ptr<google::protobuf::Message>(prototype->New());
}

std::span<const Kind* const> kinds() {
    return registry().order;
}

const Kind* findKind(const ResourceName& name) {
    const auto it = registry().byName.find(name);
    return it == registry().byName.end() ? nullptr : it->second;
}

const Kind* findKind(std::string_view apiVersion, std::string_view kind) {
    const auto it = registry().byKind.find(std::string(apiVersion).append(" ").append(kind));
    return it == registry().byKind.end() ? nullptr : it->second;
}

const Kind* findKind(const google::protobuf::Descriptor* descriptor) {
    const auto it = registry().byDescriptor.find(descriptor);
    return it == registry().byDescriptor.end() ? nullptr : it->second;
}

} // namespace wheelhouse::api
