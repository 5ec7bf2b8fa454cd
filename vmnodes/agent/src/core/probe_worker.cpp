#include "probe_worker.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr std::int64_t intOrStringIsText = 1;

Result<int> portNumber(const ::k8s::io::apimachinery::pkg::util::intstr::IntOrString& port,
                       const core::Container& container) {
    if (port.type() != intOrStringIsText) return port.intval();
    for (const core::ContainerPort& known : container.ports())
        if (known.name() == port.strval()) return known.containerport();
    return fail(Reason::Invalid,
                fmt::format("container \"{}\" has no port named \"{}\"", container.name(), port.strval()));
}

} // namespace

Result<ProbeTarget> probeTarget(const core::ProbeHandler& handler, const core::Container& container,
                                const std::string& podIp, const std::string& containerId) {
    ProbeTarget target;
    target.containerId = containerId;
    target.host = podIp;
    if (handler.has_exec()) {
        target.kind = ProbeTarget::Kind::Exec;
        target.command.assign(handler.exec().command().begin(), handler.exec().command().end());
        return target;
    }
    if (handler.has_httpget()) {
        const core::HTTPGetAction& get = handler.httpget();
        const Result<int> port = portNumber(get.port(), container);
        if (!port) return fail(port.error());
        target.kind = ProbeTarget::Kind::Http;
        target.port = *port;
        target.path = get.path().starts_with('/') ? get.path() : "/" + get.path();
        target.https = get.scheme() == "HTTPS";
        if (!get.host().empty()) target.host = get.host();
        for (const core::HTTPHeader& header : get.httpheaders())
            target.headers.emplace_back(header.name(), header.value());
        return target;
    }
    if (handler.has_tcpsocket()) {
        const Result<int> port = portNumber(handler.tcpsocket().port(), container);
        if (!port) return fail(port.error());
        target.kind = ProbeTarget::Kind::Tcp;
        target.port = *port;
        if (!handler.tcpsocket().host().empty()) target.host = handler.tcpsocket().host();
        return target;
    }
    if (handler.has_grpc()) {
        target.kind = ProbeTarget::Kind::Grpc;
        target.port = handler.grpc().port();
        target.service = handler.grpc().service();
        return target;
    }
    return fail(Reason::Invalid, "it asks for nothing that is known here");
}

ProbeWorker::ProbeWorker(Runtime& runtime, Executor& executor, const core::Probe& probe, ProbeTarget target,
                         Verdict verdict, Failure failure)
    : runtime_(runtime), executor_(executor), target_(std::move(target)),
      period_(std::chrono::seconds(std::max(1, probe.has_periodseconds() ? probe.periodseconds() : 10))),
      timeout_(std::chrono::seconds(std::max(1, probe.timeoutseconds()))),
      successThreshold_(std::max(1, probe.successthreshold())),
      failureThreshold_(probe.failurethreshold() > 0 ? probe.failurethreshold() : 3),
      verdict_(std::move(verdict)), failure_(std::move(failure)) {
    timer_.start(executor_, std::chrono::seconds(probe.initialdelayseconds()), [this] { ask(); });
}

void ProbeWorker::ask() {
    timer_.start(executor_, std::max(period_, timeout_), [this] { ask(); });
    runtime_.probe(target_, timeout_, [this, alive = std::weak_ptr(alive_)](Result<ProbeAnswer> answer) {
        if (!alive.expired()) answered(std::move(answer));
    });
}

void ProbeWorker::answered(Result<ProbeAnswer> answer) {
    const bool ok = answer && answer->ok;
    run_ = ok ? std::max(run_, 0) + 1 : std::min(run_, 0) - 1;
    const std::weak_ptr alive(alive_); // what hears of it may destroy this probe
    if (!ok) failure_(answer ? answer->text : answer.error().message);
    if (alive.expired()) return;
    const bool reached = ok ? run_ >= successThreshold_ : -run_ >= failureThreshold_;
    if (!reached || told_ == ok) return;
    told_ = ok;
    verdict_(ok);
}

} // namespace wheelhouse::agent
