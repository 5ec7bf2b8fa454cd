#pragma once

#include "engine/api/table.h"
#include "semantics/table_cells.h"

#include <functional>
#include <utility>
#include <vector>

namespace wheelhouse::api::semantics {

using Columns = std::vector<Table::Column>;
using CellsOf = std::function<Cells(const Object&, WallTime)>;

/// How one kind is shown.
struct Printer {
    Columns columns;
    CellsOf cells;
};
using Printers = std::vector<std::pair<const google::protobuf::Descriptor*, Printer>>;

// One list a file; table.cpp has the oldest kinds and puts them together.
Printers accessPrinters();  ///< rights, certificates, extension, fairness
Printers networkPrinters(); ///< networks
Printers storagePrinters(); ///< volumes and their classes
Printers limitPrinters();   ///< quotas, classes, devices
Printers workloadPrinters();

inline Table::Column text(std::string name, std::string description) {
    return {std::move(name), "string", "", std::move(description), 0};
}
inline Table::Column number(std::string name, std::string description) {
    return {std::move(name), "integer", "", std::move(description), 0};
}
inline Table::Column truth(std::string name, std::string description) {
    return {std::move(name), "boolean", "", std::move(description), 0};
}
inline Table::Column wide(Table::Column column) {
    column.priority = 1;
    return column;
}
inline Table::Column nameColumn() {
    return {"Name", "string", "name", "Unique within its namespace.", 0};
}
inline Table::Column ageColumn() {
    return text("Age", "How long ago the object was created.");
}
/// As Age, for the kinds that show the moment itself.
inline Table::Column createdColumn() {
    return {"Created At", "date", "", "When the object was created.", 0};
}

/// Age of a kind whose rows need nothing else of the metadata.
template <class M>
std::string ageOf(const M& message, WallTime now) {
    return since(message.metadata().creationtimestamp(), now);
}
template <class M>
std::string createdAt(const M& message) {
    return momentText(message.metadata().creationtimestamp());
}
template <class M, class F>
CellsOf typed(F cells) {
    return [cells](const Object& object, WallTime now) { return cells(object.as<M>(), now); };
}
template <class M, class F>
std::pair<const google::protobuf::Descriptor*, Printer> printer(Columns columns, F cells) {
    return {M::descriptor(), Printer{std::move(columns), typed<M>(std::move(cells))}};
}

} // namespace wheelhouse::api::semantics
