#include "ui/models/what_if.h"

#include "engine/api/codec.h"
#include "engine/api/quantity.h"
#include "engine/api/types.h"
#include "ui/models/kubectl.h"

#include <QCoreApplication>
#include <optional>

namespace wheelhouse::ui {
namespace {

using Kind = WhatIfEdit::Kind;

/// The words of this file.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(WhatIf)
};

struct Pair {
    std::string key;
    std::string value;
};

std::optional<Pair> pairOf(const QString& text) {
    const qsizetype at = text.indexOf(u'=');
    if (at <= 0 || text.contains(u' ')) return std::nullopt;
    return Pair{text.left(at).toStdString(), text.mid(at + 1).toStdString()};
}

/// "key=value:Effect" and "key:Effect", as kubectl taint has it.
std::optional<api::core::Taint> taintOf(const QString& text) {
    const qsizetype colon = text.lastIndexOf(u':');
    if (colon <= 0) return std::nullopt;
    const QString effect = text.mid(colon + 1);
    if (effect != u"NoSchedule" && effect != u"PreferNoSchedule" && effect != u"NoExecute")
        return std::nullopt;
    const QString left = text.left(colon);
    api::core::Taint taint;
    taint.set_key(left.section(u'=', 0, 0).toStdString());
    taint.set_value(left.section(u'=', 1).toStdString());
    taint.set_effect(effect.toStdString());
    if (taint.key().empty()) return std::nullopt;
    return taint;
}

api::core::Toleration tolerationOf(const QString& text) {
    api::core::Toleration toleration;
    toleration.set_operator_("Exists");
    if (text == u"*") return toleration;
    const QString effect = text.contains(u':') ? text.section(u':', -1) : QString();
    const QString left = text.contains(u':') ? text.section(u':', 0, -2) : text;
    toleration.set_key(left.section(u'=', 0, 0).toStdString());
    if (left.contains(u'=')) {
        toleration.set_operator_("Equal");
        toleration.set_value(left.section(u'=', 1).toStdString());
    }
    if (!effect.isEmpty()) toleration.set_effect(effect.toStdString());
    return toleration;
}

bool ofNode(Kind kind) {
    return kind >= Kind::NodeLabel && kind <= Kind::NodeCopy;
}

bool ofPod(Kind kind) {
    return kind <= Kind::Toleration;
}

void editPod(const WhatIfEdit& edit, api::core::PodTemplateSpec& pod) {
    auto& spec = *pod.mutable_spec();
    const std::string text = edit.text.toStdString();
    switch (edit.kind) {
    case Kind::Cpu:
    case Kind::Memory: {
        if (spec.containers_size() == 0) return;
        const std::string resource = edit.kind == Kind::Cpu ? "cpu" : "memory";
        auto& resources = *spec.mutable_containers(0)->mutable_resources();
        (*resources.mutable_requests())[resource].set_string(text);
        const auto limit = resources.limits().find(resource);
        const auto asked = api::Quantity::parse(text);
        if (limit == resources.limits().end() || !asked) return;
        // A limit below the request would be refused for a reason nobody asked about.
        const auto most = api::Quantity::parse(limit->second.string());
        if (most && *most < *asked) (*resources.mutable_limits())[resource].set_string(text);
        return;
    }
    case Kind::PodLabel:
        if (const auto pair = pairOf(edit.text))
            (*pod.mutable_metadata()->mutable_labels())[pair->key] = pair->value;
        return;
    case Kind::PodNode:
        if (const auto pair = pairOf(edit.text)) (*spec.mutable_nodeselector())[pair->key] = pair->value;
        return;
    default:
        *spec.add_tolerations() = tolerationOf(edit.text);
    }
}

void editNode(const WhatIfEdit& edit, api::lab::WhatIfSpec& spec) {
    const QString node = edit.text.section(u' ', 0, 0);
    const QString rest = edit.text.section(u' ', 1);
    auto& out = *spec.add_nodes();
    out.set_name(node.toStdString());
    switch (edit.kind) {
    case Kind::NodeLabel:
        if (const auto pair = pairOf(rest)) (*out.mutable_labels())[pair->key] = pair->value;
        return;
    case Kind::NodeTaint:
        if (const auto taint = taintOf(rest)) *out.add_taints() = *taint;
        return;
    case Kind::NodeUntaint:
        out.add_withouttaints(rest.toStdString());
        return;
    case Kind::NodeCordon:
    case Kind::NodeOpen:
        out.set_unschedulable(edit.kind == Kind::NodeCordon);
        return;
    case Kind::NodeGone:
        out.set_remove(true);
        return;
    default:
        out.set_name(node.toStdString() + "-copy");
        out.set_copyof(node.toStdString());
    }
}

} // namespace

std::vector<Kind> whatIfKinds() {
    return {Kind::Cpu,       Kind::Memory,    Kind::PodLabel,    Kind::PodNode,    Kind::Toleration,
            Kind::NodeLabel, Kind::NodeTaint, Kind::NodeUntaint, Kind::NodeCordon, Kind::NodeOpen,
            Kind::NodeGone,  Kind::NodeCopy,  Kind::Without};
}

QString nameOf(Kind kind) {
    switch (kind) {
    case Kind::Cpu:
        return Words::tr("the pod asks for CPU");
    case Kind::Memory:
        return Words::tr("the pod asks for memory");
    case Kind::PodLabel:
        return Words::tr("the pod has a label");
    case Kind::PodNode:
        return Words::tr("the pod wants nodes with");
    case Kind::Toleration:
        return Words::tr("the pod tolerates");
    case Kind::NodeLabel:
        return Words::tr("a node has a label");
    case Kind::NodeTaint:
        return Words::tr("a node has a taint");
    case Kind::NodeUntaint:
        return Words::tr("a node has no taint");
    case Kind::NodeCordon:
        return Words::tr("a node is cordoned");
    case Kind::NodeOpen:
        return Words::tr("a node is not cordoned");
    case Kind::NodeGone:
        return Words::tr("a node is not there");
    case Kind::NodeCopy:
        return Words::tr("there is one more like a node");
    case Kind::Without:
        return Words::tr("a pod is not there");
    }
    return {};
}

QString exampleOf(Kind kind) {
    switch (kind) {
    case Kind::Cpu:
        return QStringLiteral("400m");
    case Kind::Memory:
        return QStringLiteral("256Mi");
    case Kind::PodLabel:
        return QStringLiteral("app=web");
    case Kind::PodNode:
        return QStringLiteral("topology.kubernetes.io/zone=c");
    case Kind::Toleration:
        return Words::tr("key=value:NoSchedule, key, or *");
    case Kind::NodeLabel:
        return QStringLiteral("vm-1 disk=ssd");
    case Kind::NodeTaint:
        return QStringLiteral("vm-1 key=value:NoSchedule");
    case Kind::NodeUntaint:
        return QStringLiteral("vm-1 key");
    case Kind::Without:
        return QStringLiteral("default/web-1");
    default:
        return QStringLiteral("vm-1");
    }
}

QString describe(const WhatIfEdit& edit) {
    switch (edit.kind) {
    case Kind::Cpu:
        return Words::tr("cpu %1").arg(edit.text);
    case Kind::Memory:
        return Words::tr("memory %1").arg(edit.text);
    case Kind::PodLabel:
        return Words::tr("label %1").arg(edit.text);
    case Kind::PodNode:
        return Words::tr("on %1").arg(edit.text);
    case Kind::Toleration:
        return edit.text == u"*" ? Words::tr("tolerates everything")
                                 : Words::tr("tolerates %1").arg(edit.text);
    case Kind::NodeUntaint:
        return Words::tr("%1: no taint %2").arg(edit.text.section(u' ', 0, 0), edit.text.section(u' ', 1));
    case Kind::NodeCordon:
        return Words::tr("%1 cordoned").arg(edit.text);
    case Kind::NodeOpen:
        return Words::tr("%1 not cordoned").arg(edit.text);
    case Kind::NodeGone:
        return Words::tr("without %1").arg(edit.text);
    case Kind::NodeCopy:
        return Words::tr("one more %1").arg(edit.text);
    case Kind::Without:
        return Words::tr("without %1").arg(edit.text);
    default:
        return edit.text.section(u' ', 0, 0) + QStringLiteral(": ") + edit.text.section(u' ', 1);
    }
}

QString problemOf(const WhatIfEdit& edit) {
    const QString rest = edit.text.section(u' ', 1);
    const QString needs = Words::tr("Type it like this: %1").arg(exampleOf(edit.kind));
    if (edit.text.trimmed().isEmpty() || edit.text != edit.text.trimmed()) return needs;
    switch (edit.kind) {
    case Kind::Cpu:
    case Kind::Memory: {
        const auto quantity = api::Quantity::parse(edit.text.toStdString());
        if (!quantity)
            return Words::tr("%1 is not an amount, such as %2").arg(edit.text, exampleOf(edit.kind));
        return *quantity < api::Quantity() ? needs : QString();
    }
    case Kind::PodLabel:
    case Kind::PodNode:
        return pairOf(edit.text) ? QString() : needs;
    case Kind::NodeLabel:
        return pairOf(rest) ? QString() : needs;
    case Kind::NodeTaint:
        return taintOf(rest) ? QString() : needs;
    case Kind::NodeUntaint:
        return rest.isEmpty() || rest.contains(u' ') ? needs : QString();
    case Kind::Without:
        return edit.text.count(u'/') == 1 && !edit.text.startsWith(u'/') && !edit.text.endsWith(u'/') &&
                       !edit.text.contains(u' ')
                   ? QString()
                   : needs;
    default:
        return edit.text.contains(u' ') ? needs : QString();
    }
}

std::vector<WhatIfEdit> suggestedEdits(const api::lab::SchedulingAttempt& attempt) {
    std::vector<WhatIfEdit> out;
    const auto suggest = [&out](Kind kind, const QString& text) {
        for (const WhatIfEdit& edit : out)
            if (edit.kind == kind) return;
        out.push_back({kind, text, false});
    };
    if (!attempt.node().empty()) return out;
    for (const auto& refused : attempt.refused()) {
        if (refused.nodes_size() == 0) continue;
        const QString node = QString::fromStdString(refused.nodes(0));
        if (refused.plugin() == "TaintToleration") suggest(Kind::Toleration, QStringLiteral("*"));
        if (refused.plugin() == "NodeUnschedulable") suggest(Kind::NodeOpen, node);
        if (refused.plugin() == "NodeResourcesFit") suggest(Kind::NodeCopy, node);
    }
    for (const auto& candidate : attempt.candidates())
        if (candidate.victims_size() > 0)
            suggest(Kind::Without, QString::fromStdString(candidate.victims(0)));
    return out;
}

api::lab::WhatIf whatIfOf(const api::Object& object, const std::vector<WhatIfEdit>& edits, bool matrix) {
    api::lab::WhatIf question;
    auto& spec = *question.mutable_spec();
    spec.set_matrix(matrix);
    const auto pod = object.as<api::core::Pod>();
    api::core::PodTemplateSpec changed;
    bool podChanges = false;
    for (const WhatIfEdit& edit : edits) {
        if (!edit.on || !problemOf(edit).isEmpty()) continue;
        if (ofNode(edit.kind)) editNode(edit, spec);
        if (edit.kind == Kind::Without) spec.add_withoutpods(edit.text.toStdString());
        if (!ofPod(edit.kind)) continue;
        if (!std::exchange(podChanges, true)) {
            *changed.mutable_metadata()->mutable_labels() = pod.metadata().labels();
            *changed.mutable_metadata()->mutable_ownerreferences() = pod.metadata().ownerreferences();
            changed.mutable_metadata()->set_name(pod.metadata().name());
            *changed.mutable_spec() = pod.spec();
            changed.mutable_spec()->clear_nodename();
        }
        editPod(edit, changed);
    }
    if (!podChanges) {
        spec.set_podname(pod.metadata().name());
        return question;
    }
    *spec.mutable_pod() = std::move(changed);
    // The pod as it is must not stand in the way of the pod as it might be.
    if (!pod.spec().nodename().empty()) spec.add_withoutpods(object.key());
    return question;
}

api::lab::WhatIf whatIfOf(const api::core::PodTemplateSpec& pod, bool matrix) {
    api::lab::WhatIf question;
    question.mutable_spec()->set_matrix(matrix);
    *question.mutable_spec()->mutable_pod() = pod;
    return question;
}

QString whatIfCommand(const api::lab::WhatIf& question, const QString& nameSpace) {
    const auto yaml = api::jsonToYaml(api::encodeJson(question, "lab.wheelhouse.dev/v1alpha1", "WhatIf"));
    return QStringLiteral("kubectl create -n %1 -o yaml -f - <<'EOF'\n").arg(kubectl::quoted(nameSpace)) +
           QString::fromStdString(yaml.value_or(std::string())) + QStringLiteral("EOF");
}

} // namespace wheelhouse::ui
