#pragma once

#include "engine/api/kind.h"
#include "engine/base/ids.h"
#include "ui/models/column_choice.h"

#include <QString>
#include <QStringList>
#include <map>

namespace wheelhouse::ui::kubectl {

// The kubectl command that does what a button of the window does, as one would type it in a POSIX shell.
// Pure.

/// "pod", "deployment", "machine.lab.wheelhouse.dev": how kubectl is told a resource.
QString resourceWord(const api::ResourceName& resource, const QString& singular);
QString get(const QString& resourceWord, const QString& nameSpace, const QString& name);
QString list(const QString& resourceWord, const QString& nameSpace, bool namespaced);
/// What `list` gives with columns of one's own beside the names.
QString withColumns(const QString& list, bool namespaced, const std::vector<UserColumn>& columns);
QString yaml(const QString& resourceWord, const QString& nameSpace, const QString& name);
QString remove(const QString& resourceWord, const QString& nameSpace, const QString& name);
/// The same of several, each namespace a command of its own.
QString removeMany(const QString& resourceWord, const std::map<QString, QStringList>& names);
QString logs(const QString& nameSpace, const QString& pod, const QString& container, bool follow,
             bool previous);
/// What a node or pod uses at present; `resourceWord` is "node" or "pod".
QString top(const QString& resourceWord, const QString& nameSpace, const QString& name);
/// The logs of all pods a selector chooses, or of those named; `sinceSeconds` 0 = however old.
QString logsOfMany(const QString& nameSpace, const QString& selector, const QStringList& pods,
                   int sinceSeconds, bool previous);
/// A port of a pod or service on this computer; `what` is "pod/web-1" or "service/web".
QString portForward(const QString& nameSpace, const QString& what, int localPort, int port);
/// A command in a container, at a terminal.
QString exec(const QString& nameSpace, const QString& pod, const QString& container,
             const QStringList& command);
QString setPower(const QString& machine, const QString& power);
/// `kubectl scale` of one object.
QString scale(const QString& resourceWord, const QString& nameSpace, const QString& name, int replicas);
/// The eviction of a pod, for which kubectl has no word of its own.
QString evict(const QString& nameSpace, const QString& pod);
/// All pods as they were at a revision.
QString podsAt(Revision revision);
/// A merge patch of the spec of the lab's clock, e.g. `"paused":true`.
QString setClock(const QString& fields);
QString cordon(const QString& node, bool cordoned);
/// `kubectl apply` of a file, or of text given in place when `file` is empty.
QString apply(const QString& file, const QString& text, const QString& nameSpace);
/// `word` quoted for a shell when it needs to be.
QString quoted(const QString& word);
/// The words a shell would make of a line, by quotes and backslashes alone.
QStringList words(const QString& line);

} // namespace wheelhouse::ui::kubectl
