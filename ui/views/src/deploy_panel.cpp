#include "ui/views/deploy_panel.h"

#include "diff_html.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QFileInfo>
#include <QGridLayout>
#include <QLineEdit>
#include <QPointer>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace wheelhouse::ui {

DeployPanel::DeployPanel(ClusterActions& actions, const Theme& theme, QWidget* parent)
    : OverlayPanel(theme, 600, parent), actions_(actions) {
    setAccessibleName(tr("Deploy"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(12);
    title_ = makeLabel({}, "title", this);
    where_ = makeLabel({}, "muted", this);
    where_->setWordWrap(true);
    column->addWidget(title_);
    column->addWidget(where_);
    fields_ = new QWidget(this);
    auto* grid = new QGridLayout(fields_);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    name_ = new QLineEdit(fields_);
    name_->setAccessibleName(tr("Name"));
    replicas_ = new Stepper(
        theme, 0, 200, 1, [](int value) { return QString::number(value); }, fields_);
    replicas_->setAccessibleName(tr("How many"));
    grid->addWidget(makeLabel(tr("Name"), "muted", fields_), 0, 0);
    grid->addWidget(name_, 0, 1);
    grid->addWidget(makeLabel(tr("How many"), "muted", fields_), 0, 2);
    grid->addWidget(replicas_, 0, 3);
    grid->setColumnStretch(1, 1);
    column->addWidget(fields_);
    column->addWidget(makeLabel(tr("What would change"), "heading", this));
    view_ = new QTextBrowser(this);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setMinimumHeight(260);
    view_->setAccessibleName(tr("What would change"));
    column->addWidget(view_, 1);
    foot_ = new PanelFoot(theme, tr("Apply"), "primary", this);
    column->addWidget(foot_);
    connect(name_, &QLineEdit::textChanged, this, &DeployPanel::ask);
    connect(name_, &QLineEdit::returnPressed, this, [this] {
        if (foot_->button()->isEnabled()) apply();
    });
    connect(replicas_, &Stepper::valueChanged, this, &DeployPanel::ask);
    connect(foot_, &PanelFoot::editRequested, this, [this] {
        hide();
        Q_EMIT editRequested(manifest(), file_);
    });
    connect(foot_, &PanelFoot::cancelled, this, &QWidget::hide);
    connect(foot_->button(), &QPushButton::clicked, this, &DeployPanel::apply);
    connect(&theme, &Theme::changed, this, &DeployPanel::render);
}

void DeployPanel::openTemplate(const QString& id, const DeployPlace& place,
                               const std::vector<QString>& taken) {
    const DeployTemplate* what = findTemplate(id);
    if (what == nullptr) return;
    template_ = id;
    place_ = place;
    text_.clear();
    file_.clear();
    title_->setText(what->name);
    fields_->show();
    const QSignalBlocker quiet(name_);
    const QSignalBlocker still(replicas_);
    name_->setText(freeName(id == u"web-database" ? QStringLiteral("shop") : id, taken));
    replicas_->setValue(what->replicas);
    replicas_->setEnabled(what->copies);
    begin();
    name_->setFocus();
    name_->selectAll();
}

void DeployPanel::openManifest(const QString& text, const QString& file) {
    template_.clear();
    place_ = {};
    text_ = text;
    file_ = file;
    title_->setText(file.isEmpty() ? tr("Your manifest") : QFileInfo(file).fileName());
    fields_->hide();
    begin();
    foot_->button()->setFocus();
}

void DeployPanel::openChart(const QString& text, const QString& folder, const QString& command) {
    openManifest(text, {});
    title_->setText(QFileInfo(folder).fileName());
    command_ = command;
    foot_->setCommand(command_);
}

void DeployPanel::begin() {
    command_.clear();
    differences_.clear();
    where_->setText(placeText());
    openOver(600);
    ask();
}

QString DeployPanel::placeText() const {
    const QString space = nameSpace_.toHtmlEscaped();
    if (template_.isEmpty()) return tr("Documents that name no namespace go to <b>%1</b>.").arg(space);
    if (!place_.node.isEmpty())
        return tr("Into namespace <b>%1</b>, on node <b>%2</b> only.")
            .arg(space, place_.node.toHtmlEscaped());
    if (!place_.zone.isEmpty())
        return tr("Into namespace <b>%1</b>, on nodes of zone <b>%2</b>.")
            .arg(space, place_.zone.toHtmlEscaped());
    return tr("Into namespace <b>%1</b>, wherever the scheduler finds best.").arg(space);
}

QString DeployPanel::manifest() const {
    return template_.isEmpty() ? text_ : manifestOf(template_, name_->text(), replicas_->value(), place_);
}

/// Each change of a field is put to the server as a dry run; only the last answer counts.
void DeployPanel::ask() {
    const QString problem = template_.isEmpty() ? QString() : problemOfName(name_->text());
    foot_->setProblem(problem);
    foot_->button()->setEnabled(false);
    foot_->setCommand(command_.isEmpty() ? kubectl::apply(file_, manifest(), {}) : command_);
    const std::uint64_t number = ++asked_;
    if (!problem.isEmpty()) {
        shown_ = number;
        return;
    }
    actions_.apply(
        manifest(), file_, nameSpace_, true,
        [self = QPointer(this), number](const Result<std::vector<client::ManifestOutcome>>& answer) {
            if (!self || self->asked_ != number) return;
            self->shown_ = number;
            self->show(answer);
        });
}

void DeployPanel::show(const Result<std::vector<client::ManifestOutcome>>& result) {
    differences_.clear();
    QStringList problems;
    if (!result) problems << errorLine(result.error());
    using Action = client::ManifestOutcome::Action;
    bool anything = false;
    if (result)
        for (const auto& outcome : *result) {
            const QString what = QString::fromStdString(outcome.what);
            if (outcome.action == Action::Failed) {
                problems << what + QStringLiteral(": ") + errorLine(outcome.error);
                continue;
            }
            anything = true;
            const QString title = outcome.action == Action::Created      ? tr("%1 would be created").arg(what)
                                  : outcome.action == Action::Configured ? tr("%1 would change").arg(what)
                                                                         : tr("%1 stays as it is").arg(what);
            differences_.emplace_back(title,
                                      diffOf(readableYaml(outcome.before), readableYaml(outcome.after)));
        }
    foot_->setProblem(problems.join(u'\n'));
    foot_->button()->setEnabled(anything && problems.isEmpty());
    render();
}

QString DeployPanel::difference() const {
    QString out;
    for (const auto& [title, lines] : differences_) {
        out += title + u'\n';
        for (const DiffLine& line : lines)
            out += (line.kind == DiffLine::Added     ? QStringLiteral("+ ")
                    : line.kind == DiffLine::Removed ? QStringLiteral("- ")
                    : line.kind == DiffLine::Skipped ? QStringLiteral("  …")
                                                     : QStringLiteral("  ")) +
                   line.text + u'\n';
    }
    return out;
}

void DeployPanel::render() {
    QString html;
    for (const auto& [title, lines] : differences_) {
        html += QStringLiteral("<p style='margin:8px 0 4px 0;font-weight:600'>%1</p>")
                    .arg(title.toHtmlEscaped()) +
                diffHtml(theme_.tokens(), lines);
    }
    view_->document()->setDefaultFont(theme_.mono(metrics::captionPx));
    view_->setHtml(html);
}

void DeployPanel::apply() {
    foot_->button()->setEnabled(false);
    actions_.apply(manifest(), file_, nameSpace_, false,
                   [self = QPointer(this)](const Result<std::vector<client::ManifestOutcome>>& answer) {
                       if (!self) return;
                       bool good = answer.has_value();
                       if (answer)
                           for (const auto& outcome : *answer)
                               good = good && outcome.action != client::ManifestOutcome::Action::Failed;
                       if (good) return self->hide();
                       self->show(answer);
                       self->foot_->button()->setEnabled(true);
                   });
}

} // namespace wheelhouse::ui
