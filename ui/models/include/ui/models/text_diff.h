#pragma once

#include <QString>
#include <vector>

namespace wheelhouse::ui {

/// One line of a comparison.
struct DiffLine {
    enum Kind : std::uint8_t { Same, Added, Removed, Skipped };
    Kind kind = Same;
    QString text; ///< of Skipped: empty
    bool operator==(const DiffLine&) const = default;
};

/// The fewest lines added and removed that make `after` of `before`, with `context` equal lines around each
/// change; what lies between is one Skipped line. Pure.
std::vector<DiffLine> diffOf(const QString& before, const QString& after, int context = 3);

/// An object as YAML (from its JSON) without what nobody writes by hand: status, what the server numbers and
/// dates, managed fields and the memory of the last apply. Empty for an empty text.
QString readableYaml(const std::string& json);

} // namespace wheelhouse::ui
