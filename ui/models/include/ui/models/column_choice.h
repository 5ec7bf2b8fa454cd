#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// A column somebody wanted beside the server's.
struct UserColumn {
    QString name;
    QString path; ///< JSONPath
    bool operator==(const UserColumn&) const = default;
};

/// Which columns of a table are seen: those of the server that were put away, wide ones that were brought
/// out, and ones of the user's own.
struct ColumnChoice {
    QStringList hidden;
    QStringList shown;
    std::vector<UserColumn> own;
    bool operator==(const ColumnChoice&) const = default;
};

/// Columns as `kubectl get -o custom-columns=` takes them: `APP:.metadata.labels.app,IP:.status.podIP`. None
/// of a text that names no column. Pure.
std::vector<UserColumn> columnsOf(const QString& text);
/// The way back. Pure.
QString customColumns(const std::vector<UserColumn>& columns);

} // namespace wheelhouse::ui
