#include "names.h"

#include <set>

namespace wheelhouse::api::plugin {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

std::string fileNamespace(const FileDescriptor* file) {
    std::string name = file->name().substr(file->name().rfind('/') + 1);
    return name.substr(0, name.rfind('.'));
}

std::string className(const Descriptor* type) {
    std::string name = "::";
    for (const char c : type->full_name())
        name += c == '.' ? std::string("::") : std::string(1, c);
    return name;
}

std::string accessor(const FieldDescriptor* field) {
    static const std::set<std::string> keywords = {
        "auto",     "bool",     "break",     "case",     "catch",     "char",     "class", "const",
        "continue", "default",  "delete",    "do",       "double",    "else",     "enum",  "explicit",
        "export",   "extern",   "false",     "float",    "for",       "friend",   "goto",  "if",
        "inline",   "int",      "long",      "mutable",  "namespace", "new",      "not",   "operator",
        "or",       "private",  "protected", "public",   "register",  "return",   "short", "signed",
        "sizeof",   "static",   "struct",    "switch",   "template",  "this",     "throw", "true",
        "try",      "typedef",  "typeid",    "typename", "union",     "unsigned", "using", "virtual",
        "void",     "volatile", "while",     "and",      "xor",       "asm"};
    const std::string& name = field->lowercase_name();
    return keywords.count(name) > 0 ? name + "_" : name;
}

std::string literal(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        if (c == '\n') {
            quoted += "\\n";
            continue;
        }
        quoted += c;
    }
    return quoted + "\"";
}

template <class D>
std::string comment(const D* descriptor) {
    google::protobuf::SourceLocation location;
    if (!descriptor->GetSourceLocation(&location)) return {};
    std::string line;
    bool blank = false;
    for (const char c : location.leading_comments) {
        blank = blank || c == ' ' || c == '\n';
        if (c == ' ' || c == '\n') continue;
        if (blank && !line.empty()) line += ' ';
        blank = false;
        line += c;
    }
    return line;
}

template std::string comment(const Descriptor* descriptor);
template std::string comment(const FieldDescriptor* descriptor);

} // namespace wheelhouse::api::plugin
