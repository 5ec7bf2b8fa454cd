#include <QTest>
class TestHttpAbuse : public QObject {
    Q_OBJECT
};
QTEST_GUILESS_MAIN(TestHttpAbuse)
#include "test_http_abuse.moc"
