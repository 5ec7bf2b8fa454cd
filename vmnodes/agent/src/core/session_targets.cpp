#include "session_targets.h"

#include "engine/api/time.h"

#include <fmt/format.h>

namespace wheelhouse::agent {

Result<LogQuery> logQuery(const PodWorker* worker, const nodelink::OpenLog& open) {
    if (worker == nullptr)
        return fail(Reason::NotFound, fmt::format("pod \"{}\" is not on this node", open.pod().name()));
    const ContainerWorker* container = worker->container(open.container());
    if (container == nullptr)
        return fail(Reason::BadRequest,
                    fmt::format("container {} is not valid for pod {}", open.container(), open.pod().name()));
    const std::vector<ContainerInfo>& kept = container->kept();
    const std::size_t needed = open.previous() ? 2 : 1;
    if (kept.size() < needed) {
        if (open.previous())
            return fail(Reason::BadRequest,
                        fmt::format("previous terminated container \"{}\" in pod \"{}\" not found",
                                    open.container(), open.pod().name()));
        if (container->exited())
            return fail(Reason::BadRequest,
                        fmt::format("unable to retrieve container logs for containerd://{}",
                                    container->containerId()));
        return fail(Reason::BadRequest, fmt::format("container \"{}\" in pod \"{}\" is waiting to start",
                                                    open.container(), open.pod().name()));
    }
    const ContainerInfo& of = kept[kept.size() - needed];
    LogQuery query;
    query.pod = worker->podId();
    query.container = open.container();
    query.containerId = of.id;
    query.attempt = of.attempt;
    query.follow = open.follow() && !open.previous() && !container->exited();
    query.timestamps = open.timestamps();
    query.tailLines = open.tail_lines();
    query.limitBytes = open.limit_bytes();
    if (!open.since_time().empty()) {
        const Result<WallTime> since = api::parseTime(open.since_time());
        if (!since) return fail(since.error());
        query.since = *since;
    }
    return query;
}

Result<ExecTarget> execTarget(const PodWorker* worker, const nodelink::OpenExec& open) {
    const ContainerWorker* container = worker == nullptr ? nullptr : worker->container(open.container());
    if (container == nullptr || !container->active())
        return fail(
            Reason::NotFound,
            fmt::format("unable to upgrade connection: container not found (\"{}\")", open.container()));
    ExecTarget target;
    target.pod = worker->podId();
    target.container = open.container();
    target.containerId = container->containerId();
    target.command.assign(open.command().begin(), open.command().end());
    target.attach = open.attach();
    target.stdIn = open.stdin();
    target.stdOut = open.stdout();
    target.stdErr = open.stderr() && !open.tty();
    target.tty = open.tty();
    return target;
}

Result<PortTarget> portTarget(const PodWorker* worker, const nodelink::OpenPort& open,
                              const std::string& hostIp) {
    if (worker == nullptr || worker->sandboxId().empty())
        return fail(Reason::NotFound,
                    fmt::format("pod not found (\"{}_{}\")", open.pod().name(), open.pod().namespace_()));
    if (open.port() == 0 || open.port() > 65535)
        return fail(Reason::BadRequest, fmt::format("{} is no port", open.port()));
    PortTarget target;
    target.pod = worker->podId();
    target.sandboxId = worker->sandboxId();
    if (open.own_address()) target.address = worker->podIp().empty() ? hostIp : worker->podIp();
    target.port = static_cast<std::uint16_t>(open.port());
    return target;
}

} // namespace wheelhouse::agent
