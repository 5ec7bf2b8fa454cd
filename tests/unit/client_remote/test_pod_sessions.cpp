// The two-way streams of a cluster promise the same from within this process and over HTTPS.
#include "engine/apiserver/local_cluster.h"
#include "engine/client/pod_sessions.h"
#include "served_lab.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::testing;
using client::ExecOptions;
using client::PodSession;
using client::PodSink;

namespace {

constexpr int soon = 30'000; ///< a deadline for what has gone wrong; nothing takes that long

QString q(const std::string& text) {
    return QString::fromStdString(text);
}

/// What a session has said. Filled on the cluster's executor.
struct Heard {
    std::string out;
    std::string err;
    std::vector<bool> congestion;
    std::vector<Result<int>> ends;
    PodSink sink() {
        return {[this](int channel, std::string_view bytes) { (channel == 2 ? err : out) += bytes; },
                [this](bool congested) { congestion.push_back(congested); },
                [this](Result<int> result) { ends.push_back(std::move(result)); }};
    }
};

/// A lab, and both ways to talk to it on one executor.
struct Place {
    explicit Place(bool remote) {
        lab.remote->executor.run([&] {
            if (!remote)
                local = std::make_unique<apiserver::LocalCluster>(*lab.api, lab.remote->executor, "window");
            sessions = client::podSessionsOf(remote ? *lab.remote->cluster : *local);
        });
        core::Pod made = pod("p");
        made.mutable_spec()->set_nodename("n1");
        created = lab.create(pods, client::body(made)).has_value();
        created = created && lab.create(pods, client::body(pod("unbound"))).has_value();
    }
    ~Place() {
        run([this] {
            session.reset();
            local.reset();
        });
    }
    void run(const std::function<void()>& work) { lab.remote->executor.run(work); }
    void exec(const ExecOptions& options, const std::string& pod = "p") {
        run([&] { session = sessions->exec("default", pod, options, heard.sink()); });
    }
    Heard seen() {
        Heard copy;
        run([&] { copy = heard; });
        return copy;
    }
    /// The pod's end; false where nothing is open yet.
    bool far(const std::function<void(FarEnd&)>& work) {
        bool there = false;
        lab.control.run([&] {
            there = !lab.streams.ends.empty();
            if (there) work(*lab.streams.ends.back());
        });
        return there;
    }
    std::string input() {
        std::string out;
        far([&](FarEnd& end) { out = end.input; });
        return out;
    }

    Lab lab;
    std::unique_ptr<apiserver::LocalCluster> local;
    client::PodSessions* sessions = nullptr;
    Heard heard;
    std::unique_ptr<PodSession> session;
    bool created = false;
};

} // namespace

class TestPodSessions final : public QObject {
    Q_OBJECT
    void bothWays() {
        QTest::addColumn<bool>("remote");
        QTest::newRow("in process") << false;
        QTest::newRow("over HTTPS") << true;
    }

  private Q_SLOTS:
    void aCommandAndItsExitCode_data() { bothWays(); }
    void aCommandAndItsExitCode() {
        QFETCH(bool, remote);
        Place place(remote);
        QVERIFY(place.created);
        place.exec({"c", {"sh", "-c", ""}, true, false});
        QTRY_VERIFY_WITH_TIMEOUT(place.far([](FarEnd&) {}), soon);
        place.far([](FarEnd& end) {
            QCOMPARE(q(end.node.value()), QString("n1"));
            QVERIFY(end.exec.command == (std::vector<std::string>{"sh", "-c", ""}));
            QVERIFY(end.exec.stdIn && end.exec.stdOut && end.exec.stdErr && !end.exec.tty);
        });
        place.run([&] {
            place.session->write("typed ");
            place.session->write("text");
            place.session->closeInput();
        });
        QTRY_COMPARE_WITH_TIMEOUT(q(place.input()), QString("typed text"), soon);
        const auto closed = [&] {
            bool is = false;
            place.far([&](FarEnd& end) { is = end.inputClosed; });
            return is;
        };
        QTRY_VERIFY_WITH_TIMEOUT(closed(), soon);
        place.far([](FarEnd& end) {
            end.events.onData(1, "out");
            end.events.onData(2, "err");
            end.events.onEnd(3);
        });
        QTRY_COMPARE_WITH_TIMEOUT(place.seen().ends.size(), std::size_t(1), soon);
        const Heard heard = place.seen();
        QCOMPARE(q(heard.out), QString("out"));
        QCOMPARE(q(heard.err), QString("err"));
        QVERIFY2(heard.ends[0], heard.ends[0] ? "" : heard.ends[0].error().message.c_str());
        QCOMPARE(*heard.ends[0], 3);
    }

    void aTerminalHasASize_data() { bothWays(); }
    void aTerminalHasASize() {
        QFETCH(bool, remote);
        Place place(remote);
        place.exec({"", {"sh"}, true, true});
        place.run([&] { place.session->resize(120, 40); });
        const auto sizes = [&] {
            std::string out;
            place.far([&](FarEnd& end) { out = end.sizes; });
            return q(out);
        };
        QTRY_COMPARE_WITH_TIMEOUT(sizes(), QString("120x40 "), soon);
        place.far([](FarEnd& end) { QVERIFY(end.exec.tty && !end.exec.stdErr); });
        // Leaving takes the command along.
        place.run([&] { place.session.reset(); });
        const auto open = [&] {
            bool is = true;
            place.far([&](FarEnd& end) { is = end.open; });
            return is;
        };
        QTRY_VERIFY_WITH_TIMEOUT(!open(), soon);
        QVERIFY(place.seen().ends.empty());
    }

    void refusals_data() {
        QTest::addColumn<bool>("remote");
        QTest::addColumn<QString>("pod");
        QTest::addColumn<QString>("container");
        QTest::addColumn<QString>("says");
        for (const bool remote : {false, true}) {
            const char* way = remote ? "remote" : "local";
            QTest::addRow("%s none", way) << remote << "none"
                                          << ""
                                          << "pods \"none\" not found";
            QTest::addRow("%s container", way) << remote << "p"
                                               << "zzz"
                                               << "container zzz is not valid for pod p";
            QTest::addRow("%s unbound", way) << remote << "unbound"
                                             << ""
                                             << "pod unbound does not have a host assigned";
        }
    }
    void refusals() {
        QFETCH(bool, remote);
        QFETCH(QString, pod);
        QFETCH(QString, container);
        Place place(remote);
        place.exec({container.toStdString(), {"sh"}, true, true}, pod.toStdString());
        QTRY_COMPARE_WITH_TIMEOUT(place.seen().ends.size(), std::size_t(1), soon);
        QVERIFY(!place.seen().ends[0]);
        QTEST(q(place.seen().ends[0].error().message), "says");
    }

    void aPort_data() { bothWays(); }
    void aPort() {
        QFETCH(bool, remote);
        Place place(remote);
        place.run([&] {
            place.session = place.sessions->openPort("default", "p", 8080, place.heard.sink());
            place.session->write("GET /");
        });
        QTRY_COMPARE_WITH_TIMEOUT(q(place.input()), QString("GET /"), soon);
        place.far([](FarEnd& end) {
            QCOMPARE(int(end.port.port), 8080);
            end.events.onData(1, "200 OK");
            end.events.onEnd(0);
        });
        QTRY_COMPARE_WITH_TIMEOUT(place.seen().ends.size(), std::size_t(1), soon);
        QCOMPARE(q(place.seen().out), QString("200 OK"));
        QVERIFY(place.seen().ends[0]);
    }

    void aPortNobodyListensOn_data() { bothWays(); }
    void aPortNobodyListensOn() {
        QFETCH(bool, remote);
        Place place(remote);
        place.run([&] { place.session = place.sessions->openPort("default", "p", 81, place.heard.sink()); });
        QTRY_VERIFY_WITH_TIMEOUT(place.far([](FarEnd&) {}), soon);
        place.far([](FarEnd& end) { end.events.onEnd(fail(Reason::ServiceUnavailable, "refused")); });
        QTRY_COMPARE_WITH_TIMEOUT(place.seen().ends.size(), std::size_t(1), soon);
        QVERIFY(!place.seen().ends[0]);
        QVERIFY2(place.seen().ends[0].error().message.find("refused") != std::string::npos,
                 place.seen().ends[0].error().message.c_str());
    }

    /// A held stream lets the pod send no more than is on its way; everything arrives once it is let go.
    void holding_data() { bothWays(); }
    void holding() {
        QFETCH(bool, remote);
        Place place(remote);
        place.exec({"", {"sh"}, true, true});
        QTRY_VERIFY_WITH_TIMEOUT(place.far([](FarEnd&) {}), soon);
        place.run([&] { place.session->hold(true); });
        const std::string piece(64 * 1024, 'x');
        std::size_t sent = 0;
        const auto takenBy = [&] {
            std::size_t out = 0;
            place.far([&](FarEnd& end) { out = end.taken; });
            return out;
        };
        // As a node does: never more than 256 KiB that have not been given back. What the sockets between
        // take counts as given back, so a bound on all of it is what is checked.
        for (int i = 0; i < 2000 && sent - takenBy() < 256 * 1024; ++i) {
            place.far([&](FarEnd& end) { end.events.onData(1, piece); });
            sent += piece.size();
        }
        QVERIFY2(sent < 2000 * piece.size(), "nothing held it back");
        place.run([&] { place.session->hold(false); });
        QTRY_COMPARE_WITH_TIMEOUT(place.seen().out.size(), sent, soon);
        QTRY_COMPARE_WITH_TIMEOUT(takenBy(), sent, soon);
    }

    /// Whoever writes faster than the pod reads is told, and told again when there is room.
    void congestion_data() { bothWays(); }
    void congestion() {
        QFETCH(bool, remote);
        Place place(remote);
        place.exec({"", {"sh"}, true, true});
        const std::string piece(512 * 1024, 'y');
        std::size_t wrote = 0;
        const auto full = [&] {
            if (place.seen().congestion.empty() && wrote < 64 * 1024 * 1024) {
                place.run([&] { place.session->write(piece); });
                wrote += piece.size();
            }
            return !place.seen().congestion.empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(full(), soon);
        QVERIFY(place.seen().congestion.front());
        const auto read = [&] {
            place.far([](FarEnd& end) {
                end.room = 1024 * 1024;
                end.events.onRoom();
            });
            return place.input().size() == wrote;
        };
        QTRY_VERIFY_WITH_TIMEOUT(read(), soon);
        QTRY_VERIFY_WITH_TIMEOUT(!place.seen().congestion.back(), soon);
    }
};

QTEST_GUILESS_MAIN(TestPodSessions)
#include "test_pod_sessions.moc"
