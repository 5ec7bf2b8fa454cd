#include "ui/views/map_drag.h"

#include "ui/models/helm_chart.h"

#include <QDrag>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

namespace wheelhouse::ui {
namespace {

constexpr qint64 mostBytes = 3 * 1024 * 1024;

Uid uidOf(const QMimeData* data) {
    return Uid(data->data(MapDrag::podMime).toStdString());
}

/// The folder of a chart among what is dragged; empty = there is none.
QString chartIn(const QMimeData* data) {
    for (const QUrl& url : data->urls())
        if (url.isLocalFile() && HelmChart::isChart(url.toLocalFile())) return url.toLocalFile();
    return {};
}

} // namespace

const QString MapDrag::templateMime = QStringLiteral("application/x-wheelhouse-template");
const QString MapDrag::podMime = QStringLiteral("application/x-wheelhouse-pod");
const QString MapDrag::nodeMime = QStringLiteral("application/x-wheelhouse-node");
const QString MapDrag::faultMime = QStringLiteral("application/x-wheelhouse-fault");

MapDrag::MapDrag(ClusterSession& session, MapView& map, QObject* parent)
    : QObject(parent), session_(session), map_(map), preview_(session.cluster()) {
    map_.viewport()->setAcceptDrops(true);
    map_.viewport()->installEventFilter(this);
    connect(&preview_, &PlacementPreview::changed, this, [this] {
        if (overMap_ || preview_.hints().empty()) map_.setHints(preview_.hints());
    });
    connect(&map_, &MapView::podDragged, this, &MapDrag::dragPod);
    connect(&map_, &MapView::nodeDragged, this, &MapDrag::dragNode);
}

QMimeData* MapDrag::podData(const Uid& uid) {
    auto* data = new QMimeData;
    data->setData(podMime, QByteArray::fromStdString(uid.value()));
    return data;
}

QMimeData* MapDrag::nodeData(const QString& name) {
    auto* data = new QMimeData;
    data->setData(nodeMime, name.toUtf8());
    return data;
}

void MapDrag::dragPod(const Uid& uid) {
    auto* drag = new QDrag(&map_);
    drag->setMimeData(podData(uid));
    const QRect rect = map_.rectOfPod(uid).adjusted(-3, -3, 3, 3);
    drag->setPixmap(map_.viewport()->grab(rect));
    drag->setHotSpot(QPoint(rect.width() / 2, rect.height() / 2));
    drag->exec(Qt::MoveAction);
    leave();
}

void MapDrag::dragNode(const QString& name) {
    auto* drag = new QDrag(&map_);
    drag->setMimeData(nodeData(name));
    const QRect rect = map_.rectOfNode(name);
    drag->setPixmap(
        map_.viewport()->grab(rect).scaledToWidth(std::min(rect.width(), 180), Qt::SmoothTransformation));
    drag->setHotSpot(QPoint(40, 14));
    drag->exec(Qt::MoveAction);
}

/// The text of a manifest file that is dragged; empty when it is none, with the reason where it looked like
/// one.
QString MapDrag::manifestIn(const QMimeData* data, QString& file, QString& problem) {
    QStringList texts;
    for (const QUrl& url : data->urls()) {
        const QFileInfo info(url.toLocalFile());
        static const QStringList suffixes = {QStringLiteral("yaml"), QStringLiteral("yml"),
                                             QStringLiteral("json")};
        if (!url.isLocalFile() || !suffixes.contains(info.suffix().toLower())) continue;
        QFile opened(info.filePath());
        if (info.size() > mostBytes)
            problem = tr("%1 is too large for a manifest.").arg(info.fileName());
        else if (!opened.open(QIODevice::ReadOnly))
            problem = tr("%1 cannot be read: %2.").arg(info.fileName(), opened.errorString());
        else
            texts << QString::fromUtf8(opened.readAll());
        file = info.filePath();
    }
    if (texts.size() > 1) file.clear(); // several files make one text that is none of them
    return texts.join(QStringLiteral("\n---\n"));
}

bool MapDrag::enter(const QMimeData* data) {
    overMap_ = true;
    aimed_ = false;
    preview_.clear();
    const bool tells = session_.resourceOfKind(QStringLiteral("WhatIf")) != nullptr;
    if (data->hasFormat(podMime)) {
        const MapPod* pod = session_.map().findPod(uidOf(data));
        if (pod != nullptr && tells) preview_.askAbout(pod->nameSpace, pod->name);
        return pod != nullptr;
    }
    if (data->hasFormat(nodeMime)) return false; // nodes go to the bin
    if (data->hasFormat(faultMime)) return aimed_ = true;
    // What it would make is known only once it is rendered, which takes longer than a drag.
    if (!chartIn(data).isEmpty()) return true;
    QString manifest;
    if (data->hasFormat(templateMime)) {
        const auto* what = findTemplate(QString::fromUtf8(data->data(templateMime)));
        if (what == nullptr) return false;
        aimed_ = true;
        manifest = manifestOf(what->id, what->id, what->replicas, {});
    } else {
        QString file;
        QString problem;
        manifest = manifestIn(data, file, problem);
        if (manifest.isEmpty() && problem.isEmpty()) return false;
    }
    if (tells) preview_.ask(podTemplatesOf(manifest), nameSpace_);
    return true;
}

DeployPlace MapDrag::placeAt(const QPoint& at) const {
    const QString node = map_.nodeAt(at);
    if (!node.isEmpty()) return {{}, node};
    return {map_.zoneAt(at), {}};
}

void MapDrag::move(const QPoint& at) {
    map_.setDropPlace(aimed_ ? placeAt(at) : DeployPlace());
}

void MapDrag::leave() {
    overMap_ = false;
    preview_.clear();
    map_.setHints({});
    map_.setDropPlace({});
}

bool MapDrag::drop(const QMimeData* data, const QPoint& at) {
    const DeployPlace place = placeAt(at);
    leave();
    if (data->hasFormat(podMime)) {
        const MapPod* pod = session_.map().findPod(uidOf(data));
        if (pod == nullptr || pod->node == map_.nodeAt(at)) return false;
        Q_EMIT podDropped(pod->uid);
        return true;
    }
    if (data->hasFormat(faultMime)) {
        Q_EMIT faultDropped(QString::fromUtf8(data->data(faultMime)), place, map_.podAt(at));
        return true;
    }
    if (data->hasFormat(templateMime)) {
        Q_EMIT templateDropped(QString::fromUtf8(data->data(templateMime)), place);
        return true;
    }
    if (const QString chart = chartIn(data); !chart.isEmpty()) {
        Q_EMIT chartDropped(chart);
        return true;
    }
    QString file;
    QString problem;
    const QString text = manifestIn(data, file, problem);
    if (!problem.isEmpty()) Q_EMIT refused(problem);
    if (!text.isEmpty()) Q_EMIT manifestDropped(text, file);
    return !text.isEmpty();
}

bool MapDrag::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::DragEnter: {
        auto* drag = static_cast<QDragEnterEvent*>(event);
        if (enter(drag->mimeData()))
            drag->acceptProposedAction();
        else
            drag->ignore();
        return true;
    }
    case QEvent::DragMove:
        move(static_cast<QDragMoveEvent*>(event)->position().toPoint());
        static_cast<QDragMoveEvent*>(event)->acceptProposedAction();
        return true;
    case QEvent::DragLeave:
        leave();
        return true;
    case QEvent::Drop: {
        auto* drag = static_cast<QDropEvent*>(event);
        if (drop(drag->mimeData(), drag->position().toPoint()))
            drag->acceptProposedAction();
        else
            drag->ignore();
        return true;
    }
    default:
        return QObject::eventFilter(watched, event);
    }
}

} // namespace wheelhouse::ui
