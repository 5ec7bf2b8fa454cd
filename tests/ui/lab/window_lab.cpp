#include "window_lab.h"

#include "ui/views/yaml_pane.h"
#include "ui/widgets/theme.h"

#include <QDir>
#include <QFile>
#include <QPushButton>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace wheelhouse::ui {

/// A thread for the client's sockets.
struct WindowLab::Network {
    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
        boost::asio::make_work_guard(io);
    std::thread thread{[this] { io.run(); }};
    ~Network() {
        work.reset();
        io.stop();
        thread.join();
    }
};

WindowLab::WindowLab(QStringList arguments) : lab_(std::move(arguments)) {}

WindowLab::~WindowLab() = default;

void WindowLab::open() {
    Theme::prepareApplication();
    QVERIFY2(lab_.start(), qPrintable(lab_.error()));
    const auto endpoint = client::loadKubeconfig(lab_.kubeconfig().toStdString());
    QVERIFY2(endpoint, endpoint ? "" : endpoint.error().message.c_str());
    network_ = std::make_unique<Network>();
    executor_ = std::make_unique<UiExecutor>(clock_);
    cluster_ = client::connectRemote(*endpoint, network_->io, *executor_);
    MainWindowOptions options;
    options.title = "lab";
    options.appearance = Appearance::Dark;
    window_ = std::make_unique<MainWindow>(options, *cluster_, *executor_);
    window_->resize(1600, 1000);
    window_->show();
}

void WindowLab::close() {
    window_.reset();
    cluster_.reset();
    executor_.reset();
    network_.reset();
    QCOMPARE(lab_.stop(), 0);
}

bool WindowLab::press(const QString& text) const {
    for (auto* button : window_->findChildren<QPushButton*>()) {
        if (!button->isVisible() || button->text() != text || !button->isEnabled()) continue;
        QTest::mouseClick(button, Qt::LeftButton);
        return true;
    }
    return false;
}

QStringList WindowLab::lines(const QStringList& what, const QString& path) const {
    return lab_.get(QStringList{"get"} + what + QStringList{"-o", "jsonpath=" + path})
        .split('\n', Qt::SkipEmptyParts);
}

QStringList WindowLab::running() const {
    QStringList out;
    for (const QString& line : lines({"pods", "-l", "app=nginx"},
                                     "{range .items[*]}{.metadata.deletionTimestamp}|{.status.phase}|"
                                     "{.metadata.uid} {.spec.nodeName} {.metadata.name}{\"\\n\"}{end}"))
        if (line.startsWith("|Running|")) out << line.mid(9);
    return out;
}

void WindowLab::deployExample() const {
    QVERIFY(press("Deploy"));
    auto* yaml = part<YamlPane>();
    QTRY_VERIFY(yaml->isVisible());
    QFile file(QStringLiteral(WHEELHOUSE_SOURCE_DIR "/resources/examples/nginx-deployment.yaml"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    yaml->editor()->setPlainText(QString::fromUtf8(file.readAll()));
    QVERIFY(press("Apply"));
    QTRY_COMPARE_WITH_TIMEOUT(yaml->outcomes().size(), 1, soon);
    QVERIFY2(yaml->outcomes()[0].contains("created"), qPrintable(yaml->outcomes()[0]));
}

void WindowLab::selectNode(const QString& name) const {
    const QRect card = map()->rectOfNode(name);
    QVERIFY(!card.isNull());
    QTest::mouseClick(map()->viewport(), Qt::LeftButton, {}, card.topLeft() + QPoint(30, 14));
    QTRY_COMPARE_WITH_TIMEOUT(part<DetailDrawer>()->subject().name, name, soon);
}

void WindowLab::selectPod(const QString& line) const {
    const Uid uid(line.section(' ', 0, 0).toStdString());
    // kubectl may have been told of a new pod before the window was.
    QTRY_VERIFY_WITH_TIMEOUT(!map()->rectOfPod(uid).isNull(), soon);
    QTest::mouseClick(map()->viewport(), Qt::LeftButton, {}, map()->rectOfPod(uid).center());
    QTRY_COMPARE_WITH_TIMEOUT(part<DetailDrawer>()->subject().name, line.section(' ', 2, 2), soon);
}

void WindowLab::act(const char* action) const {
    auto* drawer = part<DetailDrawer>();
    QTRY_VERIFY_WITH_TIMEOUT(drawer->action(action) != nullptr && drawer->action(action)->isVisible(), soon);
    QTest::mouseClick(drawer->action(action), Qt::LeftButton);
    QVERIFY(drawer->confirmButton()->isVisible());
    QTest::mouseClick(drawer->confirmButton(), Qt::LeftButton);
}

void WindowLab::shot(const QString& name) const {
    const QString folder = QStringLiteral(WHEELHOUSE_BINARY_DIR "/screenshots/");
    QDir().mkpath(folder);
    QTRY_VERIFY_WITH_TIMEOUT(!map()->animating(), soon);
    QVERIFY(window_->grab().save(folder + name + ".png"));
}

} // namespace wheelhouse::ui
