#pragma once

#include "engine/base/status.h"
#include "ui/models/cluster_map_model.h"

#include <QCoreApplication>
#include <QString>

namespace wheelhouse::ui {

/// One line of the feed: who did what, in plain words.
struct Sentence {
    QString actor;
    QString text;
    Tone tone = Tone::Muted;
    WallTime when{};
    QString aboutKind; ///< "Pod", "Node", …: what to select when the line is clicked
    QString aboutNamespace;
    QString aboutName;
};

/// A Kubernetes Event in plain words; reasons nobody has words for keep their own message.
Sentence sentenceOf(const api::Object& event);
QString wordOf(PodLook look);
Tone toneOf(PodLook look);
QString wordOf(NodeLook look);
Tone toneOf(NodeLook look);
/// "VM · kvm", "simulated", "node".
QString kindOf(const MapNode& node);
/// "0.4 s", "12 s", "1 min 5 s".
QString stepTime(qint64 milliseconds);
/// "512 MiB", "3.8 GiB".
QString bytesText(qint64 bytes);
QString cpuText(qint64 milli);
/// An error as one line a person can act on, and its causes, one a line, for where there is room.
QString errorLine(const Status& status);
QString errorDetail(const Status& status);

} // namespace wheelhouse::ui
