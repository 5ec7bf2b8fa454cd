#include "generator.h"

#include "names.h"
#include "options.pb.h"

#include <google/protobuf/io/printer.h>
#include <google/protobuf/io/zero_copy_stream.h>
#include <map>
#include <memory>
#include <vector>

namespace wheelhouse::api::plugin {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::compiler::GeneratorContext;
using google::protobuf::io::Printer;
using Vars = std::map<std::string, std::string>;

bool isInlined(const FieldDescriptor* field) {
    return field->options().GetExtension(wh::inlined);
}
wh::Emit emitOf(const FieldDescriptor* field) {
    return field->options().GetExtension(wh::emit);
}
bool hasOwnForm(const Descriptor* type) {
    return type->options().GetExtension(wh::form) != wh::FIELDS;
}
bool isKind(const Descriptor* type) {
    return type->options().GetExtension(wh::kind);
}
bool isBytes(const FieldDescriptor* field) {
    return field->type() == FieldDescriptor::TYPE_BYTES;
}
bool isMessage(const FieldDescriptor* field) {
    return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

std::string functionOf(const char* verb, const Descriptor* type) {
    return "codec::" + fileNamespace(type->file()) + "::" + verb + "_" + type->name();
}

// -------------------------------------------------------------------------------------------------------
// encoding

/// Statement that writes `value`, a message, as the next JSON value.
std::string encodeMessageStatement(const Descriptor* type, const std::string& value) {
    if (hasOwnForm(type)) return "encodeForm(" + value + ", w);";
    return "w.beginObject(); " + functionOf("encodeFields", type) + "(" + value + ", w); w.endObject();";
}

std::string putFunction(const FieldDescriptor* field) {
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
        return "putInteger";
    case FieldDescriptor::CPPTYPE_BOOL:
        return "putBoolean";
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return "putNumber";
    case FieldDescriptor::CPPTYPE_STRING:
        return isBytes(field) ? "putBytes" : "putString";
    default:
        break;
    }
    GOOGLE_LOG(FATAL) << field->full_name() << ": a type the codec does not know";
    return {};
}

void encodeSingular(Printer& p, const FieldDescriptor* field, Vars vars) {
    vars["put"] = isMessage(field) ? "" : putFunction(field);
    if (isMessage(field))
        vars["write"] =
            "w.key($k$); " + encodeMessageStatement(field->message_type(), "m." + vars["x"] + "()");
    else
        vars["write"] = vars["put"] + "(w, $k$, m." + vars["x"] + "());";
    for (std::size_t at = vars["write"].find("$k$"); at != std::string::npos; at = vars["write"].find("$k$"))
        vars["write"].replace(at, 3, vars["k"]);
    switch (emitOf(field)) {
    case wh::OMIT_EMPTY:
        if (isMessage(field))
            p.Print(vars, "if (m.has_$x$()) { $write$ }\n");
        else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
            p.Print(vars, "$put$IfAny(w, $k$, m.$x$());\n");
        else
            p.Print(vars, "if (m.$x$() != 0) $write$\n");
        break;
    case wh::IF_SET:
        p.Print(vars, "if (m.has_$x$()) { $write$ }\n");
        break;
    case wh::ALWAYS:
        if (isBytes(field))
            p.Print(vars, "if (m.$x$().empty()) putRaw(w, $k$, \"null\"); else $write$\n");
        else
            p.Print(vars, "$write$\n");
        break;
    case wh::ALWAYS_NULL:
        p.Print(vars, "if (m.has_$x$()) { $write$ } else putRaw(w, $k$, \"null\");\n");
        break;
    }
}

void encodeRepeated(Printer& p, const FieldDescriptor* field, Vars vars) {
    p.Print(vars, "if (m.$x$_size() != 0) {\n");
    p.Indent();
    const FieldDescriptor* value = field->is_map() ? field->message_type()->map_value() : field;
    if (field->is_map() && !isMessage(value)) {
        vars["put"] = isBytes(value) ? "putBytesMap" : "putStringMap";
        p.Print(vars, "$put$(w, $k$, m.$x$());\n");
    } else if (field->is_map()) {
        vars["write"] = encodeMessageStatement(value->message_type(), "e->second");
        p.Print(vars, "w.key($k$);\nw.beginObject();\n"
                      "for (const auto* e : sortedEntries(m.$x$())) { w.dataKey(e->first); $write$ }\n"
                      "w.endObject();\n");
    } else if (isMessage(field)) {
        vars["write"] = encodeMessageStatement(field->message_type(), "e");
        p.Print(vars,
                "w.key($k$);\nw.beginArray();\nfor (const auto& e : m.$x$()) { $write$ }\nw.endArray();\n");
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !isBytes(field)) {
        p.Print(vars, "putStrings(w, $k$, m.$x$());\n");
    } else {
        const bool truth = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
        vars["write"] = isBytes(field) ? "w.base64(e);" : truth ? "w.boolean(e);" : "w.integer(e);";
        p.Print(vars,
                "w.key($k$);\nw.beginArray();\nfor (const auto& e : m.$x$()) { $write$ }\nw.endArray();\n");
    }
    p.Outdent();
    if (emitOf(field) == wh::ALWAYS) {
        vars["empty"] = isKind(field->containing_type()) && field->name() == "items" ? "\"[]\"" : "\"null\"";
        p.Print(vars, "} else putRaw(w, $k$, $empty$);\n");
    } else {
        p.Print("}\n");
    }
}

void encodeFunction(Printer& p, const Descriptor* type) {
    p.Print({{"type", type->name()}, {"class", className(type)}},
            "void encodeFields_$type$(const $class$& m, JsonWriter& w) {\n");
    p.Indent();
    for (int i = 0; i < type->field_count(); ++i) {
        const FieldDescriptor* field = type->field(i);
        const Vars vars = {{"x", accessor(field)}, {"k", literal("\"" + field->json_name() + "\":")}};
        if (isInlined(field))
            p.Print({{"f", functionOf("encodeFields", field->message_type())}, {"x", accessor(field)}},
                    "$f$(m.$x$(), w);\n");
        else if (field->is_repeated())
            encodeRepeated(p, field, vars);
        else
            encodeSingular(p, field, vars);
    }
    p.Outdent();
    p.Print("}\n\n");
}

// -------------------------------------------------------------------------------------------------------
// decoding

struct Target {
    std::vector<const FieldDescriptor*> path; ///< through inlined messages; the last is the field itself
};

void collectTargets(const Descriptor* type, std::vector<const FieldDescriptor*> prefix,
                    std::vector<Target>& targets) {
    for (int i = 0; i < type->field_count(); ++i) {
        std::vector<const FieldDescriptor*> path = prefix;
        path.push_back(type->field(i));
        if (isInlined(type->field(i)))
            collectTargets(type->field(i)->message_type(), path, targets);
        else
            targets.push_back(Target{path});
    }
}

std::string decoderOf(const Descriptor* type) {
    return hasOwnForm(type) ? "decodeForm" : functionOf("decode", type);
}

void decodeScalar(Printer& p, const FieldDescriptor* field, const Vars& vars) {
    const bool keepZero = emitOf(field) == wh::IF_SET || emitOf(field) == wh::ALWAYS_NULL;
    Vars all = vars;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
        all["read"] = isBytes(field) ? "readBytes" : "readString";
        if (keepZero)
            p.Print(all, "return r.$read$(*$o$mutable_$x$());\n");
        else
            p.Print(all,
                    "return r.$read$(*$o$mutable_$x$()) && (!$o$$x$().empty() || ($o$clear_$x$(), true));\n");
        return;
    case FieldDescriptor::CPPTYPE_INT32:
        all["type"] = "std::int32_t";
        all["read"] = "readInt32";
        break;
    case FieldDescriptor::CPPTYPE_INT64:
        all["type"] = "std::int64_t";
        all["read"] = "readInt64";
        break;
    case FieldDescriptor::CPPTYPE_BOOL:
        all["type"] = "bool";
        all["read"] = "readBool";
        break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
        all["type"] = "double";
        all["read"] = "readDouble";
        break;
    default:
        GOOGLE_LOG(FATAL) << field->full_name() << ": a type the codec does not know";
    }
    all["keep"] = keepZero ? "" : "if (v != 0) ";
    p.Print(all, "$type$ v = 0;\nif (!r.$read$(v)) return false;\n$keep$$o$set_$x$(v);\nreturn true;\n");
}

void decodeRepeated(Printer& p, const FieldDescriptor* field, Vars vars) {
    const FieldDescriptor* value = field->is_map() ? field->message_type()->map_value() : field;
    if (field->is_map() && isMessage(value)) {
        vars["decode"] = decoderOf(value->message_type());
        vars["class"] = className(value->message_type());
        p.Print(vars, "return readMap<$class$>(r, *$o$mutable_$x$(), $decode$);\n");
    } else if (field->is_map()) {
        vars["read"] = isBytes(value) ? "readBytesMap" : "readStringMap";
        p.Print(vars, "return $read$(r, *$o$mutable_$x$());\n");
    } else if (isMessage(field)) {
        vars["decode"] = decoderOf(field->message_type());
        p.Print(vars, "if (!r.beginArray()) return false;\n"
                      "while (r.nextElement()) {\n"
                      "  auto* e = $o$add_$x$();\n"
                      "  if (!r.takeNull() && !$decode$(e, r)) return false;\n"
                      "}\n"
                      "return !r.failed();\n");
    } else {
        const bool text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
        const bool truth = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
        vars["read"] = truth            ? "readBooleans"
                       : !text          ? "readIntegers"
                       : isBytes(field) ? "readBytesList"
                                        : "readStrings";
        p.Print(vars, "return $read$(r, *$o$mutable_$x$());\n");
    }
}

void decodeCase(Printer& p, const Target& target, int index) {
    const FieldDescriptor* field = target.path.back();
    Vars vars = {{"i", std::to_string(index)}, {"x", accessor(field)}, {"o", "m->"}};
    for (std::size_t i = 0; i + 1 < target.path.size(); ++i)
        vars["o"] += "mutable_" + accessor(target.path[i]) + "()->";
    p.Print(vars, "case $i$: {\n");
    p.Indent();
    if (field->is_repeated()) {
        decodeRepeated(p, field, vars);
    } else if (isMessage(field)) {
        vars["decode"] = decoderOf(field->message_type());
        if (emitOf(field) == wh::ALWAYS)
            p.Print(vars, "if (!$decode$($o$mutable_$x$(), r)) return false;\n"
                          "if (isZeroStruct($o$$x$())) $o$clear_$x$();\n"
                          "return true;\n");
        else
            p.Print(vars, "return $decode$($o$mutable_$x$(), r);\n");
    } else {
        decodeScalar(p, field, vars);
    }
    p.Outdent();
    p.Print("}\n");
}

void decodeFunction(Printer& p, const Descriptor* type) {
    std::vector<Target> targets;
    collectTargets(type, {}, targets);
    GOOGLE_CHECK_LE(targets.size(), 128u) << type->full_name();
    const Vars vars = {
        {"type", type->name()}, {"class", className(type)}, {"kind", isKind(type) ? "true" : "false"}};
    if (!targets.empty()) {
        p.Print(vars, "const FieldName names_$type$[] = {\n");
        for (const Target& target : targets) {
            std::string path;
            for (std::size_t i = 0; i < 3; ++i)
                path += (i > 0 ? ", " : "") +
                        std::to_string(i < target.path.size() ? target.path[i]->number() : 0);
            p.Print({{"name", literal(target.path.back()->json_name())}, {"path", path}},
                    "    {$name$, {$path$}},\n");
        }
        p.Print(vars, "};\n"
                      "bool field_$type$(google::protobuf::Message* message, int field, JsonReader& r) {\n"
                      "  auto* m = static_cast<$class$*>(message);\n"
                      "  switch (field) {\n");
        p.Indent();
        for (std::size_t i = 0; i < targets.size(); ++i)
            decodeCase(p, targets[i], static_cast<int>(i));
        p.Outdent();
        p.Print("  }\n  return false;\n}\n");
    }
    p.Print(vars, "bool decode_$type$($class$* m, JsonReader& r) {\n");
    if (targets.empty())
        p.Print(vars, "  return readObject(m, ObjectTable{{}, $kind$}, nullptr, r);\n}\n\n");
    else
        p.Print(vars,
                "  if (!readObject(m, ObjectTable{names_$type$, $kind$}, field_$type$, r)) return false;\n");
    if (targets.empty()) return;
    for (int i = 0; i < type->field_count(); ++i)
        if (isInlined(type->field(i)))
            p.Print({{"x", accessor(type->field(i))}},
                    "  if (m->has_$x$() && m->$x$().ByteSizeLong() == 0) m->clear_$x$();\n");
    p.Print("  return true;\n}\n\n");
}

// ----------------------------------------------------------------------------------------------------------
// files

void writeHeader(Printer& p, const FileDescriptor* file) {
    p.Print({{"file", fileNamespace(file)}}, "// Generated from $file$.proto.\n#pragma once\n\n"
                                             "#include \"$file$.pb.h\"\n#include \"codec/generated.h\"\n\n"
                                             "namespace wheelhouse::api::codec::$file$ {\n");
    for (int i = 0; i < file->message_type_count(); ++i) {
        const Descriptor* type = file->message_type(i);
        if (hasOwnForm(type)) continue;
        p.Print({{"type", type->name()}, {"class", className(type)}},
                "void encodeFields_$type$(const $class$& m, JsonWriter& w);\n"
                "bool decode_$type$($class$* m, JsonReader& r);\n");
    }
    p.Print("std::span<const MessageCodec> codecs();\nstd::span<const Doc> docs();\n}\n");
}

void writeRegistry(Printer& p, const FileDescriptor* file) {
    p.Print("std::span<const MessageCodec> codecs() {\n  static const MessageCodec all[] = {\n");
    for (int i = 0; i < file->message_type_count(); ++i) {
        const Descriptor* type = file->message_type(i);
        Vars vars = {{"type", type->name()}, {"class", className(type)}};
        if (hasOwnForm(type))
            p.Print(vars, "    {$class$::descriptor, nullptr,\n"
                          "     [](google::protobuf::Message* m, JsonReader& r) { return "
                          "decodeForm(static_cast<$class$*>(m), r); }},\n");
        else
            p.Print(vars, "    {$class$::descriptor,\n"
                          "     [](const google::protobuf::Message& m, JsonWriter& w) { "
                          "encodeFields_$type$(static_cast<const $class$&>(m), w); },\n"
                          "     [](google::protobuf::Message* m, JsonReader& r) { return "
                          "decode_$type$(static_cast<$class$*>(m), r); }},\n");
    }
    p.Print("  };\n  return all;\n}\n");
}

void writeCodec(Printer& p, const FileDescriptor* file) {
    p.Print({{"file", fileNamespace(file)}},
            "// Generated from $file$.proto.\n#include \"$file$.codec.h\"\n\n");
    for (int i = 0; i < file->dependency_count(); ++i)
        if (file->dependency(i)->package() != "wh")
            p.Print({{"file", fileNamespace(file->dependency(i))}}, "#include \"$file$.codec.h\"\n");
    p.Print({{"file", fileNamespace(file)}}, "\nnamespace wheelhouse::api::codec::$file$ {\n\n");
    for (int i = 0; i < file->message_type_count(); ++i) {
        if (hasOwnForm(file->message_type(i))) continue;
        encodeFunction(p, file->message_type(i));
        decodeFunction(p, file->message_type(i));
    }
    writeRegistry(p, file);
    p.Print("}\n");
}

void writeDocs(Printer& p, const FileDescriptor* file) {
    p.Print({{"file", fileNamespace(file)}},
            "// Generated from $file$.proto.\n#include \"codec/docs.h\"\n\n"
            "namespace wheelhouse::api::codec::$file$ {\n"
            "std::span<const Doc> docs() {\n  static constexpr Doc all[] = {\n"
            "    {\"\", \"\"},\n");
    const auto line = [&](const std::string& name, const std::string& text) {
        if (!text.empty())
            p.Print({{"name", literal(name)}, {"text", literal(text)}}, "    {$name$, $text$},\n");
    };
    for (int i = 0; i < file->message_type_count(); ++i) {
        const Descriptor* type = file->message_type(i);
        line(type->full_name(), comment(type));
        for (int f = 0; f < type->field_count(); ++f)
            line(type->field(f)->full_name(), comment(type->field(f)));
    }
    p.Print("  };\n  return all;\n}\n}\n");
}

using Write = void (*)(Printer&, const FileDescriptor*);

void writeFile(GeneratorContext* context, const std::string& name, const FileDescriptor* file, Write write) {
    const std::unique_ptr<google::protobuf::io::ZeroCopyOutputStream> stream(context->Open(name));
    Printer printer(stream.get(), '$');
    write(printer, file);
}

} // namespace

bool CodecGenerator::Generate(const FileDescriptor* file, const std::string&, GeneratorContext* context,
                              std::string*) const {
    const std::string name = fileNamespace(file);
    writeFile(context, name + ".codec.h", file, writeHeader);
    writeFile(context, name + ".codec.cpp", file, writeCodec);
    writeFile(context, name + ".docs.cpp", file, writeDocs);
    return true;
}

} // namespace wheelhouse::api::plugin
