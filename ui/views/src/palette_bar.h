#pragma once

#include "ui/models/deploy_template.h"
#include "ui/views/map_drag.h"
#include "ui/widgets/controls.h"

#include <QAbstractButton>

namespace wheelhouse::ui {

/// One thing of the palette: drag it onto the map, or press it to say where in words.
class PaletteItem final : public QAbstractButton {
    Q_OBJECT
  public:
    /// `mime` is what a drag carries, under templateMime; empty = it cannot be dragged.
    PaletteItem(const Theme& theme, const DeployTemplate& what, const QString& mime, QWidget* parent);
    QSize sizeHint() const override { return {148, 48}; }
    QSize minimumSizeHint() const override { return {96, 48}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    const Theme& theme_;
    DeployTemplate what_;
    QString mime_;
    QPoint pressed_;
};

/// Where nodes and pods are dragged to go away. UI thread only.
class NodeBin final : public QWidget {
    Q_OBJECT
  public:
    explicit NodeBin(const Theme& theme, QWidget* parent);
    QSize sizeHint() const override { return {132, 48}; }

  Q_SIGNALS:
    void nodeDropped(const QString& name);
    void podDropped(const QString& uid);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    const Theme& theme_;
    bool over_ = false;
};

/// What can be dragged onto the map, and the bin. UI thread only.
class PaletteBar final : public QWidget {
    Q_OBJECT
  public:
    PaletteBar(const Theme& theme, QWidget* parent);
    NodeBin* bin() { return bin_; }
    /// "Web app", …; null where there is none.
    PaletteItem* item(const QString& id) const;

  Q_SIGNALS:
    /// An item was pressed instead of dragged.
    void templateChosen(const QString& id);
    void fileWanted();

  private:
    NodeBin* bin_;
};

} // namespace wheelhouse::ui
