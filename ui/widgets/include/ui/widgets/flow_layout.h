#pragma once

#include <QLayout>
#include <vector>

namespace wheelhouse::ui {

/// Widgets in lines, as words in a paragraph. UI thread only.
class FlowLayout final : public QLayout {
  public:
    explicit FlowLayout(int gap, QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    int count() const override { return static_cast<int>(items_.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
    void setGeometry(const QRect& rect) override;
    QSize sizeHint() const override { return minimumSize(); }
    QSize minimumSize() const override;

  private:
    int arrange(const QRect& rect, bool move) const;
    int gap_;
    std::vector<QLayoutItem*> items_;
};

} // namespace wheelhouse::ui
