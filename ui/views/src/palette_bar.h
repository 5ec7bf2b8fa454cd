#pragma once

#include "ui/models/deploy_template.h"
#include "ui/models/fault_template.h"
#include "ui/views/map_drag.h"
#include "ui/widgets/controls.h"

#include <QAbstractButton>
#include <optional>

class QStackedWidget;

namespace wheelhouse::ui {

/// How one thing of the palette looks, and what a drag of it carries.
struct PaletteLook {
    QString id; ///< its object name is "palette." and this
    QString name;
    QString note;
    QString icon;
    std::optional<int> hue; ///< nothing = it breaks something
    QString mime;           ///< the type of what a drag carries, which is `id`; empty = it cannot be dragged
    bool small = false;     ///< icon and name only
};

/// One thing of the palette: drag it onto the map, or press it to say where in words.
class PaletteItem final : public QAbstractButton {
    Q_OBJECT
  public:
    PaletteItem(const Theme& theme, PaletteLook look, QWidget* parent);
    QSize sizeHint() const override { return {148, look_.small ? 28 : 48}; }
    QSize minimumSizeHint() const override { return {look_.small ? 30 : 42, look_.small ? 28 : 48}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    const Theme& theme_;
    PaletteLook look_;
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

/// How a fault looks in a palette.
PaletteLook lookOf(const FaultTemplate& what, bool small);

/// What can be dragged onto the map: things to deploy or, after a press on "Break", faults; and the bin. UI
/// thread only.
class PaletteBar final : public QWidget {
    Q_OBJECT
  public:
    PaletteBar(const Theme& theme, QWidget* parent);
    NodeBin* bin() { return bin_; }
    /// "Web app", …; null where there is none.
    PaletteItem* item(const QString& id) const;
    /// Faults can be had; otherwise `why` says why not.
    void setFaultsPossible(bool possible, const QString& why);
    void showFaults(bool faults);

  Q_SIGNALS:
    /// An item was pressed instead of dragged.
    void templateChosen(const QString& id);
    void faultChosen(const QString& id);
    void fileWanted();

  private:
    QWidget* buildModes();
    QWidget* buildTemplates();
    QWidget* buildFaults();
    const Theme& theme_;
    QPushButton* build_;
    QPushButton* break_;
    QStackedWidget* stack_;
    NodeBin* bin_;
};

} // namespace wheelhouse::ui
