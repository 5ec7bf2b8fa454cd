#include "ui/widgets/controls.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionButton>
#include <QVBoxLayout>
#include <algorithm>

namespace wheelhouse::ui {

QLabel* makeLabel(const QString& text, const char* kind, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setProperty("kind", kind);
    return label;
}

QPushButton* makeButton(const QString& text, const char* role, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("role", role);
    button->setCursor(Qt::PointingHandCursor);
    return button;
}

QTableView* makeTable(QAbstractItemModel& model, const QString& name, QWidget* parent) {
    auto* view = new QTableView(parent);
    view->setModel(&model);
    view->setShowGrid(false);
    view->setFrameShape(QFrame::NoFrame);
    view->setSelectionBehavior(QAbstractItemView::SelectRows);
    view->setSelectionMode(QAbstractItemView::SingleSelection);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setWordWrap(false);
    view->setCornerButtonEnabled(false);
    view->setAccessibleName(name);
    view->verticalHeader()->hide();
    view->verticalHeader()->setDefaultSectionSize(metrics::rowHeight);
    view->horizontalHeader()->setHighlightSections(false);
    view->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    view->horizontalHeader()->setStretchLastSection(true);
    return view;
}

void restyle(QWidget* widget, const char* property, const QVariant& value) {
    if (widget->property(property) == value) return;
    widget->setProperty(property, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

void setThemedIcon(QPushButton* button, const Theme& theme, const QString& icon, Tone tone, int size) {
    const auto apply = [button, &theme, icon, tone] { button->setIcon(theme.icon(icon, tone)); };
    button->setIconSize({size, size});
    apply();
    QObject::connect(&theme, &Theme::changed, button, apply);
}

Chooser::Chooser(const Theme& theme, QWidget* parent) : QPushButton(parent), theme_(theme) {
    setProperty("role", "chooser");
    setCursor(Qt::PointingHandCursor);
}

QSize Chooser::sizeHint() const {
    return {fontMetrics().horizontalAdvance(text()) + 46, QPushButton::sizeHint().height()};
}

void Chooser::paintEvent(QPaintEvent*) {
    // The style leaves a menu button's text no padding: the frame is the style's, the text ours.
    QStyleOptionButton option;
    initStyleOption(&option);
    option.text.clear();
    option.features &= ~QStyleOptionButton::HasMenu;
    QPainter p(this);
    style()->drawControl(QStyle::CE_PushButton, &option, &p, this);
    p.setPen(theme_.tokens().text);
    p.drawText(rect().adjusted(12, 0, -30, 0), Qt::AlignLeft | Qt::AlignVCenter,
               fontMetrics().elidedText(text(), Qt::ElideRight, width() - 44));
    p.drawPixmap(
        width() - 26, height() / 2 - 7,
        theme_.pixmap(QStringLiteral("chevron-down"), 14, theme_.tokens().muted, devicePixelRatioF()));
}

ElidedLabel::ElidedLabel(Qt::TextElideMode mode, QWidget* parent) : QWidget(parent), mode_(mode) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ElidedLabel::setText(const QString& text) {
    if (text == text_) return;
    text_ = text;
    setToolTip(text);
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize ElidedLabel::sizeHint() const {
    return {fontMetrics().horizontalAdvance(text_.section(u'\n', 0, 0)) + 2, fontMetrics().height() + 2};
}

QSize ElidedLabel::minimumSizeHint() const {
    return {24, fontMetrics().height() + 2};
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setPen(palette().color(foregroundRole()));
    const bool more = text_.contains(u'\n');
    const QString first = text_.section(u'\n', 0, 0) + (more ? QStringLiteral(" …") : QString());
    p.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(first, mode_, width()));
}

CommandStrip::CommandStrip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setObjectName(QStringLiteral("command"));
    setAttribute(Qt::WA_StyledBackground);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 5, 5, 5);
    row->setSpacing(8);
    auto* prompt = makeLabel(QStringLiteral("$"), "mono", this);
    label_ = new ElidedLabel(Qt::ElideMiddle, this);
    copy_ = makeButton({}, "quiet", this);
    copy_->setToolTip(tr("Copy the command"));
    copy_->setAccessibleName(tr("Copy the command"));
    setThemedIcon(copy_, theme, QStringLiteral("copy"), Tone::Muted);
    row->addWidget(prompt);
    row->addWidget(label_, 1);
    row->addWidget(copy_);
    const auto font = [this] {
        label_->setFont(theme_.mono(metrics::smallPx));
        QPalette p = label_->palette();
        p.setColor(QPalette::WindowText, theme_.tokens().text);
        label_->setPalette(p);
        label_->setStyleSheet(
            QStringLiteral("font-family:'JetBrains Mono','DejaVu Sans Mono',monospace;font-size:%1px")
                .arg(theme_.px(metrics::smallPx)));
    };
    font();
    connect(&theme_, &Theme::changed, this, font);
    connect(copy_, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(command_); });
}

void CommandStrip::setCommand(const QString& command) {
    command_ = command;
    label_->setText(command);
}

EmptyState::EmptyState(const Theme& theme, const QString& icon, QWidget* parent) : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setSpacing(8);
    column->addStretch(2);
    icon_ = new QLabel(this);
    icon_->setAlignment(Qt::AlignCenter);
    const auto draw = [this, &theme, icon] {
        icon_->setPixmap(theme.pixmap(
            icon, 44, Theme::mix(theme.tokens().background, theme.tokens().muted, 0.7), devicePixelRatioF()));
    };
    draw();
    connect(&theme, &Theme::changed, this, draw);
    title_ = makeLabel({}, "title", this);
    title_->setAlignment(Qt::AlignCenter);
    text_ = makeLabel({}, "muted", this);
    text_->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    text_->setWordWrap(true);
    text_->setFixedWidth(440);
    column->addWidget(icon_);
    column->addSpacing(4);
    column->addWidget(title_);
    column->addWidget(text_, 0, Qt::AlignHCenter);
    column->addSpacing(10);
    buttons_ = new QHBoxLayout;
    buttons_->setSpacing(10);
    buttons_->addStretch(1);
    buttons_->addStretch(1);
    column->addLayout(buttons_);
    column->addStretch(3);
}

void EmptyState::setTexts(const QString& title, const QString& text) {
    title_->setText(title);
    text_->setText(text);
    text_->ensurePolished();
    text_->setMinimumHeight(text.isEmpty() ? 0 : text_->heightForWidth(text_->width()) + 2);
}

QPushButton* EmptyState::addButton(const QString& text, const char* role) {
    auto* button = makeButton(text, role, this);
    buttons_->insertWidget(buttons_->count() - 1, button);
    return button;
}

StateChip::StateChip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void StateChip::setState(const QString& text, Tone tone) {
    text_ = text;
    tone_ = tone;
    setVisible(!text.isEmpty());
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize StateChip::sizeHint() const {
    const QFontMetrics metrics(theme_.body(metrics::smallPx, QFont::DemiBold));
    return {metrics.horizontalAdvance(text_) + 36, 24};
}

void StateChip::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const QColor color = theme_.color(tone_);
    p.setPen(Qt::NoPen);
    p.setBrush(theme_.tint(tone_));
    p.drawRoundedRect(QRectF(rect()), 12, 12);
    p.setBrush(color);
    p.drawEllipse(QRectF(11, height() / 2.0 - 3.5, 7, 7));
    p.setPen(color);
    p.setFont(theme_.body(metrics::smallPx, QFont::DemiBold));
    p.drawText(rect().adjusted(24, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter, text_);
}

FactSheet::FactSheet(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    connect(&theme, &Theme::changed, this, qOverload<>(&QWidget::update));
}

void FactSheet::setFacts(const std::vector<Facts::Section>& sections) {
    sections_ = sections;
    setAccessibleName(tr("Facts"));
    setAccessibleDescription(plainText());
    setMinimumHeight(heightForWidth(std::max(width(), 200)));
    updateGeometry();
    update();
}

QSize FactSheet::sizeHint() const {
    return {280, heightForWidth(std::max(width(), 280))};
}
int FactSheet::heightForWidth(int width) const {
    return render(nullptr, width);
}

/// Draws everything, or only measures when there is no painter; returns the height.
int FactSheet::render(QPainter* painter, int width) const {
    const Tokens& t = theme_.tokens();
    const int keyWidth = std::min(120, width * 2 / 5);
    int y = 0;
    for (const auto& section : sections_) {
        if (section.rows.empty()) continue;
        if (y > 0) y += 18;
        if (painter != nullptr) {
            painter->setFont(theme_.body(metrics::captionPx, QFont::DemiBold));
            painter->setPen(t.muted);
            painter->drawText(QRect(0, y, width, 18), Qt::AlignLeft | Qt::AlignVCenter,
                              section.title.toUpper());
        }
        y += 26;
        for (const auto& row : section.rows) {
            const QFont font = row.mono ? theme_.mono(metrics::smallPx) : theme_.body(metrics::bodyPx);
            int x = keyWidth + 12;
            if (row.dot) x += 14;
            const int wrap = row.mono ? Qt::TextWrapAnywhere : Qt::TextWordWrap;
            const QRect box =
                QFontMetrics(font).boundingRect(QRect(0, 0, std::max(40, width - x), 4000), wrap, row.value);
            const int height = std::max(24, box.height() + 8);
            if (painter != nullptr) {
                painter->setFont(theme_.body(metrics::bodyPx));
                painter->setPen(t.muted);
                painter->drawText(QRect(0, y, keyWidth, 24), Qt::AlignLeft | Qt::AlignVCenter,
                                  painter->fontMetrics().elidedText(row.key, Qt::ElideMiddle, keyWidth));
                if (row.dot) {
                    painter->setPen(Qt::NoPen);
                    painter->setBrush(theme_.color(row.tone));
                    painter->drawEllipse(QRectF(keyWidth + 12, y + 8.5, 7, 7));
                }
                painter->setFont(font);
                painter->setPen(row.dot ? t.text : theme_.color(row.tone));
                painter->drawText(QRect(x, y + 4, std::max(40, width - x), height),
                                  Qt::AlignLeft | Qt::AlignTop | wrap, row.value);
            }
            y += height;
        }
    }
    return y + 4;
}

void FactSheet::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    render(&p, width());
}

QString FactSheet::plainText() const {
    QString text;
    for (const auto& section : sections_) {
        text += section.title + u'\n';
        for (const auto& row : section.rows)
            text += QStringLiteral("  ") + row.key + (row.key.isEmpty() ? QString() : QStringLiteral(": ")) +
                    row.value + u'\n';
    }
    return text;
}

void FactSheet::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(tr("Copy all"), this, [this] { QApplication::clipboard()->setText(plainText()); });
    menu.exec(event->globalPos());
}

Stepper::Stepper(const Theme& theme, int low, int high, int value, std::function<QString(int)> text,
                 QWidget* parent)
    : QWidget(parent), low_(low), high_(high), value_(value), text_(std::move(text)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    less_ = makeButton({}, "", this);
    more_ = makeButton({}, "", this);
    setThemedIcon(less_, theme, QStringLiteral("minus"), Tone::Plain, 14);
    setThemedIcon(more_, theme, QStringLiteral("plus"), Tone::Plain, 14);
    less_->setAccessibleName(tr("Less"));
    more_->setAccessibleName(tr("More"));
    for (auto* button : {less_, more_}) {
        button->setFixedSize(32, 30);
        button->setAutoRepeat(true);
        button->setStyleSheet(QStringLiteral("padding:0"));
    }
    label_ = new QLabel(text_(value_), this);
    label_->setAlignment(Qt::AlignCenter);
    label_->setMinimumWidth(84);
    row->addWidget(less_);
    row->addWidget(label_, 1);
    row->addWidget(more_);
    connect(less_, &QPushButton::clicked, this, [this] { setValue(value_ - step_); });
    connect(more_, &QPushButton::clicked, this, [this] { setValue(value_ + step_); });
}

void Stepper::setValue(int value) {
    value = std::clamp(value, low_, high_);
    if (value == value_) return;
    value_ = value;
    label_->setText(text_(value_));
    less_->setEnabled(value_ > low_);
    more_->setEnabled(value_ < high_);
    Q_EMIT valueChanged(value_);
}

void Stepper::setRange(int low, int high) {
    low_ = low;
    high_ = high;
    const bool moved = value_ != std::clamp(value_, low_, high_);
    value_ = std::clamp(value_, low_, high_);
    label_->setText(text_(value_));
    less_->setEnabled(value_ > low_);
    more_->setEnabled(value_ < high_);
    if (moved) Q_EMIT valueChanged(value_);
}

PanelFoot::PanelFoot(const Theme& theme, const QString& deed, const char* role, QWidget* parent)
    : QWidget(parent) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(12);
    problem_ = makeLabel({}, "bad", this);
    problem_->setWordWrap(true);
    column->addWidget(problem_);
    command_ = new CommandStrip(theme, this);
    column->addWidget(command_);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    auto* edit = makeButton(tr("Open in the editor"), "", this);
    auto* cancel = makeButton(tr("Cancel"), "", this);
    button_ = makeButton(deed, role, this);
    row->addWidget(edit);
    row->addStretch(1);
    row->addWidget(cancel);
    row->addWidget(button_);
    column->addLayout(row);
    connect(edit, &QPushButton::clicked, this, &PanelFoot::editRequested);
    connect(cancel, &QPushButton::clicked, this, &PanelFoot::cancelled);
}

void PanelFoot::setProblem(const QString& text) {
    problem_->setText(text);
    problem_->setVisible(!text.isEmpty());
}

OverlayPanel::OverlayPanel(const Theme& theme, int width, QWidget* parent) : QFrame(parent), theme_(theme) {
    setFixedWidth(width);
    setFocusPolicy(Qt::StrongFocus);
    hide();
}

void OverlayPanel::openOver(int height) {
    QFrame::show();
    setMinimumHeight(0);
    setMaximumHeight(QWIDGETSIZE_MAX);
    adjustSize();
    const QRect room = parentWidget()->rect();
    const int wanted = height == 0 ? this->height() : height;
    setFixedHeight(std::min(room.height() - 80, wanted));
    move(room.center() - QPoint(width() / 2, this->height() / 2));
    raise();
}

void OverlayPanel::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) return hide();
    QFrame::keyPressEvent(event);
}

void OverlayPanel::paintEvent(QPaintEvent*) {
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    const Tokens& t = theme_.tokens();
    p.fillRect(rect(), t.background);
    p.setPen(QPen(Theme::mix(t.line, t.muted, 0.5), 1));
    p.setBrush(t.panel);
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12);
}

} // namespace wheelhouse::ui
