#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace wheelhouse::api {

/// The server's own columns for a kind: what `kubectl get` and every table of the window show.
struct Table {
    struct Column {
        std::string name;
        std::string type;   ///< "string", "integer", "date", …
        std::string format; ///< "name" for the first column, else usually empty
        std::string description;
        int priority = 0; ///< 0 = always shown, 1 = only with -o wide
    };
    /// The last = there is nothing to show, which a custom kind's columns may say.
    using Cell = std::variant<std::string, std::int64_t, bool, std::monostate>;
    struct Row {
        std::vector<Cell> cells;
        ObjectPtr object;
    };
    std::vector<Column> columns;
    std::vector<Row> rows;
    std::string resourceVersion;
    std::string continueToken;
    std::optional<std::int64_t> remaining;
};

/// The columns of a kind; kinds without columns of their own get Name and Age.
const std::vector<Table::Column>& tableColumns(const Kind& kind);
/// One row; ages are relative to `now`.
Table::Row tableRow(const ObjectPtr& object, WallTime now);
/// The row of a stored object as `kind`, one of the rows that show it, has it.
Table::Row tableRow(const Kind& kind, const ObjectPtr& stored, WallTime now);
/// "5d", "3h2m": an age as kubectl prints it.
std::string humanDuration(Duration age);

} // namespace wheelhouse::api
