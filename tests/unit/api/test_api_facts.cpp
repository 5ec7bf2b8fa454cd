#include "engine/api/codec.h"
#include "fill.h"

#include "options.pb.h"

#include <QFile>
#include <QTest>

using namespace wheelhouse;
using namespace wheelhouse::api;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

/// One field as Kubernetes 1.36 has it: a line of facts.tsv.
struct Fact {
    QString package;
    QString message;
    int number = 0; ///< 0 = a message without fields
    QString name;
    QString json; ///< "inline", "-" or empty where the name does not stand in JSON
    QString label;
    QString type;
};

std::vector<Fact> facts() {
    std::vector<Fact> all;
    QFile file(QStringLiteral(FACTS));
    if (!file.open(QIODevice::ReadOnly)) qFatal("%s cannot be read", FACTS);
    file.readLine(); // headings
    while (!file.atEnd()) {
        const QStringList columns = QString::fromUtf8(file.readLine()).remove('\n').split('\t');
        all.push_back(
            {columns[0], columns[1], columns[2].toInt(), columns[3], columns[4], columns[5], columns[6]});
    }
    return all;
}

const Descriptor* typeOf(const Fact& fact) {
    return google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
        (fact.package + "." + fact.message).toStdString());
}

std::unique_ptr<Message> newMessage(const Descriptor* type) {
    return std::unique_ptr<Message>(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

/// The type as the facts write it: int32, bytes, LocalObjectReference, .k8s.io.api.core.v1.Probe, map<string,
/// string>.
QString typeName(const FieldDescriptor* field, const QString& package) {
    if (field->is_map()) return "map<string, " + typeName(field->message_type()->map_value(), package) + ">";
    if (field->message_type() == nullptr) return field->type_name();
    const QString name = QString::fromStdString(field->message_type()->full_name());
    const QString local = name.mid(package.size() + 1);
    return name.startsWith(package + ".") && !local.contains('.') ? local : "." + name;
}

using Decode = Result<Decoded> (*)(std::string_view, const Descriptor*, FieldValidation);
constexpr Decode decoders[] = {static_cast<Decode>(decodeJson), reflect::decodeJson};

/// What goes wrong when `message` becomes JSON, protobuf and JSON again, by either codec; empty when nothing
/// does.
QString roundTrip(const Message& message) {
    const std::string json = encodeJson(message);
    if (json != reflect::encodeJson(message, "", ""))
        return "the codecs write different JSON: " + QString::fromStdString(json);
    const std::string bytes = serialize(message);
    for (const Decode decode : decoders) {
        const Result<Decoded> decoded = decode(json, message.GetDescriptor(), FieldValidation::Ignore);
        if (!decoded) return QString::fromStdString(decoded.error().message);
        if (serialize(*decoded->message) != bytes)
            return "read back differently from " + QString::fromStdString(json);
        const Result<Decoded> again =
            decodeProtobuf(encodeProtobuf(*decoded->message, "v9", "Thing"), message.GetDescriptor());
        if (!again) return QString::fromStdString(again.error().message);
        if (encodeJson(*again->message) != json)
            return "protobuf loses something of " + QString::fromStdString(json);
    }
    return {};
}

} // namespace

/// The schema against the facts about Kubernetes, field by field.
class TestApiFacts : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theFactsAreThere() {
        std::size_t fields = 0;
        for (const Fact& fact : facts())
            fields += fact.number != 0 ? 1 : 0;
        QCOMPARE(fields, std::size_t(2388)); // and two messages without any
    }

    void everyFieldIsWhereKubernetesHasIt() {
        for (const Fact& fact : facts()) {
            const QString where = fact.package + "." + fact.message + "." + fact.name;
            const Descriptor* type = typeOf(fact);
            QVERIFY2(type != nullptr, qPrintable(where));
            if (fact.number == 0) {
                QVERIFY2(type->field_count() == 0, qPrintable(where));
                continue;
            }
            const FieldDescriptor* field = type->FindFieldByNumber(fact.number);
            QVERIFY2(field != nullptr, qPrintable(where));
            QVERIFY2(QString::fromStdString(field->name()) == fact.name, qPrintable(where));
            QVERIFY2(field->is_repeated() == (fact.label != "optional"), qPrintable(where));
            QVERIFY2(field->is_map() == (fact.label == "map"), qPrintable(where));
            QVERIFY2(typeName(field, fact.package) == fact.type,
                     qPrintable(where + " is a " + typeName(field, fact.package)));
            QVERIFY2(field->options().GetExtension(wh::inlined) == (fact.json == "inline"),
                     qPrintable(where));
            const bool named = !fact.json.isEmpty() && fact.json != "-" && fact.json != "inline";
            QVERIFY2(!named || QString::fromStdString(field->json_name()) == fact.json,
                     qPrintable(where + " is called " + QString::fromStdString(field->json_name())));
        }
    }

    void nothingElseIsThere() {
        std::set<std::pair<QString, int>> known;
        std::set<const Descriptor*> types;
        for (const Fact& fact : facts()) {
            known.emplace(fact.package + "." + fact.message, fact.number);
            types.insert(typeOf(fact));
        }
        for (const Descriptor* type : types)
            for (int i = 0; i < type->field_count(); ++i)
                QVERIFY2(known.count({QString::fromStdString(type->full_name()), type->field(i)->number()}) ==
                             1,
                         type->field(i)->full_name().c_str());
    }

    void everyFieldRoundTrips() {
        for (const Fact& fact : facts()) {
            const Descriptor* type = typeOf(fact);
            if (fact.number == 0) continue;
            const QString where = fact.package + "." + fact.message + "." + fact.name + ": ";
            for (int depth = 0; depth < 3; ++depth) {
                const auto message = newMessage(type);
                // A message with a JSON form of its own is one value, not fields.
                if (type->options().GetExtension(wh::form) != wh::FIELDS)
                    test::fill(*message, depth, depth);
                else
                    test::fillField(*message, type->FindFieldByNumber(fact.number), depth, depth);
                canonicalize(*message);
                const QString problem = roundTrip(*message);
                QVERIFY2(problem.isEmpty(), qPrintable(where + problem));
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestApiFacts)
#include "test_api_facts.moc"
