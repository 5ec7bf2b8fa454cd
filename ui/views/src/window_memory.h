#pragma once

#include "ui/models/column_choice.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <map>

namespace wheelhouse::ui {

/// What becomes of virtual machines when the window is closed.
enum class OnClose : std::uint8_t { Ask, StopMachines, LeaveMachines };

/// What a window remembers from one session to the next: a small file of text. What is missing or makes no
/// sense in it is as in a new window.
struct WindowMemory {
    QByteArray geometry;
    QList<int> vertical;   ///< sizes of the map and the dock
    QList<int> horizontal; ///< sizes of the page and the drawer
    QString page;          ///< "Map", "Objects", …
    QString kind;          ///< of the table
    QString filter;        ///< of the table
    QString nameSpace;
    int grouping = 0;
    bool onlyTrouble = false;
    QString appearance; ///< "light", "dark"; empty = the desktop's
    QString colors;     ///< "red-green", "blue-yellow"; empty = the usual ones
    bool projector = false;
    bool reducedMotion = false;
    OnClose onClose = OnClose::Ask;
    std::map<QString, QStringList> keys;     ///< what KeyTable::kept() gave
    bool wide = false;                       ///< tables with wide columns
    std::map<QString, ColumnChoice> columns; ///< of tables, by kind
    bool begun = false;                      ///< somebody chose what the lab begins with, or that it need not

    /// Of no file, and of one that cannot be read: everything as in a new window.
    static WindowMemory load(const QString& file);
    /// Replaces the file at once or not at all; false when it cannot be written.
    bool save(const QString& file) const;
};

} // namespace wheelhouse::ui
