// Every word of the window has its translation in every language, with the same places for values.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtTest>

class TestTranslations final : public QObject {
    Q_OBJECT
    const QDir root_{QStringLiteral(WHEELHOUSE_SOURCE_DIR)};

    static QString read(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    static QStringList valuesOf(const QString& text) {
        static const QRegularExpression place(QStringLiteral("%(?:[1-9]|[om])"));
        QStringList found;
        for (auto it = place.globalMatch(text); it.hasNext();)
            found << it.next().captured();
        found.removeDuplicates();
        found.sort();
        return found;
    }

  private Q_SLOTS:
    void complete_data() {
        QTest::addColumn<QString>("file");
        for (const QString& name : QDir(root_.filePath("translations")).entryList({QStringLiteral("*.ts")}))
            QTest::addRow("%s", qPrintable(name)) << root_.filePath("translations/" + name);
        QVERIFY2(QDir(root_.filePath("translations")).entryList({QStringLiteral("*.ts")}).size() >= 2,
                 "two languages beside English");
    }

    /// The file is what lupdate makes of the present sources, and nothing in it is left to do.
    void complete() {
        QFETCH(QString, file);
        QTemporaryDir folder;
        const QString copy = folder.filePath("copy.ts");
        QVERIFY(QFile::copy(file, copy));
        QProcess update;
        update.setWorkingDirectory(root_.path());
        update.start(QStringLiteral(LUPDATE),
                     {"-silent", "-no-obsolete", "-locations", "none", "ui", "app", "-ts", copy});
        QVERIFY2(update.waitForFinished(60'000) && update.exitCode() == 0,
                 update.readAllStandardError().constData());
        const QString now = read(copy);
        QVERIFY2(now == read(file), "words were changed since: see translations/README.md");
        QVERIFY2(!now.contains("type=\"unfinished\""), "unfinished translations");
    }

    void valuesHaveTheirPlaces_data() { complete_data(); }
    void valuesHaveTheirPlaces() {
        QFETCH(QString, file);
        QFile opened(file);
        QVERIFY(opened.open(QIODevice::ReadOnly));
        QXmlStreamReader xml(&opened);
        QString source;
        int messages = 0;
        while (!xml.atEnd()) {
            if (xml.readNext() != QXmlStreamReader::StartElement) continue;
            if (xml.name() == u"source") source = xml.readElementText();
            if (xml.name() != u"translation") continue;
            const QString translation = xml.readElementText();
            ++messages;
            QVERIFY2(!translation.isEmpty(), qPrintable(source));
            QVERIFY2(valuesOf(source) == valuesOf(translation), qPrintable(source + " | " + translation));
        }
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        QVERIFY(messages > 300);
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "test_translations.moc"
