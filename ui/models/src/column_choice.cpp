#include "ui/models/column_choice.h"

#include <QRegularExpression>

namespace wheelhouse::ui {

std::vector<UserColumn> columnsOf(const QString& text) {
    // A comma belongs to a path while it is in brackets; what is before the first colon is the name, and a
    // path begins with none of a name's signs.
    static const QRegularExpression column(
        QStringLiteral(R"(\s*([^,:.{\[$]+):((?:[^,\[]|\[[^\]]*\])+)(?:,|$))"));
    std::vector<UserColumn> out;
    qsizetype at = 0;
    while (at < text.size()) {
        const auto found = column.match(text, at, QRegularExpression::NormalMatch,
                                        QRegularExpression::AnchorAtOffsetMatchOption);
        if (!found.hasMatch()) return {};
        out.push_back({found.captured(1).trimmed(), found.captured(2).trimmed()});
        at = found.capturedEnd();
    }
    return out;
}

QString customColumns(const std::vector<UserColumn>& columns) {
    QStringList out;
    for (const UserColumn& column : columns)
        out << column.name + u':' + column.path;
    return out.join(u',');
}

} // namespace wheelhouse::ui
