#include "ui/models/object_facts.h"

#include "engine/api/table.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "ui/models/cluster_map_model.h"
#include "ui/models/words.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

QString say(const char* text) {
    return QCoreApplication::translate("wheelhouse::ui::Facts", text);
}
QString text(const std::string& s) {
    return QString::fromStdString(s);
}

QString age(const api::meta::Time& since, WallTime now) {
    return QString::fromStdString(api::humanDuration(std::max(now - api::fromTime(since), Duration::zero())));
}

void add(Facts::Section& section, const char* key, const QString& value, bool mono = false,
         Tone tone = Tone::Plain) {
    if (!value.isEmpty()) section.rows.push_back({say(key), value, tone, mono});
}

template <class Conditions>
Facts::Section conditionsOf(const Conditions& conditions, WallTime now,
                            const std::vector<std::string>& goodWhenFalse) {
    Facts::Section section{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Conditions")), {}};
    for (const auto& condition : conditions) {
        const bool inverted =
            std::find(goodWhenFalse.begin(), goodWhenFalse.end(), condition.type()) != goodWhenFalse.end();
        const bool good = condition.status() == (inverted ? "False" : "True");
        QString value = text(condition.status());
        if (!good && !condition.reason().empty()) value = text(condition.reason());
        if (condition.lasttransitiontime().seconds() != 0)
            value += QStringLiteral(" · ") + age(condition.lasttransitiontime(), now);
        section.rows.push_back({text(condition.type()), value,
                                good                              ? Tone::Good
                                : condition.status() == "Unknown" ? Tone::Bad
                                                                  : Tone::Warning,
                                false, true});
    }
    return section;
}

QString containerState(const api::core::ContainerState& state, WallTime now, Tone& tone) {
    if (state.has_running()) {
        tone = Tone::Good;
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "running for %1"))
            .arg(age(state.running().startedat(), now));
    }
    if (state.has_terminated()) {
        tone = state.terminated().exitcode() == 0 ? Tone::Completed : Tone::Bad;
        const QString reason = text(state.terminated().reason());
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "%1, exit code %2"))
            .arg(reason.isEmpty() ? QStringLiteral("Terminated") : reason)
            .arg(state.terminated().exitcode());
    }
    tone = Tone::Warning;
    const std::string& reason = state.waiting().reason();
    return reason.empty() ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "waiting")) : text(reason);
}

Facts podFacts(const api::Object& object, WallTime now) {
    const auto pod = object.as<api::core::Pod>();
    const MapPod seen = readPod(object);
    Facts facts;
    facts.state = seen.look == PodLook::Failing && !seen.reason.isEmpty() ? seen.reason : wordOf(seen.look);
    facts.tone = toneOf(seen.look);
    facts.problem = seen.reason;
    const auto& status = pod.status();
    Facts::Section main{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Pod")), {}};
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Namespace"), text(object.nameSpace()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Node"),
        seen.node.isEmpty() ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "none yet")) : seen.node,
        !seen.node.isEmpty(), seen.node.isEmpty() ? Tone::Warning : Tone::Plain);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Address"), text(status.podip()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Class"), text(status.qosclass()));
    for (const auto& owner : pod.metadata().ownerreferences())
        if (owner.controller())
            add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Owner"),
                text(owner.kind()) + u'/' + text(owner.name()), true);
    if (seen.cpuMilli > 0 || seen.memoryBytes > 0)
        add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Asks for"),
            cpuText(seen.cpuMilli) + QStringLiteral(" CPU, ") + bytesText(seen.memoryBytes));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Age"),
        age(pod.metadata().creationtimestamp(), now));
    facts.sections.push_back(std::move(main));
    Facts::Section containers{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Containers")), {}};
    for (const auto& container : pod.spec().containers()) {
        facts.containers.push_back(text(container.name()));
        Tone tone = Tone::Muted;
        QString state = say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "not started"));
        int restarts = 0;
        for (const auto& known : status.containerstatuses()) {
            if (known.name() != container.name()) continue;
            state = containerState(known.state(), now, tone);
            restarts = known.restartcount();
        }
        containers.rows.push_back({text(container.name()), state, tone, false, true});
        containers.rows.push_back({QString(), text(container.image()), Tone::Muted, true});
        if (restarts > 0)
            containers.rows.push_back(
                {QString(),
                 restarts == 1
                     ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "restarted once"))
                     : say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "restarted %1 times")).arg(restarts),
                 Tone::Warning});
    }
    facts.sections.push_back(std::move(containers));
    if (status.conditions_size() > 0) facts.sections.push_back(conditionsOf(status.conditions(), now, {}));
    facts.subtitle =
        say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Pod in %1")).arg(text(object.nameSpace()));
    return facts;
}

Facts nodeFacts(const api::Object& object, WallTime now) {
    const auto node = object.as<api::core::Node>();
    const MapNode seen = readNode(object);
    Facts facts;
    facts.state = wordOf(seen.look);
    facts.tone = toneOf(seen.look);
    facts.problem = seen.message;
    facts.cordoned = node.spec().unschedulable();
    const auto& info = node.status().nodeinfo();
    Facts::Section main{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Node")), {}};
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Zone"), seen.zone);
    for (const auto& address : node.status().addresses())
        if (address.type() == "InternalIP")
            add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Address"), text(address.address()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "CPU"),
        cpuText(seen.cpuMilli) + u' ' + say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "allocatable")));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Memory"),
        bytesText(seen.memoryBytes) + u' ' + say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "allocatable")));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Agent"), text(info.kubeletversion()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Runtime"), text(info.containerruntimeversion()),
        true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "System"), text(info.osimage()));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Kernel"), text(info.kernelversion()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Age"),
        age(node.metadata().creationtimestamp(), now));
    facts.sections.push_back(std::move(main));
    facts.sections.push_back(
        conditionsOf(node.status().conditions(), now,
                     {"MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"}));
    if (node.spec().taints_size() > 0) {
        Facts::Section taints{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Taints")), {}};
        for (const auto& taint : node.spec().taints())
            taints.rows.push_back(
                {text(taint.effect()),
                 text(taint.key()) + (taint.value().empty() ? QString() : u'=' + text(taint.value())),
                 Tone::Plain, true});
        facts.sections.push_back(std::move(taints));
    }
    facts.subtitle = say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Node"));
    return facts;
}

Facts machineFacts(const api::Object& object, WallTime now) {
    const auto machine = object.as<api::lab::Machine>();
    const MapNode seen = readMachine(object);
    Facts facts;
    facts.state = seen.look == NodeLook::Ready ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Running"))
                                               : wordOf(seen.look);
    facts.tone = toneOf(seen.look);
    facts.problem = seen.message;
    facts.console = seen.consoleTail;
    facts.power = machine.spec().power().empty() ? QStringLiteral("On") : text(machine.spec().power());
    Facts::Section main{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Machine")), {}};
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Kind"), kindOf(seen));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Why"), seen.acceleratorReason, false,
        Tone::Warning);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Power"), facts.power);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Processors"),
        QString::number(machine.spec().cpus()));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Memory"),
        bytesText(qint64{machine.spec().memorymib()} << 20));
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Console"), text(machine.status().consolepath()),
        true);
    if (machine.status().pid() > 0)
        add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Process"),
            QString::number(machine.status().pid()), true);
    add(main, QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Age"),
        age(machine.metadata().creationtimestamp(), now));
    facts.sections.push_back(std::move(main));
    if (!seen.steps.empty()) {
        Facts::Section steps{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Start")), {}};
        for (const BootStep& step : seen.steps)
            steps.rows.push_back({step.name, step.done ? stepTime(step.milliseconds) : QStringLiteral("…"),
                                  step.done ? Tone::Plain : Tone::Accent, true});
        facts.sections.push_back(std::move(steps));
    }
    facts.subtitle = say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Machine"));
    return facts;
}

} // namespace

Facts factsOf(const api::Object& object, WallTime now) {
    if (&object.kind() == &api::kindOf<api::core::Pod>()) return podFacts(object, now);
    if (&object.kind() == &api::kindOf<api::core::Node>()) return nodeFacts(object, now);
    if (&object.kind() == &api::kindOf<api::lab::Machine>()) return machineFacts(object, now);
    Facts facts;
    facts.state =
        object.deleting() ? say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Terminating")) : QString();
    facts.tone = object.deleting() ? Tone::Deleting : Tone::Muted;
    facts.subtitle = text(object.kind().kind);
    if (!object.nameSpace().empty())
        facts.subtitle = say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "%1 in %2"))
                             .arg(text(object.kind().kind), text(object.nameSpace()));
    Facts::Section main{text(object.kind().kind), {}};
    const api::Table::Row row = api::tableRow(std::make_shared<const api::Object>(object), now);
    const auto& columns = api::tableColumns(object.kind());
    for (std::size_t i = 0; i < columns.size() && i < row.cells.size(); ++i) {
        QString value;
        if (const auto* s = std::get_if<std::string>(&row.cells[i]))
            value = text(*s);
        else if (const auto* n = std::get_if<std::int64_t>(&row.cells[i]))
            value = QString::number(*n);
        if (!value.isEmpty()) main.rows.push_back({text(columns[i].name), value});
    }
    facts.sections.push_back(std::move(main));
    if (!object.labels().empty()) {
        Facts::Section labels{say(QT_TRANSLATE_NOOP("wheelhouse::ui::Facts", "Labels")), {}};
        for (const auto& [key, value] : object.labels())
            labels.rows.push_back({text(key), text(value), Tone::Plain, true});
        facts.sections.push_back(std::move(labels));
    }
    return facts;
}

} // namespace wheelhouse::ui
