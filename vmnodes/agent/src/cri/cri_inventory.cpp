#include "cri_inventory.h"

#include "cri_convert.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <memory>
#include <string_view>
#include <utility>

namespace wheelhouse::agent {

namespace {

using RuntimeStub = CriClient::RuntimeStub;
using ImageStub = CriClient::ImageStub;

constexpr Duration quick = std::chrono::seconds(10);
/// Images of this registry come with the node, and there is no such registry.
constexpr std::string_view ownImages = "wheelhouse.dev/";

/// Answers once all questions have been answered.
struct Gathering {
    Inventory found;
    int left = 2;
    std::string error;
    Done<Inventory> done;
    void one() {
        if (--left > 0) return;
        if (!error.empty()) return done(fail(Reason::ServiceUnavailable, error));
        done(std::move(found));
    }
};

ImageInfo imageInfo(const cri::Image& image) {
    ImageInfo info;
    info.id = image.id();
    info.names.assign(image.repo_tags().begin(), image.repo_tags().end());
    info.names.insert(info.names.end(), image.repo_digests().begin(), image.repo_digests().end());
    info.bytes = static_cast<std::int64_t>(image.size());
    info.pinned = image.pinned() || std::any_of(info.names.begin(), info.names.end(),
                                                [](const auto& name) { return name.starts_with(ownImages); });
    return info;
}

} // namespace

void askContainer(CriClient& client, const std::string& id, Done<ContainerInfo> done) {
    cri::ContainerStatusRequest request;
    request.set_container_id(id);
    client.call<cri::ContainerStatusRequest, cri::ContainerStatusResponse>(
        &RuntimeStub::ContainerStatus, request, quick,
        [done = std::move(done)](Result<cri::ContainerStatusResponse> got) {
            if (!got) return done(fail(got.error()));
            done(containerInfo(got->status()));
        });
}

void askProcess(CriClient& client, const std::string& id, Done<std::int64_t> done) {
    cri::ContainerStatusRequest request;
    request.set_container_id(id);
    request.set_verbose(true);
    client.call<cri::ContainerStatusRequest, cri::ContainerStatusResponse>(
        &RuntimeStub::ContainerStatus, request, quick,
        [id, done = std::move(done)](Result<cri::ContainerStatusResponse> got) {
            if (!got) return done(fail(got.error()));
            cri::VerboseInfo info;
            google::protobuf::util::JsonParseOptions options;
            options.ignore_unknown_fields = true;
            const auto text = got->info().find("info");
            if (text == got->info().end() ||
                !google::protobuf::util::JsonStringToMessage(text->second, &info, options).ok() ||
                info.pid() <= 0)
                return done(fail(Reason::NotFound, fmt::format("container {} has no process", id)));
            done(info.pid());
        });
}

void askAddress(CriClient& client, SandboxInfo info, Done<SandboxInfo> done) {
    cri::PodSandboxStatusRequest request;
    request.set_pod_sandbox_id(info.id);
    client.call<cri::PodSandboxStatusRequest, cri::PodSandboxStatusResponse>(
        &RuntimeStub::PodSandboxStatus, request, quick,
        [info = std::move(info), done = std::move(done)](Result<cri::PodSandboxStatusResponse> got) mutable {
            if (!got) return done(fail(got.error()));
            info.ip = got->status().network().ip();
            info.ready = got->status().state() == cri::SANDBOX_READY;
            done(std::move(info));
        });
}

void askInventory(CriClient& client, Done<Inventory> done) {
    auto all = std::make_shared<Gathering>();
    all->done = std::move(done);
    client.call<cri::ListPodSandboxRequest, cri::ListPodSandboxResponse>(
        &RuntimeStub::ListPodSandbox, {}, quick, [&client, all](Result<cri::ListPodSandboxResponse> listed) {
            if (!listed) all->error = listed.error().message;
            if (listed)
                for (const cri::PodSandbox& sandbox : listed->items()) {
                    const SandboxInfo info = sandboxInfo(sandbox);
                    if (info.pod.uid.empty()) continue; // not a pod's
                    ++all->left;
                    askAddress(client, info, [all](Result<SandboxInfo> with) {
                        if (with) all->found.sandboxes.push_back(*with);
                        all->one();
                    });
                }
            all->one();
        });
    client.call<cri::ListContainersRequest, cri::ListContainersResponse>(
        &RuntimeStub::ListContainers, {}, quick, [&client, all](Result<cri::ListContainersResponse> listed) {
            if (!listed) all->error = listed.error().message;
            if (listed)
                for (const cri::Container& container : listed->containers()) {
                    ++all->left;
                    askContainer(client, container.id(),
                                 [all, sandbox = container.pod_sandbox_id()](Result<ContainerInfo> info) {
                                     if (info) {
                                         info->sandboxId = sandbox;
                                         all->found.containers.push_back(*info);
                                     }
                                     all->one();
                                 });
                }
            all->one();
        });
}

void askImages(CriClient& client, Done<std::vector<ImageInfo>> done) {
    client.call<cri::ListImagesRequest, cri::ListImagesResponse>(
        &ImageStub::ListImages, {}, quick, [done = std::move(done)](Result<cri::ListImagesResponse> listed) {
            if (!listed) return done(fail(listed.error()));
            std::vector<ImageInfo> images;
            for (const cri::Image& image : listed->images())
                images.push_back(imageInfo(image));
            done(std::move(images));
        });
}

void askWritten(CriClient& client, Done<WrittenByPod> done) {
    client.call<cri::ListContainerStatsRequest, cri::ListContainerStatsResponse>(
        &RuntimeStub::ListContainerStats, {}, quick,
        [done = std::move(done)](Result<cri::ListContainerStatsResponse> got) {
            if (!got) return done(fail(got.error()));
            WrittenByPod written;
            for (const cri::ContainerStats& each : got->stats()) {
                const auto& labels = each.attributes().labels();
                const auto uid = labels.find(podUidLabel);
                if (uid == labels.end()) continue;
                PodShare& share = written[Uid(uid->second)];
                const auto bytes = static_cast<std::int64_t>(each.writable_layer().used_bytes().value());
                share.diskBytes += bytes;
                if (const auto name = labels.find(containerNameLabel); name != labels.end())
                    share.containers[name->second].written += bytes;
                share.inodes += static_cast<std::int64_t>(each.writable_layer().inodes_used().value());
            }
            done(std::move(written));
        });
}

} // namespace wheelhouse::agent
