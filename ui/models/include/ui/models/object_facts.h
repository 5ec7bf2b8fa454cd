#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"
#include "ui/models/live_table_model.h"

#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// What the drawer says about one object, in order. Plain values; the view decides how it looks.
struct Facts {
    struct Row {
        QString key;
        QString value;
        Tone tone = Tone::Plain;
        bool mono = false;
        bool dot = false; ///< a state dot before the value
    };
    struct Section {
        QString title;
        std::vector<Row> rows;
    };
    QString state; ///< one word
    Tone tone = Tone::Muted;
    QString subtitle;
    QString problem; ///< what is wrong, in a sentence; empty when nothing is
    std::vector<Section> sections;
    QStringList containers; ///< of a pod: whose logs there are
    QString console;        ///< of a machine: its last lines
    QString power;          ///< of a machine: "On", "Off", "Frozen"
    bool cordoned = false;  ///< of a node
};

/// Facts of any object; pods, nodes and machines get sections of their own. Pure.
Facts factsOf(const api::Object& object, WallTime now);

} // namespace wheelhouse::ui
