#include "ui/models/row_marks.h"

#include <algorithm>
#include <tuple>
#include <unordered_set>

namespace wheelhouse::ui {

void RowMarks::toggle(const Rows& rows) {
    if (rows.empty()) return;
    const std::size_t before = marks_.size();
    marks_.insert(rows.begin(), rows.end());
    if (marks_.size() == before)
        for (const auto& [key, mark] : rows)
            marks_.erase(key);
    Q_EMIT changed();
}

void RowMarks::clear() {
    if (marks_.empty()) return;
    marks_.clear();
    Q_EMIT changed();
}

void RowMarks::keep(const std::vector<std::string>& keys) {
    if (marks_.empty()) return;
    const std::unordered_set<std::string> present(keys.begin(), keys.end());
    if (std::erase_if(marks_, [&present](const auto& each) { return !present.contains(each.first); }) > 0)
        Q_EMIT changed();
}

std::vector<RowMarks::Mark> RowMarks::marks() const {
    std::vector<Mark> out;
    for (const auto& [key, mark] : marks_)
        out.push_back(mark);
    std::sort(out.begin(), out.end(), [](const Mark& a, const Mark& b) {
        return std::tie(a.nameSpace, a.name) < std::tie(b.nameSpace, b.name);
    });
    return out;
}

std::map<QString, QStringList> RowMarks::byNamespace() const {
    std::map<QString, QStringList> out;
    for (const Mark& mark : marks())
        out[mark.nameSpace] << mark.name;
    return out;
}

} // namespace wheelhouse::ui
