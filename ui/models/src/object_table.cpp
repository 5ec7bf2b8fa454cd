#include "ui/models/object_table.h"

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "ui/models/words.h"

#include <QPointer>
#include <algorithm>
#include <charconv>
#include <set>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t rowsAtOnce = 200; ///< as many as are made within a frame

std::optional<WallTime> createdAt(const api::Object& object) {
    api::meta::PartialObjectMetadata head; // metadata is field 1 of every kind
    if (!head.ParseFromString(object.bytes()) || !head.metadata().has_creationtimestamp())
        return std::nullopt;
    return api::fromTime(head.metadata().creationtimestamp());
}

QString cellText(const api::Table::Cell& cell) {
    if (const auto* s = std::get_if<std::string>(&cell)) return QString::fromStdString(*s);
    if (const auto* n = std::get_if<std::int64_t>(&cell)) return QString::number(*n);
    if (const auto* flag = std::get_if<bool>(&cell))
        return *flag ? QStringLiteral("true") : QStringLiteral("false");
    return {};
}

/// A state word that says trouble or progress colours the row's status cell.
Tone toneOfWord(const QString& word) {
    static const std::set<QString> good = {"Running", "Ready", "Active", "Bound", "True"};
    static const std::set<QString> waiting = {"Pending", "ContainerCreating", "PodInitializing", "Creating",
                                              "Booting"};
    static const std::set<QString> over = {"Completed", "Succeeded", "Stopped"};
    if (good.contains(word)) return Tone::Good;
    if (waiting.contains(word)) return Tone::Warning;
    if (over.contains(word)) return Tone::Completed;
    if (word == u"Terminating") return Tone::Deleting;
    if (word.contains(u"NotReady") || word.contains(u"Err") || word.contains(u"BackOff") ||
        word == u"Failed" || word == u"Unknown" || word == u"OOMKilled" || word == u"Evicted")
        return Tone::Bad;
    return Tone::Plain;
}

Revision revisionOf(const std::string& text) {
    Revision revision = 0;
    std::from_chars(text.data(), text.data() + text.size(), revision);
    return revision;
}

bool sameColumns(const std::vector<api::Table::Column>& a, const std::vector<api::Table::Column>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return x.name == y.name; });
}

} // namespace

ObjectTable::ObjectTable(client::Cluster& cluster, Executor& executor, std::function<WallTime()> now,
                         QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor), now_(std::move(now)), model_(now_),
      box_([this] { pacer_.request(); }) {
    connect(&pacer_, &FramePacer::frame, this, [this] { model_.apply(box_.take()); });
}

ObjectTable::~ObjectTable() = default;

void ObjectTable::open(const client::ResourceInfo& resource, const QString& nameSpace) {
    close();
    resource_ = resource;
    nameSpace_ = resource.namespaced ? nameSpace : QString();
    failures_ = 0;
    setState(State::Loading);
    fetch();
}

void ObjectTable::close() {
    ++generation_;
    watch_.reset();
    again_.stop();
    fetching_ = false;
    (void)box_.take();
    unfilled_.clear();
    fill_.stop();
    columns_.clear();
    model_.reset({}, {});
    setState(State::Idle);
}

void ObjectTable::setUserColumns(const std::vector<UserColumn>& columns) {
    decltype(own_) wanted;
    for (const UserColumn& column : columns)
        if (auto path = api::ObjectPath::parse(column.path.toStdString()))
            wanted.emplace_back(column, std::move(*path));
    const bool same = std::equal(wanted.begin(), wanted.end(), own_.begin(), own_.end(),
                                 [](const auto& a, const auto& b) { return a.first == b.first; });
    if (same) return;
    own_ = std::move(wanted);
    if (state_ != State::Idle) open(client::ResourceInfo(resource_), QString(nameSpace_));
}

void ObjectTable::fillLater() {
    if (unfilled_.empty() || fill_.active()) return;
    fill_.start(executor_, Duration::zero(), [this] {
        std::vector<LiveTableModel::Delta> deltas;
        while (!unfilled_.empty() && deltas.size() < rowsAtOnce) {
            const api::Table::Row& row = unfilled_.front();
            deltas.push_back({Change::Modified, keyOf(row), rowOf(row)});
            unfilled_.pop_front();
        }
        // What came by the watch meanwhile is newer, or gone.
        std::erase_if(deltas, [this](const auto& each) { return fresher_.contains(each.key); });
        model_.apply(std::move(deltas));
        if (unfilled_.empty()) fresher_.clear();
        fillLater();
    });
}

void ObjectTable::fetch() {
    if (fetching_) return;
    fetching_ = true;
    client::ListOptions options;
    options.nameSpace = nameSpace_.toStdString();
    cluster_.table(resource_.name, options,
                   [self = QPointer(this), generation = generation_](Result<api::Table> table) {
                       if (!self || self->generation_ != generation) return;
                       self->fetching_ = false;
                       if (!table) return self->retryLater(table.error());
                       self->failures_ = 0;
                       self->take(*table);
                       self->setState(State::Ready);
                       if (!self->watch_) self->watchFrom(revisionOf(table->resourceVersion));
                   });
}

void ObjectTable::take(const api::Table& table) {
    (void)box_.take();
    const bool fresh = model_.columns().empty() || !sameColumns(columns_, table.columns);
    std::vector<std::pair<LiveTableModel::Key, LiveTableModel::Row>> rows;
    if (fresh) {
        columns_ = table.columns;
        const api::Kind* kind = api::findKind(resource_.name);
        local_ = kind != nullptr && sameColumns(api::tableColumns(*kind), columns_);
        namespaceColumn_ = resource_.namespaced && nameSpace_.isEmpty();
    }
    const bool many = !own_.empty() && table.rows.size() > rowsAtOnce;
    unfilled_.clear();
    fresher_.clear();
    if (many) unfilled_.assign(table.rows.begin(), table.rows.end());
    for (const auto& row : table.rows)
        rows.emplace_back(keyOf(row), rowOf(row, !many));
    fillLater();
    if (fresh) {
        std::vector<LiveTableModel::Column> columns;
        if (namespaceColumn_) columns.push_back({tr("Namespace"), {}});
        for (const auto& column : columns_) {
            const bool age = column.type == "date" || column.name == "Age";
            columns.push_back(
                {QString::fromStdString(column.name), QString::fromStdString(column.description),
                 age                                                   ? LiveTableModel::ColumnType::Age
                 : column.type == "integer" || column.type == "number" ? LiveTableModel::ColumnType::Number
                                                                       : LiveTableModel::ColumnType::Text,
                 column.priority > 0});
        }
        for (const auto& [column, path] : own_)
            columns.push_back({column.name, column.path});
        model_.reset(std::move(columns), std::move(rows));
        return;
    }
    std::vector<LiveTableModel::Delta> deltas;
    std::set<LiveTableModel::Key> present;
    for (auto& [key, row] : rows) {
        present.insert(key);
        deltas.push_back({Change::Modified, key, std::move(row)});
    }
    for (const auto& key : model_.keys())
        if (!present.contains(key)) deltas.push_back({Change::Removed, key, {}});
    model_.apply(std::move(deltas));
}

void ObjectTable::watchFrom(Revision revision) {
    client::WatchOptions options;
    options.nameSpace = nameSpace_.toStdString();
    options.since = revision;
    const auto generation = generation_;
    client::WatchSink sink;
    sink.onEvent = [this](const client::WatchEvent& event) { onEvent(event); };
    // The subscription may not be destroyed from inside its own callback.
    sink.onEnd = [this, generation](Status status) {
        executor_.post([self = QPointer(this), generation, status = std::move(status)] {
            if (!self || self->generation_ != generation) return;
            self->watch_.reset();
            if (status.reason == Reason::Expired || status.reason == Reason::Gone)
                self->fetch();
            else
                self->retryLater(status);
        });
    };
    watch_ = cluster_.watch(resource_.name, options, std::move(sink));
}

void ObjectTable::onEvent(const client::WatchEvent& event) {
    if (event.type == client::WatchEvent::Type::Bookmark) return;
    if (!local_ || !event.object) {
        if (!again_.active()) again_.start(executor_, 500ms, [this] { fetch(); });
        return;
    }
    const api::Table::Row row = api::tableRow(event.object, now_());
    const auto change = event.type == client::WatchEvent::Type::Deleted ? Change::Removed
                        : event.type == client::WatchEvent::Type::Added ? Change::Added
                                                                        : Change::Modified;
    if (!unfilled_.empty()) fresher_.insert(keyOf(row));
    box_.put(change, keyOf(row), rowOf(row));
}

void ObjectTable::retryLater(const Status& status) {
    const auto delay = std::min<std::chrono::milliseconds>(500ms * (1 << std::min(failures_, 6)), 30s);
    ++failures_;
    // What was already shown stays; only an empty view turns into an error.
    if (model_.columns().empty()) setState(State::Failed, errorLine(status));
    again_.start(executor_, delay, [this] { fetch(); });
}

void ObjectTable::setState(State state, QString error) {
    if (state == state_ && error == error_) return;
    state_ = state;
    error_ = std::move(error);
    Q_EMIT stateChanged();
}

LiveTableModel::Row ObjectTable::rowOf(const api::Table::Row& source, bool own) const {
    LiveTableModel::Row row;
    if (namespaceColumn_) {
        row.cells.push_back(source.object ? QString::fromStdString(source.object->nameSpace()) : QString());
        row.numbers.push_back(0);
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        static const api::Table::Cell none = std::string();
        const api::Table::Cell& cell = i < source.cells.size() ? source.cells[i] : none;
        row.cells.push_back(cellText(cell));
        const auto* number = std::get_if<std::int64_t>(&cell);
        row.numbers.push_back(number != nullptr ? *number : row.cells.back().toLongLong());
        const std::string& name = columns_[i].name;
        if (name == "Status" || name == "Phase" || name == "State") row.tone = toneOfWord(row.cells.back());
    }
    for (const auto& [column, path] : own_) {
        row.cells.push_back(own && source.object ? QString::fromStdString(path.of(*source.object))
                                                 : QString());
        row.numbers.push_back(0);
    }
    if (source.object) {
        row.object = source.object;
        row.born = createdAt(*source.object);
        row.name = QString::fromStdString(source.object->name());
        row.nameSpace = QString::fromStdString(source.object->nameSpace());
    } else if (!row.cells.empty()) {
        row.name = row.cells[namespaceColumn_ ? 1 : 0];
        row.nameSpace = nameSpace_;
    }
    return row;
}

LiveTableModel::Key ObjectTable::keyOf(const api::Table::Row& row) const {
    if (row.object) return row.object->uid().empty() ? row.object->key() : row.object->uid().value();
    return row.cells.empty() ? std::string() : cellText(row.cells.front()).toStdString();
}

} // namespace wheelhouse::ui
