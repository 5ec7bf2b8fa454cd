#include "ui/models/yaml_outline.h"

#include <QRegularExpression>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

struct Frame {
    int column;
    QString key;
};

/// Where the words of a line begin.
struct Start {
    int dash = -1;  ///< of the first list mark; -1 = none
    int column = 0; ///< of what comes after blanks and list marks
};

Start startOf(const QString& line) {
    Start out;
    int at = 0;
    while (at < line.size()) {
        if (line[at] == u' ') {
            ++at;
        } else if (line[at] == u'-' && (at + 1 == line.size() || line[at + 1] == u' ')) {
            if (out.dash < 0) out.dash = at;
            ++at;
        } else {
            break;
        }
    }
    out.column = at;
    return out;
}

/// Keeps of the keys above those a line that begins there is inside of.
void enter(std::vector<Frame>& frames, const Start& start) {
    // A list may stand right under its key.
    const int limit = start.dash >= 0 ? start.dash + 1 : start.column;
    while (!frames.empty() && frames.back().column >= limit)
        frames.pop_back();
}

QStringList pathOf(const std::vector<Frame>& frames) {
    QStringList out;
    for (const Frame& frame : frames)
        out << frame.key;
    return out;
}

QString withoutQuotes(QString text) {
    if (text.size() >= 2 && (text.front() == u'"' || text.front() == u'\'') && text.back() == text.front())
        return text.sliced(1, text.size() - 2);
    return text;
}

QString withoutComment(const QString& text) {
    if (text.startsWith(u'"') || text.startsWith(u'\'')) {
        const qsizetype end = text.indexOf(text.front(), 1);
        return end < 0 ? text : text.first(end + 1);
    }
    static const QRegularExpression comment(QStringLiteral(R"((^|\s)#.*$)"));
    QString out = text;
    return out.remove(comment).trimmed();
}

const QRegularExpression& keyForm() {
    static const QRegularExpression form(
        QStringLiteral(R"re(^("[^"]*"|'[^']*'|[^\s#"'\[\]{},&*!|>][^#]*?)\s*:(?:\s+(.*))?$)re"));
    return form;
}

} // namespace

std::vector<YamlKey> yamlKeys(const QString& text) {
    static const QRegularExpression longText(QStringLiteral(R"(^[|>][-+0-9]*$)"));
    std::vector<YamlKey> out;
    std::vector<Frame> frames;
    int document = 0;
    int textColumn = -1; ///< inside a text over several lines: the column of its key
    const QStringList lines = text.split(u'\n');
    for (int number = 0; number < lines.size(); ++number) {
        const QString& line = lines[number];
        if (line.startsWith(u"---")) {
            ++document;
            frames.clear();
            textColumn = -1;
            continue;
        }
        const Start start = startOf(line);
        const QString words = line.mid(start.column).trimmed();
        if (words.isEmpty() || words.startsWith(u'#')) continue;
        if (textColumn >= 0 && (start.dash >= 0 ? start.dash : start.column) > textColumn) continue;
        textColumn = -1;
        enter(frames, start);
        if (longText.match(words).hasMatch()) textColumn = start.dash >= 0 ? start.dash : start.column;
        const auto match = keyForm().match(words);
        if (!match.hasMatch()) continue;
        YamlKey key;
        key.document = document;
        key.line = number;
        key.column = start.column;
        key.key = withoutQuotes(match.captured(1));
        key.value = withoutComment(match.captured(2).trimmed());
        key.valueColumn =
            start.column + static_cast<int>(match.hasCaptured(2) ? match.capturedStart(2) : words.size());
        key.parents = pathOf(frames);
        if (longText.match(key.value).hasMatch()) textColumn = start.dash >= 0 ? start.dash : start.column;
        frames.push_back({start.column, key.key});
        out.push_back(std::move(key));
    }
    return out;
}

std::vector<std::pair<QString, QString>> yamlKinds(const std::vector<YamlKey>& keys) {
    std::vector<std::pair<QString, QString>> out;
    for (const YamlKey& key : keys) {
        if (!key.parents.isEmpty()) continue;
        if (out.size() <= static_cast<std::size_t>(key.document))
            out.resize(static_cast<std::size_t>(key.document) + 1);
        auto& [apiVersion, kind] = out[static_cast<std::size_t>(key.document)];
        if (key.key == u"apiVersion") apiVersion = withoutQuotes(key.value);
        if (key.key == u"kind") kind = withoutQuotes(key.value);
    }
    return out;
}

YamlPlace yamlPlaceAt(const QString& text, int line, int column) {
    const std::vector<YamlKey> keys = yamlKeys(text);
    const QStringList lines = text.split(u'\n');
    YamlPlace place;
    if (line < 0 || line >= lines.size()) return place;
    int document = 0;
    for (int i = 0; i <= line; ++i)
        document += lines[i].startsWith(u"---");
    const auto kinds = yamlKinds(keys);
    if (static_cast<std::size_t>(document) < kinds.size())
        std::tie(place.apiVersion, place.kind) = kinds[static_cast<std::size_t>(document)];
    const QString before = lines[line].first(std::clamp<qsizetype>(column, 0, lines[line].size()));
    const Start start = startOf(before);
    std::vector<Frame> frames;
    for (const YamlKey& key : keys) {
        if (key.document != document || key.line >= line) continue;
        while (!frames.empty() && static_cast<qsizetype>(frames.size()) > key.parents.size())
            frames.pop_back();
        frames.push_back({key.column, key.key});
    }
    enter(frames, start);
    place.parents = pathOf(frames);
    const QString words = before.mid(start.column);
    const qsizetype colon = words.indexOf(QStringLiteral(": "));
    place.inValue = colon >= 0 || words.endsWith(u':');
    place.key = place.inValue ? withoutQuotes(words.first(colon >= 0 ? colon : words.size() - 1)) : words;
    place.typed = !place.inValue ? words : colon >= 0 ? words.mid(colon + 2).trimmed() : QString();
    // Beside it stand the keys with the same parents, and the same list item, as far as lines tell: back to
    // the list mark before it, on to the next.
    for (const YamlKey& key : keys)
        if (key.document == document && key.line != line && key.parents == place.parents &&
            key.column == start.column) {
            const int first = std::min(key.line, line);
            const int last = std::max(key.line, line);
            bool together = true;
            for (int i = first + 1; i <= last && together; ++i)
                together = lines[i].trimmed().isEmpty() ||
                           (startOf(lines[i]).dash < 0 ? startOf(lines[i]).column >= start.column
                                                       : startOf(lines[i]).dash >= start.column);
            if (together) place.present << key.key;
        }
    return place;
}

} // namespace wheelhouse::ui
