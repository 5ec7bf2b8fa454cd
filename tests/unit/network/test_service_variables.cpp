#include "network_bench.h"
#include "vmnodes/network/service_variables.h"

#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::tests;

class ServiceVariablesTest : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void everyPortHasItsNames();
    void whoseAreSeen_data();
    void whoseAreSeen();
};

void ServiceVariablesTest::everyPortHasItsNames() {
    NetworkBench bench;
    core::Service service = NetworkBench::service("my-web", "10.96.0.9");
    NetworkBench::port(service, "dns-udp", 53, "UDP");
    bench.put(service);
    const std::map<std::string, std::string> wanted{
        {"MY_WEB_SERVICE_HOST", "10.96.0.9"},     {"MY_WEB_SERVICE_PORT", "80"},
        {"MY_WEB_SERVICE_PORT_HTTP", "80"},       {"MY_WEB_SERVICE_PORT_DNS_UDP", "53"},
        {"MY_WEB_PORT", "tcp://10.96.0.9:80"},    {"MY_WEB_PORT_80_TCP", "tcp://10.96.0.9:80"},
        {"MY_WEB_PORT_80_TCP_PROTO", "tcp"},      {"MY_WEB_PORT_80_TCP_PORT", "80"},
        {"MY_WEB_PORT_80_TCP_ADDR", "10.96.0.9"}, {"MY_WEB_PORT_53_UDP", "udp://10.96.0.9:53"},
        {"MY_WEB_PORT_53_UDP_PROTO", "udp"},      {"MY_WEB_PORT_53_UDP_PORT", "53"},
        {"MY_WEB_PORT_53_UDP_ADDR", "10.96.0.9"}};
    QVERIFY(network::serviceVariables(bench.objects, "default", true) == wanted);
}

void ServiceVariablesTest::whoseAreSeen_data() {
    QTest::addColumn<QString>("nameSpace");
    QTest::addColumn<bool>("links");
    QTest::addColumn<QString>("hosts");
    QTest::newRow("with links") << "default" << true << "KUBERNETES WEB";
    QTest::newRow("without") << "default" << false << "KUBERNETES";
    QTest::newRow("elsewhere") << "other" << true << "KUBERNETES";
}

void ServiceVariablesTest::whoseAreSeen() {
    QFETCH(QString, nameSpace);
    QFETCH(bool, links);
    NetworkBench bench;
    bench.put(NetworkBench::service("kubernetes", "10.96.0.1"));
    bench.put(NetworkBench::service("web", "10.96.0.9"));
    bench.put(NetworkBench::service("headless", "None"));
    QStringList hosts;
    for (const auto& [name, value] : network::serviceVariables(bench.objects, nameSpace.toStdString(), links))
        if (name.ends_with("_SERVICE_HOST")) hosts << QString::fromStdString(name).section('_', 0, 0);
    QTEST(hosts.join(' '), "hosts");
}

QTEST_APPLESS_MAIN(ServiceVariablesTest)
#include "test_service_variables.moc"
