#include "ui/models/jump_model.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

constexpr std::size_t mostVisits = 50;

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

bool startsPart(const QString& text, qsizetype at) {
    return at == 0 || !text[at - 1].isLetterOrNumber() || (text[at].isUpper() && text[at - 1].isLower());
}

JumpEntry entryOf(const client::ResourceInfo& resource) {
    JumpEntry entry;
    entry.what = JumpEntry::What::Kind;
    entry.kind = text(resource.kind);
    entry.title = entry.kind;
    entry.note = u':' + text(resource.shortNames.empty() ? resource.name.resource : resource.shortNames[0]);
    return entry;
}

JumpEntry entryOf(const MapPod& pod) {
    JumpEntry entry;
    entry.what = JumpEntry::What::Pod;
    entry.kind = QStringLiteral("Pod");
    entry.title = entry.name = pod.name;
    entry.note = entry.nameSpace = pod.nameSpace;
    entry.uid = pod.uid;
    return entry;
}

} // namespace

JumpLine readJump(const QString& given) {
    JumpLine line;
    const QString trimmed = given.trimmed();
    line.kind = trimmed.startsWith(u':');
    if (!line.kind) {
        line.word = trimmed;
        return line;
    }
    const qsizetype slash = trimmed.indexOf(QStringLiteral(" /"));
    if (slash >= 0) line.filter = trimmed.mid(slash + 2);
    const QStringList words = trimmed.mid(1, slash < 0 ? -1 : slash - 1).split(u' ', Qt::SkipEmptyParts);
    for (const QString& word : words) {
        if (line.word.isEmpty())
            line.word = word;
        else if (word.contains(u'='))
            line.filter = QStringLiteral("-l ") + word;
        else
            line.nameSpace = word == u"all" ? QStringLiteral("*") : word;
    }
    return line;
}

int jumpScore(const QString& word, const QString& text) {
    const qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive);
    if (at == 0) return text.size() == word.size() ? 100 : 80;
    if (at > 0) {
        for (qsizetype next = at; next >= 0; next = text.indexOf(word, next + 1, Qt::CaseInsensitive))
            if (startsPart(text, next)) return 60;
        return 40;
    }
    qsizetype seen = 0;
    for (const QChar c : text)
        if (seen < word.size() && c.toLower() == word[seen].toLower()) ++seen;
    return word.size() > 2 && seen == word.size() ? 10 : 0;
}

JumpModel::JumpModel(ClusterSession& session, QObject* parent)
    : QAbstractListModel(parent), session_(session) {}

void JumpModel::setActions(std::vector<JumpEntry> actions) {
    actions_ = std::move(actions);
}

int JumpModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

QVariant JumpModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const JumpEntry& row = entry(index.row());
    if (role == Qt::DisplayRole) return row.title;
    if (role == Qt::AccessibleTextRole)
        return row.note.isEmpty() ? row.title : row.title + QStringLiteral(", ") + row.note;
    return {};
}

void JumpModel::setText(const QString& given) {
    const JumpLine line = readJump(given);
    std::vector<Found> found;
    if (line.kind)
        findKinds(line, found);
    else if (!line.word.isEmpty())
        findAll(line.word, found);
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return a.score > b.score; });
    std::vector<JumpEntry> rows;
    for (Found& each : found)
        if (rows.size() < most) rows.push_back(std::move(each.entry));
    if (found.empty() && line.word.isEmpty() && !line.kind) {
        for (auto it = history_.rbegin(); it != history_.rend(); ++it)
            if (std::find(rows.begin(), rows.end(), *it) == rows.end()) rows.push_back(*it);
        for (const JumpEntry& action : actions_)
            if (std::find(rows.begin(), rows.end(), action) == rows.end()) rows.push_back(action);
        if (rows.size() > most) rows.resize(most);
    }
    beginResetModel();
    rows_ = std::move(rows);
    endResetModel();
}

void JumpModel::findKinds(const JumpLine& line, std::vector<Found>& found) const {
    const bool spaces = line.word == u"ns" || line.word == u"namespace" || line.word == u"namespaces";
    if (spaces && !line.nameSpace.isEmpty()) {
        for (const QString& name : session_.namespaces()) {
            const int score = jumpScore(line.nameSpace, name);
            if (score == 0) continue;
            JumpEntry entry;
            entry.what = JumpEntry::What::Namespace;
            entry.title = entry.nameSpace = name;
            entry.note = tr("namespace");
            found.push_back({score, std::move(entry)});
        }
        return;
    }
    for (const auto& resource : session_.resources()) {
        int score = std::max(jumpScore(line.word, text(resource.name.resource)),
                             jumpScore(line.word, text(resource.singular)));
        for (const std::string& name : resource.shortNames)
            if (text(name) == line.word) score = 110;
        if (line.word.isEmpty()) score = 1;
        // What a short or dotted word does not begin is noise here: `:po` is pods, not endpoints.
        if (score == 0 || (score < 60 && !line.word.isEmpty())) continue;
        JumpEntry entry = entryOf(resource);
        entry.filter = line.filter;
        if (resource.namespaced) entry.nameSpace = line.nameSpace;
        if (!entry.nameSpace.isEmpty() && entry.nameSpace != u"*")
            entry.note += QStringLiteral(" ") + entry.nameSpace;
        if (!entry.filter.isEmpty()) entry.note += QStringLiteral(" · ") + entry.filter;
        found.push_back({score, std::move(entry)});
    }
}

void JumpModel::findAll(const QString& word, std::vector<Found>& found) const {
    for (const JumpEntry& action : actions_)
        if (const int score = jumpScore(word, action.title)) found.push_back({score + 4, action});
    for (const auto& resource : session_.resources()) {
        const int score =
            std::max(jumpScore(word, text(resource.kind)), jumpScore(word, text(resource.name.resource)));
        if (score > 10) found.push_back({score + 3, entryOf(resource)});
    }
    for (const QString& name : session_.namespaces()) {
        const int score = jumpScore(word, name);
        if (score == 0) continue;
        JumpEntry entry;
        entry.what = JumpEntry::What::Namespace;
        entry.title = entry.nameSpace = name;
        entry.note = tr("namespace");
        found.push_back({score + 2, std::move(entry)});
    }
    std::vector<std::pair<int, const MapPod*>> pods;
    const auto lookAt = [&](const std::vector<const MapPod*>& some) {
        for (const MapPod* pod : some)
            if (const int score = jumpScore(word, pod->name)) pods.emplace_back(score, pod);
    };
    for (const auto& [name, node] : session_.map().nodes()) {
        if (const int score = jumpScore(word, name)) {
            JumpEntry entry;
            entry.what = JumpEntry::What::Node;
            entry.kind = QStringLiteral("Node");
            entry.title = entry.name = name;
            entry.note = tr("node");
            found.push_back({score + 1, std::move(entry)});
        }
        lookAt(node.pods);
    }
    lookAt(session_.map().queue());
    // There may be very many; only the best are made into entries.
    const auto middle = pods.begin() + static_cast<std::ptrdiff_t>(std::min(most, pods.size()));
    std::partial_sort(pods.begin(), middle, pods.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first > b.first : naturalCompare(a.second->name, b.second->name) < 0;
    });
    for (auto it = pods.begin(); it != middle; ++it)
        found.push_back({it->first, entryOf(*it->second)});
}

void JumpModel::visited(const JumpEntry& entry) {
    if (!history_.empty() && history_[at_] == entry) return;
    if (!history_.empty()) history_.resize(at_ + 1);
    before_ = at_;
    history_.push_back(entry);
    if (history_.size() > mostVisits) {
        history_.erase(history_.begin());
        before_ -= before_ > 0 ? 1 : 0;
    }
    at_ = history_.size() - 1;
}

const JumpEntry* JumpModel::travel(int step) {
    const auto to = static_cast<std::ptrdiff_t>(at_) + step;
    if (to < 0 || to >= static_cast<std::ptrdiff_t>(history_.size())) return nullptr;
    before_ = at_;
    at_ = static_cast<std::size_t>(to);
    return &history_[at_];
}

const JumpEntry* JumpModel::last() {
    if (before_ >= history_.size() || before_ == at_) return nullptr;
    std::swap(at_, before_);
    return &history_[at_];
}

} // namespace wheelhouse::ui
