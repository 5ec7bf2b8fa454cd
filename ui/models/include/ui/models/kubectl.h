#pragma once

#include "engine/api/kind.h"

#include <QString>

namespace wheelhouse::ui::kubectl {

// The kubectl command that does what a button of the window does, as one would type it in a POSIX shell.
// Pure.

/// "pod", "deployment", "machine.lab.wheelhouse.dev": how kubectl is told a resource.
QString resourceWord(const api::ResourceName& resource, const QString& singular);
QString get(const QString& resourceWord, const QString& nameSpace, const QString& name);
QString list(const QString& resourceWord, const QString& nameSpace, bool namespaced);
QString yaml(const QString& resourceWord, const QString& nameSpace, const QString& name);
QString remove(const QString& resourceWord, const QString& nameSpace, const QString& name);
QString logs(const QString& nameSpace, const QString& pod, const QString& container, bool follow,
             bool previous);
QString setPower(const QString& machine, const QString& power);
QString cordon(const QString& node, bool cordoned);
/// `kubectl apply` of a file, or of text given in place when `file` is empty.
QString apply(const QString& file, const QString& text, const QString& nameSpace);
/// `word` quoted for a shell when it needs to be.
QString quoted(const QString& word);

} // namespace wheelhouse::ui::kubectl
