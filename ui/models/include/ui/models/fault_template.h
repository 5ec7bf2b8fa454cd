#pragma once

#include "engine/api/groups/faults.h"

#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// Something that can be broken on purpose: a name, a line about it, how it looks, how hard it may be.
struct FaultTemplate {
    /// Whom it is about: nodes, a link from nodes to somebody, pods.
    enum class About : std::uint8_t { Nodes, Link, Pods };
    QString id; ///< "power", "freeze", …
    QString name;
    QString note;
    QString icon;
    About about = About::Nodes;
    /// Its strengths, weakest first: percents, milliseconds or kilobits; empty = it is there or not.
    std::vector<int> strengths;
    int strength = 0; ///< which of them it begins with, as an index
    int duration = 0; ///< what it begins with, as an index of faultDurations(); -1 = it lasts no time at all
};

std::vector<FaultTemplate> faultTemplates();
const FaultTemplate* findFaultTemplate(const QString& id);
/// Seconds to choose from, shortest first; 0, the last, is until it is mended.
const std::vector<int>& faultDurations();
/// "30 s", "5 min", "until mended".
QString durationText(int seconds);
/// What a strength means: "20% left", "800 ms", "256 kbit/s"; empty where there are none.
QString strengthText(const QString& id, int strength);

/// Nodes by name, a zone of them, or all.
struct FaultPlace {
    enum class Kind : std::uint8_t { Nodes, Zone, All, ControlPlane };
    Kind kind = Kind::Nodes;
    QString text; ///< names with commas between them, or the zone's
    bool operator==(const FaultPlace&) const = default;
};

/// A fault as a person asks for it.
struct FaultWish {
    QString id;
    FaultPlace where;                                     ///< not for pods
    FaultPlace other{FaultPlace::Kind::ControlPlane, {}}; ///< of a link: the other end
    bool oneWay = false;                                  ///< of a link
    QString nameSpace;                                    ///< of pods
    QString pods;                                         ///< a pod's name or "label=value"
    int strength = 0;                                     ///< as a value, not an index
    int seconds = 0;                                      ///< 0 = until it is mended
    bool operator==(const FaultWish&) const = default;
};

/// A wish with the template's own strength and duration.
FaultWish wishOf(const FaultTemplate& what);
/// What is missing in it, as a sentence; empty = nothing.
QString problemOf(const FaultWish& wish);
/// A name for it that is not among `taken`: "power-vm-1", "power-vm-1-2".
QString faultName(const FaultWish& wish, const std::vector<QString>& taken);
/// Its manifest, ready to apply. Pure.
QString faultManifest(const FaultWish& wish, const QString& name);

/// What a fault does, in a few words: "power cut", "late by 800 ms".
QString faultText(const api::lab::FaultSpec& spec);
/// The template it is most like: its icon and name.
const FaultTemplate* templateOf(const api::lab::FaultSpec& spec);
/// Whom it concerns, as asked for or as found: "vm-1, vm-2", "vm-1 ⇄ control plane".
QString faultWhere(const api::lab::Fault& fault);

} // namespace wheelhouse::ui
