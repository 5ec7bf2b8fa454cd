#include "ui/models/feed_model.h"

#include <algorithm>

#include <QDateTime>

namespace wheelhouse::ui {
namespace {

constexpr std::size_t timeColumn = 0;
constexpr std::size_t actorColumn = 1;
constexpr std::size_t textColumn = 2;

QString clockText(WallTime when) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when.time_since_epoch()).count();
    return QDateTime::fromSecsSinceEpoch(seconds).toString(QStringLiteral("HH:mm:ss"));
}

} // namespace

FeedModel::FeedModel(std::function<WallTime()> now, QObject* parent)
    : LiveTableModel(now, parent), now_(std::move(now)), box_([this] { pacer_.request(); }) {
    std::vector<Column> columns(3);
    columns[timeColumn] = {tr("Time"), {}, ColumnType::Number};
    columns[actorColumn] = {tr("Who"), {}};
    columns[textColumn] = {tr("What"), {}};
    reset(std::move(columns), {});
    sort(timeColumn, Qt::DescendingOrder);
    connect(&pacer_, &FramePacer::frame, this, &FeedModel::flush);
}

void FeedModel::event(Change change, const api::ObjectPtr& object) {
    if (change == Change::Removed) return; // it happened all the same
    put("event/" + object->uid().value(), sentenceOf(*object), {});
}

void FeedModel::note(const QString& actor, const QString& text, Tone tone, const QString& command) {
    Sentence sentence;
    sentence.actor = actor;
    sentence.text = text;
    sentence.tone = tone;
    sentence.when = now_();
    put("note/" + std::to_string(++notes_), sentence, command);
}

void FeedModel::put(Key key, const Sentence& sentence, const QString& extra) {
    Row row;
    row.cells = {clockText(sentence.when), sentence.actor, sentence.text};
    row.numbers = {static_cast<qint64>(sentence.when.time_since_epoch().count()), 0, 0};
    row.born = sentence.when;
    row.tone = sentence.tone;
    row.extra = extra.isEmpty() ? sentence.aboutKind : extra;
    row.name = sentence.aboutName;
    row.nameSpace = sentence.aboutNamespace;
    box_.put(Change::Added, key, std::move(row));
}

void FeedModel::flush() {
    std::vector<Delta> deltas = box_.take();
    const std::size_t after = total() + deltas.size();
    if (after > most) {
        // The oldest shown rows make room.
        const auto drop = std::min(after - most, static_cast<std::size_t>(rowCount()));
        for (std::size_t i = 0; i < drop; ++i)
            deltas.push_back({Change::Removed, key(rowCount() - 1 - static_cast<int>(i)), {}});
    }
    apply(std::move(deltas));
}

QVariant FeedModel::data(const QModelIndex& index, int role) const {
    if (role == AboutKindRole) return LiveTableModel::data(index, ExtraRole);
    return LiveTableModel::data(index, role);
}

} // namespace wheelhouse::ui
