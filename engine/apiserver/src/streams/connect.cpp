#include "streams/connect.h"

#include "engine/api/types.h"
#include "errors.h"
#include "pod_target.h"

#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

using api::core::Pod;

namespace {

constexpr std::string_view tunnelProtocol = "SPDY/3.1+portforward.k8s.io";
/// Two channels each, and a channel's number is one byte.
constexpr std::size_t mostPorts = 100;

Result<nodelink::ExecRequest> execRequest(const ConnectRequest& request, const Pod& pod) {
    nodelink::ExecRequest out;
    auto container = chooseContainer(pod, request.query.text("container"));
    if (!container) return fail(container.error());
    out.container = std::move(*container);
    out.attach = request.subresource == "attach";
    if (!out.attach) out.command = request.query.all("command");
    if (!out.attach && out.command.empty())
        return fail(Reason::BadRequest, "you must specify at least one command for the container");
    out.stdIn = request.query.flag("stdin");
    out.tty = request.query.flag("tty");
    // Kubernetes' default is both; over SPDY a client opens only what it asked for.
    const bool spdy = request.upgrade.to == UpgradeRequest::To::Spdy;
    const auto wants = [&](std::string_view name) {
        return request.query.has(name) || spdy ? request.query.flag(name) : true;
    };
    out.stdOut = wants("stdout");
    out.stdErr = wants("stderr") && !out.tty;
    if (!out.stdIn && !out.stdOut && !out.stdErr)
        return fail(Reason::BadRequest, "you must specify at least 1 of stdin, stdout, stderr");
    return out;
}

Result<std::vector<std::uint16_t>> portsOf(const Query& query) {
    std::vector<std::uint16_t> ports;
    for (const std::string& list : query.all("ports")) {
        for (std::size_t begin = 0; begin <= list.size();) {
            const std::size_t end = std::min(list.find(',', begin), list.size());
            std::uint16_t port = 0;
            const auto [stop, error] = std::from_chars(list.data() + begin, list.data() + end, port);
            if (error != std::errc() || stop != list.data() + end || port == 0)
                return fail(Reason::BadRequest,
                            fmt::format("invalid port \"{}\"", list.substr(begin, end - begin)));
            ports.push_back(port);
            begin = end + 1;
        }
    }
    if (ports.size() > mostPorts)
        return fail(Reason::BadRequest, fmt::format("more than {} ports at once", mostPorts));
    return ports;
}

template <class Plan>
void fillPod(Plan& request, const Pod& pod) {
    request.nameSpace = pod.metadata().namespace_();
    request.pod = pod.metadata().name();
    request.podUid = Uid(pod.metadata().uid());
}

} // namespace

bool isPodStream(std::string_view subresource) {
    return subresource == "exec" || subresource == "attach" || subresource == "portforward";
}

Result<std::shared_ptr<StreamSession>> connectPod(const std::shared_ptr<Core>& core,
                                                  const ConnectRequest& request,
                                                  const std::shared_ptr<Exchange>& exchange, Task ended) {
    using To = UpgradeRequest::To;
    auto object = getObject(*core, api::kindOf<Pod>(), request.nameSpace, request.pod);
    if (!object) return fail(object.error());
    const Pod& pod = (*object)->as<Pod>();
    const bool ports = request.subresource == "portforward";
    auto exec = ports ? Result<nodelink::ExecRequest>() : execRequest(request, pod);
    if (!exec) return fail(exec.error());
    auto wanted = ports ? portsOf(request.query) : Result<std::vector<std::uint16_t>>();
    if (!wanted) return fail(wanted.error());
    auto placed = streamNode(*core, pod);
    if (!placed) return fail(placed.error());
    const NodeName node = std::move(*placed);
    if (request.upgrade.to == To::Nothing) return fail(Reason::BadRequest, "Upgrade request required");
    auto place = streamPlace(*core, request.user);
    if (!place) return fail(place.error());
    const std::weak_ptr<Core> weak = core;
    if (!ports) {
        fillPod(*exec, pod);
        ExecPlan plan{[weak, node](const nodelink::ExecRequest& what, nodelink::DuplexEvents events) {
                          const auto alive = weak.lock();
                          return alive ? alive->streams->openExec(node, what, std::move(events)) : nullptr;
                      },
                      std::move(*exec), std::move(*place)};
        return startExec(core->control, std::move(plan), request, exchange, std::move(ended));
    }
    nodelink::PortRequest port;
    fillPod(port, pod);
    PortPlan plan;
    plan.pod = request.pod;
    plan.podUid = port.podUid;
    plan.ports = std::move(*wanted);
    plan.place = std::move(*place);
    plan.open = [weak, node, port](std::uint16_t number, nodelink::DuplexEvents events) {
        const auto alive = weak.lock();
        nodelink::PortRequest what = port;
        what.port = number;
        return alive ? alive->streams->openPort(node, what, std::move(events)) : nullptr;
    };
    const bool tunnel =
        request.upgrade.to == To::WebSocket && !request.upgrade.choose({tunnelProtocol}).empty();
    if (tunnel || request.upgrade.to == To::Spdy)
        return startPortForward(core->control, std::move(plan), request, exchange, std::move(ended));
    if (plan.ports.empty()) return fail(Reason::BadRequest, "query parameter \"port\" is required");
    return startPortChannels(core->control, std::move(plan), request, exchange, std::move(ended));
}

api::meta::Status exitStatus(const Result<int>& result, const std::vector<std::string>& command) {
    api::meta::Status status;
    status.mutable_metadata();
    if (result && *result == 0) {
        status.set_status("Success");
        return status;
    }
    if (!result) {
        Status failed{.reason = Reason::InternalError,
                      .message = "Internal error occurred: " + result.error().message};
        failed.causes.push_back({.reason = "", .message = result.error().message, .field = ""});
        return toMessage(failed);
    }
    std::string words;
    for (const std::string& word : command)
        words += (words.empty() ? "" : " ") + word;
    status.set_status("Failure");
    status.set_reason("NonZeroExitCode");
    status.set_message(
        fmt::format("command terminated with non-zero exit code: error executing command [{}], "
                    "exit code {}",
                    words, *result));
    auto& cause = *status.mutable_details()->add_causes();
    cause.set_reason("ExitCode");
    cause.set_message(std::to_string(*result));
    return status;
}

} // namespace wheelhouse::apiserver
