#pragma once

#include "engine/api/types.h"

#include <QString>
#include <vector>

namespace wheelhouse::ui {

/// Something a person can drag onto the map: a name, a line about it, and how it looks.
struct DeployTemplate {
    QString id; ///< "web", "web-database", "stateful", "job", "cronjob"
    QString name;
    QString note;
    QString icon;
    int hue = 0;
    int replicas = 1;   ///< what it begins with
    bool copies = true; ///< the number can be chosen
};

/// Where pods may go: a zone, a node, or (both empty) anywhere.
struct DeployPlace {
    QString zone;
    QString node;
    bool operator==(const DeployPlace&) const = default;
};

std::vector<DeployTemplate> deployTemplates();
const DeployTemplate* findTemplate(const QString& id);
/// A name in its form that is not among `taken`: "web", "web-2", ….
QString freeName(const QString& base, const std::vector<QString>& taken);
/// The manifest of a template, ready to apply: small, offline, allowed on simulated nodes. Pure.
QString manifestOf(const QString& id, const QString& name, int replicas, const DeployPlace& place);
/// What is wrong with the name of an object, as a sentence; empty = nothing.
QString problemOfName(const QString& name);
/// The pods a manifest would make, one of each kind: of Pods and of every workload with a pod template. Empty
/// when there are none, or the text is no manifest. Pure.
std::vector<api::core::PodTemplateSpec> podTemplatesOf(const QString& manifest);
/// Names of the manifest's objects, as "Deployment web".
QStringList objectsOf(const QString& manifest);

} // namespace wheelhouse::ui
