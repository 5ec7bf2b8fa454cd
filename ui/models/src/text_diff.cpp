#include "ui/models/text_diff.h"

#include "engine/api/codec.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

/// Longest common subsequences of all tails of two texts; quadratic, so long texts are compared line by line
/// from both ends first.
class Lengths {
  public:
    Lengths(const QStringList& a, const QStringList& b)
        : width_(static_cast<std::size_t>(b.size()) + 1),
          cells_((static_cast<std::size_t>(a.size()) + 1) * width_, 0) {
        for (qsizetype i = a.size() - 1; i >= 0; --i)
            for (qsizetype j = b.size() - 1; j >= 0; --j)
                at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
    std::uint32_t& at(qsizetype i, qsizetype j) {
        return cells_[static_cast<std::size_t>(i) * width_ + static_cast<std::size_t>(j)];
    }

  private:
    std::size_t width_;
    std::vector<std::uint32_t> cells_;
};

std::vector<DiffLine> fullDiff(QStringList a, QStringList b) {
    std::vector<DiffLine> head;
    std::vector<DiffLine> tail;
    while (!a.isEmpty() && !b.isEmpty() && a.first() == b.first()) {
        head.push_back({DiffLine::Same, a.takeFirst()});
        b.removeFirst();
    }
    while (!a.isEmpty() && !b.isEmpty() && a.last() == b.last()) {
        tail.push_back({DiffLine::Same, a.takeLast()});
        b.removeLast();
    }
    Lengths lengths(a, b);
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < a.size() || j < b.size()) {
        if (i < a.size() && j < b.size() && a[i] == b[j]) {
            head.push_back({DiffLine::Same, a[i++]});
            ++j;
        } else if (i < a.size() && (j == b.size() || lengths.at(i + 1, j) >= lengths.at(i, j + 1))) {
            head.push_back({DiffLine::Removed, a[i++]});
        } else {
            head.push_back({DiffLine::Added, b[j++]});
        }
    }
    head.insert(head.end(), tail.rbegin(), tail.rend());
    return head;
}

} // namespace

std::vector<DiffLine> diffOf(const QString& before, const QString& after, int context) {
    const auto lines = [](const QString& text) {
        QStringList out = text.split(u'\n');
        if (!out.isEmpty() && out.last().isEmpty()) out.removeLast();
        return out;
    };
    const std::vector<DiffLine> all = fullDiff(lines(before), lines(after));
    std::vector<bool> keep(all.size(), false);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].kind == DiffLine::Same) continue;
        const auto around = static_cast<std::size_t>(std::max(0, context));
        const std::size_t first = i > around ? i - around : 0;
        for (std::size_t k = first; k <= std::min(all.size() - 1, i + around); ++k)
            keep[k] = true;
    }
    std::vector<DiffLine> out;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (keep[i])
            out.push_back(all[i]);
        else if (out.empty() || out.back().kind != DiffLine::Skipped)
            out.push_back({DiffLine::Skipped, {}});
    }
    return out;
}

QString readableYaml(const std::string& json) {
    if (json.empty()) return {};
    QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
    QJsonObject metadata = object.value(QStringLiteral("metadata")).toObject();
    for (const char* key : {"managedFields", "uid", "creationTimestamp", "generation", "resourceVersion"})
        metadata.remove(QLatin1String(key));
    object.remove(QStringLiteral("status"));
    QJsonObject annotations = metadata.value(QStringLiteral("annotations")).toObject();
    annotations.remove(QStringLiteral("kubectl.kubernetes.io/last-applied-configuration"));
    if (annotations.isEmpty())
        metadata.remove(QStringLiteral("annotations"));
    else
        metadata.insert(QStringLiteral("annotations"), annotations);
    object.insert(QStringLiteral("metadata"), metadata);
    const auto yaml = api::jsonToYaml(QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString());
    return yaml ? QString::fromStdString(*yaml) : QString();
}

} // namespace wheelhouse::ui
