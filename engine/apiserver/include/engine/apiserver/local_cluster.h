#pragma once

#include "engine/api/groups/authentication.h"
#include "engine/apiserver/api_server.h"
#include "engine/client/openapi.h"
#include "engine/client/pod_sessions.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// The API server in this process as a `client::Cluster`: the same verbs, admission and errors as over HTTPS,
/// with objects passed by pointer instead of encoded.
///
/// Calls come from, and callbacks arrive on, `callbacks`, which may be the control executor itself or another
/// one (the window's): requests then hop to the control executor and answers hop back, watch events of one
/// burst in one hop. Once a subscription or the cluster is destroyed (on `callbacks`), none of its callbacks
/// run. The server may be destroyed first: calls are then answered with ServiceUnavailable. `control` and
/// `callbacks` must outlive the cluster.
class LocalCluster final : public client::Cluster, public client::PodSessions, public client::SchemaSource {
  public:
    /// `user` is who acts, for admission and messages, e.g. "system:kube-scheduler"; also in group
    /// system:masters: it may do everything.
    LocalCluster(ApiServer& server, Executor& callbacks, std::string user);
    /// Acts as `user` with no more rights than RBAC and the other authorisers give.
    LocalCluster(ApiServer& server, Executor& callbacks, User user);
    ~LocalCluster() override;

    void get(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
             client::Callback<api::ObjectPtr> done) override;
    void list(const api::ResourceName& resource, const client::ListOptions& options,
              client::Callback<client::ObjectList> done) override;
    [[nodiscard]] std::unique_ptr<client::Subscription> watch(const api::ResourceName& resource,
                                                              const client::WatchOptions& options,
                                                              client::WatchSink sink) override;
    void create(const api::ResourceName& resource, const std::string& nameSpace, client::Body body,
                const client::WriteOptions& options, client::Callback<client::Written> done) override;
    void update(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                client::Body body, const client::WriteOptions& options,
                client::Callback<client::Written> done) override;
    void patch(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
               api::PatchType type, std::string patch, const client::WriteOptions& options,
               client::Callback<client::Written> done) override;
    void remove(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
                const client::DeleteOptions& options, client::Callback<client::Written> done) override;
    void table(const api::ResourceName& resource, const client::ListOptions& options,
               client::Callback<api::Table> done) override;
    void discover(client::Callback<std::vector<client::ResourceInfo>> done) override;
    [[nodiscard]] std::unique_ptr<client::Subscription> logs(const std::string& nameSpace,
                                                             const std::string& pod,
                                                             const client::LogOptions& options,
                                                             client::LogSink sink) override;
    void yaml(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
              client::Callback<std::string> done) override;
    /// Made on `callbacks`, the built-in ones once for all: a moment's work, and none of the control
    /// executor's.
    void openApi(const std::string& apiVersion,
                 client::Callback<std::shared_ptr<const std::string>> done) override;
    std::string address() const override { return "this computer"; }
    [[nodiscard]] std::unique_ptr<client::PodSession> exec(const std::string& nameSpace,
                                                           const std::string& pod,
                                                           const client::ExecOptions& options,
                                                           client::PodSink sink) override;
    [[nodiscard]] std::unique_ptr<client::PodSession> openPort(const std::string& nameSpace,
                                                               const std::string& pod, std::uint16_t port,
                                                               client::PodSink sink) override;

    /// A token of the service account that `request` names, in `nameSpace`: what creating on the account's
    /// `token` subresource answers.
    void requestToken(const std::string& nameSpace, api::authentication::TokenRequest request,
                      client::Callback<api::authentication::TokenRequest> done);

  private:
    void write(const api::ResourceName& resource, const std::string& nameSpace, const std::string& name,
               const client::Body& body, const client::WriteOptions& options,
               client::Callback<client::Written> done);

    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::apiserver
