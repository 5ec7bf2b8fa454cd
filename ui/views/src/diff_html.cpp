#include "diff_html.h"

namespace wheelhouse::ui {

QString diffHtml(const Tokens& tokens, const std::vector<DiffLine>& lines) {
    QString html = QStringLiteral("<pre style='margin:0'>");
    for (const DiffLine& line : lines) {
        const QColor color = line.kind == DiffLine::Added     ? tokens.ok
                             : line.kind == DiffLine::Removed ? tokens.bad
                                                              : tokens.muted;
        const QString sign = line.kind == DiffLine::Added     ? QStringLiteral("+ ")
                             : line.kind == DiffLine::Removed ? QStringLiteral("− ")
                                                              : QStringLiteral("  ");
        html += QStringLiteral("<span style='color:%1'>%2</span>\n")
                    .arg(color.name(), sign + (line.kind == DiffLine::Skipped ? QStringLiteral("…")
                                                                              : line.text.toHtmlEscaped()));
    }
    return html + QStringLiteral("</pre>");
}

} // namespace wheelhouse::ui
