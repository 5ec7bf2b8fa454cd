#include "engine/client/async.h"

namespace wheelhouse::client {

Call<ObjectPtr> Api::get(ResourceName resource, std::string nameSpace, std::string name) const {
    return Call<ObjectPtr>([cluster = cluster_, resource = std::move(resource),
                            nameSpace = std::move(nameSpace),
                            name = std::move(name)](Callback<ObjectPtr> done) {
        cluster->get(resource, nameSpace, name, std::move(done));
    });
}

Call<ObjectList> Api::list(ResourceName resource, ListOptions options) const {
    return Call<ObjectList>([cluster = cluster_, resource = std::move(resource),
                             options = std::move(options)](Callback<ObjectList> done) {
        cluster->list(resource, options, std::move(done));
    });
}

Call<Written>::Start Api::creating(ResourceName resource, std::string nameSpace, Body body,
                                   WriteOptions options) const {
    return [cluster = cluster_, resource = std::move(resource), nameSpace = std::move(nameSpace),
            body = std::move(body), options = std::move(options)](Callback<Written> done) {
        cluster->create(resource, nameSpace, body, options, std::move(done));
    };
}

Call<Written> Api::update(ResourceName resource, std::string nameSpace, std::string name, Body body,
                          std::string subresource) const {
    return Call<Written>([cluster = cluster_, resource = std::move(resource),
                          nameSpace = std::move(nameSpace), name = std::move(name), body = std::move(body),
                          subresource = std::move(subresource)](Callback<Written> done) {
        WriteOptions options;
        options.subresource = subresource;
        cluster->update(resource, nameSpace, name, body, options, std::move(done));
    });
}

Call<Written> Api::patch(ResourceName resource, std::string nameSpace, std::string name, api::PatchType type,
                         std::string patch) const {
    return Call<Written>([cluster = cluster_, resource = std::move(resource),
                          nameSpace = std::move(nameSpace), name = std::move(name), type,
                          patch = std::move(patch)](Callback<Written> done) {
        cluster->patch(resource, nameSpace, name, type, patch, WriteOptions(), std::move(done));
    });
}

Call<Written>::Start Api::removing(const ObjectPtr& object, DeleteOptions options) const {
    options.uid = object->uid();
    return [cluster = cluster_, resource = object->kind().name, nameSpace = object->nameSpace(),
            name = object->name(), options = std::move(options)](Callback<Written> done) {
        cluster->remove(resource, nameSpace, name, options, std::move(done));
    };
}

} // namespace wheelhouse::client
