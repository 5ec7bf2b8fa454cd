#include "api_endpoints.h"

#include "engine/api/kind.h"
#include "engine/api/types.h"

#include <utility>

namespace wheelhouse::controlplane {

namespace core = api::core;
namespace discovery = api::discovery;

namespace {

constexpr const char* nameSpace = "default";
constexpr const char* name = "kubernetes";
constexpr const char* portName = "https";

core::Endpoints endpointsAt(const std::string& address, std::uint16_t port) {
    core::Endpoints out;
    out.mutable_metadata()->set_name(name);
    out.mutable_metadata()->set_namespace_(nameSpace);
    // The slice is written along with them: nobody need make another from them.
    (*out.mutable_metadata()->mutable_labels())["endpointslice.kubernetes.io/skip-mirror"] = "true";
    auto& subset = *out.add_subsets();
    subset.add_addresses()->set_ip(address);
    auto& to = *subset.add_ports();
    to.set_name(portName);
    to.set_port(port);
    to.set_protocol("TCP");
    return out;
}

discovery::EndpointSlice sliceAt(const std::string& address, std::uint16_t port) {
    discovery::EndpointSlice out;
    out.mutable_metadata()->set_name(name);
    out.mutable_metadata()->set_namespace_(nameSpace);
    (*out.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = name;
    out.set_addresstype("IPv4");
    auto& endpoint = *out.add_endpoints();
    endpoint.add_addresses(address);
    endpoint.mutable_conditions()->set_ready(true);
    auto& to = *out.add_ports();
    to.set_name(portName);
    to.set_port(port);
    to.set_protocol("TCP");
    return out;
}

/// Creates the object, or replaces the one that is there.
template <class M>
void put(client::Cluster& cluster, M message, std::function<void(Result<void>)> done) {
    const api::ResourceName resource = api::kindOf<M>().name;
    cluster.create(resource, nameSpace, client::body(message), {},
                   [&cluster, resource, message, done](const Result<client::Written>& created) {
                       if (created) return done({});
                       if (created.error().reason != Reason::AlreadyExists)
                           return done(fail(created.error()));
                       cluster.update(resource, nameSpace, name, client::body(message), {},
                                      [done](const Result<client::Written>& updated) {
                                          done(updated ? Result<void>() : fail(updated.error()));
                                      });
                   });
}

} // namespace

void publishApiEndpoints(client::Cluster& cluster, const std::string& address, std::uint16_t port,
                         std::function<void(Result<void>)> done) {
    put(cluster, endpointsAt(address, port),
        [&cluster, slice = sliceAt(address, port), done = std::move(done)](const Result<void>& written) {
            if (!written) return done(written);
            put(cluster, slice, done);
        });
}

} // namespace wheelhouse::controlplane
