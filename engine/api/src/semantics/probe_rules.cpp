#include "semantics/rules.h"

#include <algorithm>

namespace wheelhouse::api::semantics {

namespace {

void validateHttpGet(const core::HTTPGetAction& action, const Path& path, Problems& problems) {
    static const std::vector<std::string> schemes = {"HTTP", "HTTPS"};
    if (action.path().empty()) problems.required(path.child("path"));
    validatePort(action.port(), path.child("port"), problems);
    problems.oneOf(path.child("scheme"), action.scheme(), schemes);
    for (int i = 0; i < action.httpheaders_size(); ++i) {
        const std::string& name = action.httpheaders(i).name();
        const bool fine = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        });
        if (!fine) {
            problems.invalid(
                path.child("httpHeaders"), name,
                "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', "
                "regex used for validation is '[-A-Za-z0-9]+')");
        }
    }
}

/// ProbeHandler and LifecycleHandler share exec, httpGet and tcpSocket; each has one more of its own.
template <class Handler>
int validateSharedHandlers(const Handler& handler, const Path& path, Problems& problems) {
    int handlers = 0;
    const auto next = [&](std::string_view name) {
        if (handlers++ == 0) return true;
        problems.forbidden(path.child(name), "may not specify more than 1 handler type");
        return false;
    };
    if (handler.has_exec() && next("exec") && handler.exec().command().empty()) {
        problems.required(path.child("exec").child("command"));
    }
    if (handler.has_httpget() && next("httpGet"))
        validateHttpGet(handler.httpget(), path.child("httpGet"), problems);
    if (handler.has_tcpsocket() && next("tcpSocket")) {
        validatePort(handler.tcpsocket().port(), path.child("tcpSocket").child("port"), problems);
    }
    return handlers;
}

void validateProbe(const core::Probe& probe, bool readiness, const Path& path, Problems& problems) {
    int handlers = validateSharedHandlers(probe.handler(), path, problems);
    if (probe.handler().has_grpc()) {
        if (handlers++ > 0) {
            problems.forbidden(path.child("grpc"), "may not specify more than 1 handler type");
        } else {
            problems.port(path.child("grpc").child("port"), probe.handler().grpc().port());
        }
    }
    if (handlers == 0) problems.required(path, "must specify a handler type");
    problems.nonNegative(path.child("initialDelaySeconds"), probe.initialdelayseconds());
    problems.nonNegative(path.child("timeoutSeconds"), probe.timeoutseconds());
    problems.nonNegative(path.child("periodSeconds"), probe.periodseconds());
    problems.nonNegative(path.child("successThreshold"), probe.successthreshold());
    problems.nonNegative(path.child("failureThreshold"), probe.failurethreshold());
    if (readiness) {
        if (probe.has_terminationgraceperiodseconds()) {
            problems.invalid(path.child("terminationGracePeriodSeconds"),
                             probe.terminationgraceperiodseconds(), "must not be set for readinessProbes");
        }
        return;
    }
    if (probe.successthreshold() != 1) {
        problems.invalid(path.child("successThreshold"), probe.successthreshold(), "must be 1");
    }
    if (probe.has_terminationgraceperiodseconds() && probe.terminationgraceperiodseconds() <= 0) {
        problems.invalid(path.child("terminationGracePeriodSeconds"), probe.terminationgraceperiodseconds(),
                         "must be greater than 0");
    }
}

} // namespace

void validatePort(const IntOrString& port, const Path& path, Problems& problems) {
    if (port.type() == 0) {
        problems.port(path, port.intval());
    } else {
        problems.invalid(path, port.strval(), portName(port.strval()));
    }
}

void validateProbes(const core::Container& container, const Path& path, Problems& problems) {
    if (container.has_livenessprobe()) {
        validateProbe(container.livenessprobe(), false, path.child("livenessProbe"), problems);
    }
    if (container.has_readinessprobe()) {
        validateProbe(container.readinessprobe(), true, path.child("readinessProbe"), problems);
    }
    if (container.has_startupprobe()) {
        validateProbe(container.startupprobe(), false, path.child("startupProbe"), problems);
    }
}

void validateLifecycle(const core::Lifecycle& lifecycle, const Path& path, Problems& problems) {
    const auto check = [&](const core::LifecycleHandler& handler, const Path& at) {
        int handlers = validateSharedHandlers(handler, at, problems);
        if (handler.has_sleep()) {
            if (handlers++ > 0)
                problems.forbidden(at.child("sleep"), "may not specify more than 1 handler type");
            problems.nonNegative(at.child("sleep").child("seconds"), handler.sleep().seconds());
        }
        if (handlers == 0) problems.required(at, "must specify a handler type");
    };
    if (lifecycle.has_poststart()) check(lifecycle.poststart(), path.child("postStart"));
    if (lifecycle.has_prestop()) check(lifecycle.prestop(), path.child("preStop"));
}

} // namespace wheelhouse::api::semantics
