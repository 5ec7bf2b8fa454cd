#include "window_memory.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>

namespace wheelhouse::ui {
namespace {

constexpr qint64 mostBytes = 1 << 20;
constexpr int mostParts = 8;
constexpr std::size_t mostKeys = 200;
constexpr qsizetype mostColumns = 60;

QJsonArray arrayOf(const QList<int>& sizes) {
    QJsonArray out;
    for (const int size : sizes)
        out.append(size);
    return out;
}

QList<int> sizesOf(const QJsonValue& value) {
    QList<int> out;
    for (const auto& each : value.toArray())
        if (out.size() < mostParts && each.toInt(-1) >= 0) out << each.toInt();
    return out;
}

QStringList namesOf(const QJsonValue& value) {
    QStringList out;
    for (const auto& each : value.toArray())
        if (out.size() < mostColumns && !each.toString().isEmpty()) out << each.toString();
    return out;
}

ColumnChoice choiceOf(const QJsonObject& from) {
    ColumnChoice out;
    out.hidden = namesOf(from.value(QStringLiteral("hidden")));
    out.shown = namesOf(from.value(QStringLiteral("shown")));
    for (const auto& each : from.value(QStringLiteral("own")).toArray()) {
        const QJsonObject column = each.toObject();
        UserColumn own{column.value(QStringLiteral("name")).toString(),
                       column.value(QStringLiteral("path")).toString()};
        if (!own.name.isEmpty() && out.own.size() < mostParts) out.own.push_back(std::move(own));
    }
    return out;
}

QJsonObject objectOf(const ColumnChoice& choice) {
    QJsonArray own;
    for (const UserColumn& column : choice.own)
        own.append(QJsonObject{{QStringLiteral("name"), column.name}, {QStringLiteral("path"), column.path}});
    return {{QStringLiteral("hidden"), QJsonArray::fromStringList(choice.hidden)},
            {QStringLiteral("shown"), QJsonArray::fromStringList(choice.shown)},
            {QStringLiteral("own"), own}};
}

const char* wordOf(OnClose what) {
    return what == OnClose::StopMachines ? "stop" : what == OnClose::LeaveMachines ? "leave" : "ask";
}

} // namespace

WindowMemory WindowMemory::load(const QString& path) {
    WindowMemory out;
    QFile file(path);
    if (path.isEmpty() || !file.open(QIODevice::ReadOnly) || file.size() > mostBytes) return out;
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
    const auto text = [&all](const char* key) { return all.value(QLatin1String(key)).toString(); };
    out.geometry = QByteArray::fromBase64(text("geometry").toLatin1());
    out.vertical = sizesOf(all.value(QStringLiteral("vertical")));
    out.horizontal = sizesOf(all.value(QStringLiteral("horizontal")));
    out.page = text("page");
    out.kind = text("kind");
    out.filter = text("filter");
    out.nameSpace = text("namespace");
    out.grouping = all.value(QStringLiteral("grouping")).toInt();
    out.onlyTrouble = all.value(QStringLiteral("onlyTrouble")).toBool();
    out.appearance = text("appearance");
    const QJsonObject keys = all.value(QStringLiteral("keys")).toObject();
    for (auto it = keys.begin(); it != keys.end() && out.keys.size() < mostKeys; ++it) {
        QStringList& of = out.keys[it.key()];
        for (const auto& key : it.value().toArray())
            if (of.size() < mostParts) of << key.toString();
    }
    out.wide = all.value(QStringLiteral("wide")).toBool();
    const QJsonObject columns = all.value(QStringLiteral("columns")).toObject();
    for (auto it = columns.begin(); it != columns.end() && out.columns.size() < mostKeys; ++it)
        out.columns[it.key()] = choiceOf(it.value().toObject());
    out.colors = text("colors");
    out.projector = all.value(QStringLiteral("projector")).toBool();
    out.reducedMotion = all.value(QStringLiteral("reducedMotion")).toBool();
    out.begun = all.value(QStringLiteral("begun")).toBool();
    const QString onClose = text("onClose");
    out.onClose = onClose == u"stop"    ? OnClose::StopMachines
                  : onClose == u"leave" ? OnClose::LeaveMachines
                                        : OnClose::Ask;
    return out;
}

bool WindowMemory::save(const QString& path) const {
    if (path.isEmpty() || !QDir().mkpath(QFileInfo(path).absolutePath())) return false;
    QJsonObject all;
    all.insert(QStringLiteral("geometry"), QString::fromLatin1(geometry.toBase64()));
    all.insert(QStringLiteral("vertical"), arrayOf(vertical));
    all.insert(QStringLiteral("horizontal"), arrayOf(horizontal));
    all.insert(QStringLiteral("page"), page);
    all.insert(QStringLiteral("kind"), kind);
    all.insert(QStringLiteral("filter"), filter);
    all.insert(QStringLiteral("namespace"), nameSpace);
    all.insert(QStringLiteral("grouping"), grouping);
    all.insert(QStringLiteral("onlyTrouble"), onlyTrouble);
    all.insert(QStringLiteral("appearance"), appearance);
    QJsonObject bound;
    for (const auto& [id, of] : keys)
        bound.insert(id, QJsonArray::fromStringList(of));
    all.insert(QStringLiteral("keys"), bound);
    QJsonObject chosen;
    for (const auto& [kindName, choice] : columns)
        if (!(choice == ColumnChoice())) chosen.insert(kindName, objectOf(choice));
    all.insert(QStringLiteral("columns"), chosen);
    all.insert(QStringLiteral("wide"), wide);
    all.insert(QStringLiteral("colors"), colors);
    all.insert(QStringLiteral("projector"), projector);
    all.insert(QStringLiteral("reducedMotion"), reducedMotion);
    all.insert(QStringLiteral("begun"), begun);
    all.insert(QStringLiteral("onClose"), QString::fromLatin1(wordOf(onClose)));
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return false;
    file.write(QJsonDocument(all).toJson());
    return file.commit();
}

} // namespace wheelhouse::ui
