#pragma once

#include "ui/models/cluster_session.h"
#include "ui/models/deploy_template.h"
#include "ui/models/placement_preview.h"
#include "ui/views/map_view.h"

#include <QObject>

class QMimeData;

namespace wheelhouse::ui {

/// Dragging onto the map and from it. While a template, a manifest file or a pod is over the map, every node
/// shows whether it would fit there and why not, as the scheduler sees it at that moment; where it is let go,
/// a signal says what and where. Nothing is changed here. UI thread only.
class MapDrag final : public QObject {
    Q_OBJECT
  public:
    static const QString templateMime; ///< a template's id
    static const QString podMime;      ///< a pod's uid
    static const QString nodeMime;     ///< a node's name
    static const QString faultMime;    ///< a fault template's id

    MapDrag(ClusterSession& session, MapView& map, QObject* parent = nullptr);
    /// The namespace in which templates would be placed.
    void setNamespace(const QString& nameSpace) { nameSpace_ = nameSpace; }
    const PlacementHints& hints() const { return preview_.hints(); }
    /// What a drag of this pod or node carries; ownership goes to the caller.
    static QMimeData* podData(const Uid& uid);
    static QMimeData* nodeData(const QString& name);

  Q_SIGNALS:
    void templateDropped(const QString& id, const wheelhouse::ui::DeployPlace& place);
    void manifestDropped(const QString& text, const QString& file);
    /// The folder of a Helm chart.
    void chartDropped(const QString& folder);
    /// A fault was let go over a node, a zone or (with its uid) a pod.
    void faultDropped(const QString& id, const wheelhouse::ui::DeployPlace& place,
                      const wheelhouse::Uid& pod);
    /// A pod was let go somewhere else than on its own node.
    void podDropped(const wheelhouse::Uid& uid);
    /// A file that cannot be taken, as a sentence.
    void refused(const QString& why);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    bool enter(const QMimeData* data);
    void move(const QPoint& at);
    void leave();
    bool drop(const QMimeData* data, const QPoint& at);
    void dragPod(const Uid& uid);
    void dragNode(const QString& name);
    DeployPlace placeAt(const QPoint& at) const;
    static QString manifestIn(const QMimeData* data, QString& file, QString& problem);

    ClusterSession& session_;
    MapView& map_;
    PlacementPreview preview_;
    QString nameSpace_ = QStringLiteral("default");
    bool overMap_ = false;
    bool aimed_ = false; ///< what is dragged can be meant for one zone or node
};

} // namespace wheelhouse::ui
