#pragma once

#include "engine/api/groups/decisions.h"
#include "engine/api/object.h"

#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// One change a person tries out on a pod or a node before asking the scheduler again.
struct WhatIfEdit {
    enum Kind {
        Cpu,         ///< "400m": the first container asks for that much
        Memory,      ///< "256Mi"
        PodLabel,    ///< "app=web"
        PodNode,     ///< "zone=c": the pod's node selector
        Toleration,  ///< "key=value:NoSchedule", "key", or "*" for every taint
        NodeLabel,   ///< "vm-1 zone=c"
        NodeTaint,   ///< "vm-1 key=value:NoSchedule"
        NodeUntaint, ///< "vm-1 key"
        NodeCordon,  ///< "vm-1"
        NodeOpen,    ///< "vm-1": not cordoned
        NodeGone,    ///< "vm-1"
        NodeCopy,    ///< "vm-1": one more like it, empty
        Without      ///< "namespace/pod": that pod is not there
    };
    Kind kind = Cpu;
    QString text;
    bool on = true;
    bool operator==(const WhatIfEdit&) const = default;
};

/// Everything a kind of edit needs for a form: its name, and an example of what to type.
QString nameOf(WhatIfEdit::Kind kind);
QString exampleOf(WhatIfEdit::Kind kind);
std::vector<WhatIfEdit::Kind> whatIfKinds();
/// The edit as a chip says it: "cpu 400m", "vm-1: zone=c".
QString describe(const WhatIfEdit& edit);
/// What is wrong with the text, as a sentence; empty = nothing.
QString problemOf(const WhatIfEdit& edit);

/// Changes that might help a pod that fits nowhere, none of them on.
std::vector<WhatIfEdit> suggestedEdits(const api::lab::SchedulingAttempt& attempt);

/// The question to put to the scheduler: this pod, with the edits that are on. Edits with problems are left
/// out. `matrix` asks for every node. Pure.
api::lab::WhatIf whatIfOf(const api::Object& pod, const std::vector<WhatIfEdit>& edits, bool matrix);
/// The same question about a pod that need not exist, of some template.
api::lab::WhatIf whatIfOf(const api::core::PodTemplateSpec& pod, bool matrix);
/// `kubectl create` of the question, which prints the answer.
QString whatIfCommand(const api::lab::WhatIf& question, const QString& nameSpace);

} // namespace wheelhouse::ui
