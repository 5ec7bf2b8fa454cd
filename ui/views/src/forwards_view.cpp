#include "ui/views/forwards_view.h"

#include "line_painter.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"
#include "ui/widgets/combo_box.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QUrl>

namespace wheelhouse::ui {
namespace {

class ForwardDelegate final : public QStyledItemDelegate {
  public:
    ForwardDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    void paint(QPainter* p, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const Tokens& t = theme_.tokens();
        if ((option.state & QStyle::State_Selected) != 0)
            p->fillRect(option.rect, Theme::mix(t.panel, t.accent, t.dark ? 0.2 : 0.13));
        const bool mono = index.column() == PortForwards::Local || index.column() == PortForwards::Port ||
                          index.column() == PortForwards::Traffic || index.column() == PortForwards::Target;
        LinePainter line(*p, theme_, option.rect.adjusted(8, 0, -6, 0), 8);
        const auto tone = static_cast<Tone>(index.data(LiveTableModel::ToneRole).toInt());
        if (index.column() == PortForwards::State) line.dot(tone);
        const QColor color = index.column() == PortForwards::State && tone == Tone::Warning
                                 ? theme_.color(tone)
                                 : Theme::mix(t.text, t.muted, index.column() == 0 ? 0 : 0.4);
        line.text(line.room(), mono ? theme_.mono() : theme_.body(), color, index.data().toString());
    }

  private:
    const Theme& theme_;
};

} // namespace

ForwardsView::ForwardsView(client::Cluster& cluster, const Theme& theme, QWidget* parent)
    : QWidget(parent), theme_(theme), model_(cluster) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 6, 16, 8);
    column->setSpacing(6);
    form_ = buildForm();
    form_->hide();
    column->addWidget(form_);
    problem_ = makeLabel({}, "bad", this);
    problem_->setWordWrap(true);
    problem_->hide();
    column->addWidget(problem_);
    buildTable();
    empty_ = new EmptyState(theme, QStringLiteral("forward"), this);
    empty_->setTexts(tr("Nothing is forwarded"),
                     tr("Select a pod or a service and press Shift+F to reach one of its ports on this "
                        "computer."));
    stack_ = new QStackedWidget(this);
    stack_->addWidget(empty_);
    stack_->addWidget(table_);
    column->addWidget(stack_, 1);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(8);
    command_ = new CommandStrip(theme, this);
    foot->addWidget(command_, 1);
    for (QPushButton* button : {open_, copy_, stop_})
        foot->addWidget(button);
    column->addLayout(foot);
    connect(&model_, &QAbstractItemModel::rowsInserted, this, &ForwardsView::refresh);
    connect(&model_, &QAbstractItemModel::rowsRemoved, this, &ForwardsView::refresh);
    connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ForwardsView::refresh);
    connect(&theme_, &Theme::changed, table_->viewport(), qOverload<>(&QWidget::update));
    refresh();
}

QWidget* ForwardsView::buildForm() {
    auto* form = new QWidget(this);
    auto* row = new QHBoxLayout(form);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    what_ = new ElidedLabel(Qt::ElideMiddle, form);
    port_ = new ComboBox(theme_, tr("Port of the pod or service"), 130, form);
    local_ = new QSpinBox(form);
    local_->setRange(0, 65535);
    local_->setSpecialValueText(tr("any"));
    local_->setMinimumWidth(90);
    local_->setAccessibleName(tr("Port on this computer"));
    local_->setToolTip(tr("Port on this computer; “any” takes the same number where it is free"));
    start_ = makeButton(tr("Forward"), "primary", form);
    row->addWidget(what_, 1);
    row->addWidget(makeLabel(tr("port"), "muted", form));
    row->addWidget(port_);
    row->addWidget(makeLabel(tr("to 127.0.0.1, port"), "muted", form));
    row->addWidget(local_);
    row->addWidget(start_);
    connect(start_, &QPushButton::clicked, this, &ForwardsView::begin);
    connect(port_, &QComboBox::editTextChanged, this, &ForwardsView::refresh);
    connect(local_, &QSpinBox::valueChanged, this, &ForwardsView::refresh);
    return form;
}

void ForwardsView::buildTable() {
    table_ = makeTable(model_, tr("Forwarded ports"), this);
    table_->setItemDelegate(new ForwardDelegate(theme_, table_));
    const int widths[] = {240, 120, 140, 70, 260, 100};
    for (int i = 0; i < static_cast<int>(std::size(widths)); ++i)
        table_->setColumnWidth(i, widths[i]);
    table_->installEventFilter(this);
    open_ = makeButton(tr("Open in browser"), "quiet", this);
    setThemedIcon(open_, theme_, QStringLiteral("open"), Tone::Muted);
    copy_ = makeButton(tr("Copy address"), "quiet", this);
    setThemedIcon(copy_, theme_, QStringLiteral("copy"), Tone::Muted);
    stop_ = makeButton(tr("Stop"), "danger", this);
    setThemedIcon(stop_, theme_, QStringLiteral("stop"), Tone::Bad);
    connect(table_, &QAbstractItemView::activated, this, &ForwardsView::openChosen);
    connect(open_, &QPushButton::clicked, this, &ForwardsView::openChosen);
    connect(copy_, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(model_.at(chosen()).url()); });
    connect(stop_, &QPushButton::clicked, this, &ForwardsView::stopChosen);
}

void ForwardsView::prepare(const QString& kind, const QString& nameSpace, const QString& name,
                           const std::vector<ForwardablePort>& ports) {
    wish_ = {kind, nameSpace, name, 0, 0};
    what_->setText((kind == u"Service" ? QStringLiteral("service/") : QStringLiteral("pod/")) + name);
    port_->clear();
    for (const ForwardablePort& port : ports)
        port_->addItem(port.name.isEmpty() ? QString::number(port.port)
                                           : QStringLiteral("%1 (%2)").arg(port.port).arg(port.name));
    if (ports.empty()) port_->setEditText(QStringLiteral("80"));
    local_->setValue(0);
    problem_->hide();
    form_->show();
    start_->setFocus(Qt::OtherFocusReason);
    refresh();
}

/// The number the text begins with; 0 where it is none.
int ForwardsView::wantedPort() const {
    const int port = port_->currentText().section(u' ', 0, 0).toInt();
    return port > 0 && port < 65536 ? port : 0;
}

void ForwardsView::begin() {
    wish_.port = wantedPort();
    wish_.localPort = local_->value();
    const Result<int> row = model_.start(wish_);
    problem_->setVisible(!row.has_value());
    if (!row) return problem_->setText(errorLine(row.error()));
    form_->hide();
    table_->selectRow(*row);
    table_->setFocus(Qt::OtherFocusReason);
    const PortForwards::Entry entry = model_.at(*row);
    Q_EMIT started(QStringLiteral("%1 → 127.0.0.1:%2").arg(entry.target()).arg(entry.localPort),
                   entry.command());
}

int ForwardsView::chosen() const {
    const QModelIndexList rows = table_->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : rows.front().row();
}

void ForwardsView::stopChosen() {
    const int row = chosen();
    if (row < 0) return;
    const QString what = model_.at(row).target();
    model_.stop(row);
    Q_EMIT stopped(what);
}

void ForwardsView::openChosen() {
    if (chosen() >= 0) QDesktopServices::openUrl(QUrl(model_.at(chosen()).url()));
}

bool ForwardsView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Delete &&
        chosen() >= 0) {
        stopChosen();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void ForwardsView::refresh() {
    stack_->setCurrentIndex(model_.rowCount() > 0 ? 1 : 0);
    const bool any = chosen() >= 0;
    for (QPushButton* button : {open_, copy_, stop_}) {
        button->setVisible(model_.rowCount() > 0);
        button->setEnabled(any);
    }
    start_->setEnabled(wantedPort() > 0);
    if (form_->isVisibleTo(this)) {
        PortForwards::Entry entry;
        entry.wish = wish_;
        entry.wish.port = wantedPort();
        entry.localPort = local_->value() > 0 ? local_->value() : entry.wish.port;
        command_->setCommand(entry.command());
    } else if (any) {
        command_->setCommand(model_.at(chosen()).command());
    }
    command_->setVisible(any || form_->isVisibleTo(this));
}

} // namespace wheelhouse::ui
