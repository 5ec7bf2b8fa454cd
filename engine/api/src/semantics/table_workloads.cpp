#include "engine/api/groups/autoscaling2.h"
#include "engine/api/groups/batch.h"
#include "engine/api/quantity.h"
#include "engine/api/time.h"
#include "semantics/table_printers.h"

#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

Columns with(Columns columns, bool selector) {
    columns.push_back(wide(text("Containers", "Names of the template's containers.")));
    columns.push_back(wide(text("Images", "Images of the template's containers.")));
    if (selector) columns.push_back(wide(text("Selector", "Which pods belong to it.")));
    return columns;
}

Cells statefulSet(const apps::StatefulSet& of, WallTime now) {
    return {of.metadata().name(), fmt::format("{}/{}", of.status().readyreplicas(), of.spec().replicas()),
            ageOf(of, now), templateContainers(of.spec().template_(), false),
            templateContainers(of.spec().template_(), true)};
}

Cells daemonSet(const apps::DaemonSet& of, WallTime now) {
    const apps::DaemonSetStatus& status = of.status();
    return {of.metadata().name(),
            std::int64_t{status.desirednumberscheduled()},
            std::int64_t{status.currentnumberscheduled()},
            std::int64_t{status.numberready()},
            std::int64_t{status.updatednumberscheduled()},
            std::int64_t{status.numberavailable()},
            labelsText(of.spec().template_().spec().nodeselector()),
            ageOf(of, now),
            templateContainers(of.spec().template_(), false),
            templateContainers(of.spec().template_(), true),
            selectorText(of.spec().selector())};
}

/// "statefulset.apps/web": kind, group and name of the controller.
std::string controllerOf(const meta::ObjectMeta& metadata) {
    for (const meta::OwnerReference& owner : metadata.ownerreferences()) {
        if (!owner.controller()) continue;
        std::string kind = owner.kind();
        for (char& c : kind)
            c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        const std::size_t slash = owner.apiversion().find('/');
        const std::string group = slash == std::string::npos ? "" : "." + owner.apiversion().substr(0, slash);
        return kind + group + "/" + owner.name();
    }
    return "<none>";
}

Cells revision(const apps::ControllerRevision& of, WallTime now) {
    return {of.metadata().name(), controllerOf(of.metadata()), std::int64_t{of.revision()}, ageOf(of, now)};
}

Cells replicationController(const core::ReplicationController& of, WallTime now) {
    return {of.metadata().name(),
            std::int64_t{of.spec().replicas()},
            std::int64_t{of.status().replicas()},
            std::int64_t{of.status().readyreplicas()},
            ageOf(of, now),
            templateContainers(of.spec().template_(), false),
            templateContainers(of.spec().template_(), true),
            labelsText(of.spec().selector())};
}

Cells podTemplate(const core::PodTemplate& of, WallTime) {
    return {of.metadata().name(), templateContainers(of.template_(), false),
            templateContainers(of.template_(), true), labelsText(of.template_().metadata().labels())};
}

std::string jobState(const batch::Job& of) {
    const auto holds = [&](std::string_view type) {
        for (const batch::JobCondition& condition : of.status().conditions())
            if (condition.type() == type && condition.status() == "True") return true;
        return false;
    };
    if (holds("Complete")) return "Complete";
    if (holds("Failed")) return "Failed";
    if (of.metadata().has_deletiontimestamp()) return "Terminating";
    for (const char* type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"})
        if (holds(type)) return type;
    return "Running";
}

std::string jobDuration(const batch::JobStatus& status, WallTime now) {
    if (!status.has_starttime()) return "";
    if (!status.has_completiontime()) return since(status.starttime(), now);
    return humanDuration(
        std::chrono::seconds(status.completiontime().seconds() - status.starttime().seconds()));
}

Cells job(const batch::Job& of, WallTime now) {
    const batch::JobSpec& spec = of.spec();
    const int done = of.status().succeeded();
    const std::string completions = spec.has_completions() ? fmt::format("{}/{}", done, spec.completions())
                                    : spec.parallelism() > 1
                                        ? fmt::format("{}/1 of {}", done, spec.parallelism())
                                        : fmt::format("{}/1", done);
    return {of.metadata().name(),
            jobState(of),
            completions,
            jobDuration(of.status(), now),
            ageOf(of, now),
            templateContainers(spec.template_(), false),
            templateContainers(spec.template_(), true),
            spec.has_selector() ? selectorText(spec.selector()) : "<none>"};
}

Cells cronJob(const batch::CronJob& of, WallTime now) {
    const batch::CronJobSpec& spec = of.spec();
    const batch::JobSpec& job = spec.jobtemplate().spec();
    return {of.metadata().name(),
            spec.schedule(),
            spec.has_timezone() ? spec.timezone() : "<none>",
            std::string(!spec.has_suspend() ? "<unset>"
                        : spec.suspend()    ? "True"
                                            : "False"),
            std::int64_t{of.status().active_size()},
            of.status().has_lastscheduletime() ? since(of.status().lastscheduletime(), now) : "<none>",
            ageOf(of, now),
            templateContainers(job.template_(), false),
            templateContainers(job.template_(), true),
            job.has_selector() ? selectorText(job.selector()) : "<none>"};
}

// -------------------------------------------------------------------------------------------------------
// autoscalers

std::string quantityText(const resource::Quantity& quantity) {
    const auto parsed = Quantity::parse(quantity.string());
    return parsed ? parsed->toString() : quantity.string();
}

/// "cpu: 50%/80%": what is, and what should be.
std::string resourceMetric(const std::string& name, const autoscaling2::MetricTarget& target,
                           const autoscaling2::MetricValueStatus* current) {
    if (target.has_averagevalue()) {
        const std::string is =
            current && current->has_averagevalue() ? quantityText(current->averagevalue()) : "<unknown>";
        return fmt::format("{}: {}/{}", name, is, quantityText(target.averagevalue()));
    }
    const std::string is = current && current->has_averageutilization()
                               ? fmt::format("{}%", current->averageutilization())
                               : "<unknown>";
    const std::string wanted =
        target.has_averageutilization() ? fmt::format("{}%", target.averageutilization()) : "<auto>";
    return fmt::format("{}: {}/{}", name, is, wanted);
}

std::string plainMetric(const autoscaling2::MetricTarget& target,
                        const autoscaling2::MetricValueStatus* current, bool markAverage) {
    if (target.has_averagevalue()) {
        const std::string is =
            current && current->has_averagevalue() ? quantityText(current->averagevalue()) : "<unknown>";
        return fmt::format("{}/{}{}", is, quantityText(target.averagevalue()), markAverage ? " (avg)" : "");
    }
    const std::string is = current && current->has_value() ? quantityText(current->value()) : "<unknown>";
    return fmt::format("{}/{}", is, quantityText(target.value()));
}

std::string metricText(const autoscaling2::MetricSpec& of, const autoscaling2::MetricStatus* is) {
    const std::string& type = of.type();
    if (type == "Resource")
        return resourceMetric(of.resource().name(), of.resource().target(),
                              is && is->has_resource() ? &is->resource().current() : nullptr);
    if (type == "ContainerResource")
        return resourceMetric(of.containerresource().name(), of.containerresource().target(),
                              is && is->has_containerresource() ? &is->containerresource().current()
                                                                : nullptr);
    if (type == "Pods")
        return plainMetric(of.pods().target(), is && is->has_pods() ? &is->pods().current() : nullptr, false);
    if (type == "Object")
        return plainMetric(of.object().target(), is && is->has_object() ? &is->object().current() : nullptr,
                           true);
    if (type == "External")
        return plainMetric(of.external().target(),
                           is && is->has_external() ? &is->external().current() : nullptr, true);
    return "<unknown type>";
}

std::string targetsOf(const autoscaling2::HorizontalPodAutoscaler& of) {
    constexpr std::size_t shown = 2;
    std::vector<std::string> all;
    for (int i = 0; i < of.spec().metrics_size(); ++i)
        all.push_back(metricText(of.spec().metrics(i), i < of.status().currentmetrics_size()
                                                           ? &of.status().currentmetrics(i)
                                                           : nullptr));
    if (all.empty()) return "<none>";
    std::string out;
    for (std::size_t i = 0; i < all.size() && i < shown; ++i)
        out += (i == 0 ? "" : ", ") + all[i];
    return all.size() > shown ? fmt::format("{} + {} more...", out, all.size() - shown) : out;
}

Cells autoscaler(const autoscaling2::HorizontalPodAutoscaler& of, WallTime now) {
    const auto& target = of.spec().scaletargetref();
    return {of.metadata().name(),
            target.kind() + "/" + target.name(),
            targetsOf(of),
            of.spec().has_minreplicas() ? std::to_string(of.spec().minreplicas()) : "<unset>",
            std::int64_t{of.spec().maxreplicas()},
            std::int64_t{of.status().currentreplicas()},
            ageOf(of, now)};
}

std::string amount(bool given, const intstr::IntOrString& value) {
    if (!given) return "N/A";
    return value.type() == 0 ? std::to_string(value.intval()) : value.strval();
}

Cells budget(const policy::PodDisruptionBudget& of, WallTime now) {
    return {of.metadata().name(), amount(of.spec().has_minavailable(), of.spec().minavailable()),
            amount(of.spec().has_maxunavailable(), of.spec().maxunavailable()),
            std::int64_t{of.status().disruptionsallowed()}, ageOf(of, now)};
}

} // namespace

Printers workloadPrinters() {
    return {printer<apps::StatefulSet>(
                with({nameColumn(), text("Ready", "Ready pods of wanted pods."), ageColumn()}, false),
                statefulSet),
            printer<apps::DaemonSet>(
                with({nameColumn(), number("Desired", "Nodes where it should run."),
                      number("Current", "Nodes where it runs."), number("Ready", "Nodes where it is ready."),
                      number("Up-to-date", "Nodes with the newest template."),
                      number("Available", "Nodes where it was ready for long enough."),
                      text("Node Selector", "Nodes it wants."), ageColumn()},
                     true),
                daemonSet),
            printer<apps::ControllerRevision>({nameColumn(), text("Controller", "Whose state it is."),
                                               number("Revision", "Its number."), ageColumn()},
                                              revision),
            printer<core::ReplicationController>(
                with({nameColumn(), number("Desired", "Wanted pods."), number("Current", "Existing pods."),
                      number("Ready", "Ready pods."), ageColumn()},
                     true),
                replicationController),
            printer<core::PodTemplate>({nameColumn(), text("Containers", "Names of the containers."),
                                        text("Images", "Images of the containers."),
                                        text("Pod Labels", "Labels of the pods.")},
                                       podTemplate),
            printer<batch::Job>(with({nameColumn(), text("Status", "How it stands."),
                                      text("Completions", "Successful pods of those needed."),
                                      text("Duration", "How long it ran."), ageColumn()},
                                     true),
                                job),
            printer<batch::CronJob>(
                with({nameColumn(), text("Schedule", "When."), text("Timezone", "In which time zone."),
                      text("Suspend", "Whether it rests."), number("Active", "Running jobs."),
                      text("Last Schedule", "When a job was last made."), ageColumn()},
                     true),
                cronJob),
            printer<autoscaling2::HorizontalPodAutoscaler>(
                {nameColumn(), text("Reference", "What is scaled."),
                 text("Targets", "What is and what should be."), text("MinPods", "Never fewer."),
                 number("MaxPods", "Never more."), number("Replicas", "Existing pods."), ageColumn()},
                autoscaler),
            printer<policy::PodDisruptionBudget>(
                {nameColumn(), text("Min Available", "How many must stay."),
                 text("Max Unavailable", "How many may be missing."),
                 number("Allowed Disruptions", "How many may be evicted now."), ageColumn()},
                budget)};
}

} // namespace wheelhouse::api::semantics
