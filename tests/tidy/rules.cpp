#include "rules.h"

#include <regex>
#include <sstream>

namespace tidy {
namespace {

constexpr std::size_t mostFileLines = 600;
constexpr std::size_t mostFunctionLines = 70;

bool isSource(const File& file) {
    return file.path.ends_with(".cpp") || file.path.ends_with(".h");
}

bool isTest(const File& file) {
    return file.path.starts_with("tests/");
}

/// "engine/store/src/x.cpp" → "engine_store"; empty outside modules.
std::string moduleOf(const std::string& path) {
    static const std::regex pattern("^(engine|vmnodes|ui)/([a-z]+)/.*");
    std::smatch match;
    if (std::regex_match(path, match, pattern)) return match[1].str() + "_" + match[2].str();
    return path.starts_with("app/") ? "app" : "";
}

void find(Findings& out, const File& file, const std::regex& pattern, const std::string& text) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string& line = file.lines[i];
        if (line.find("tidy: ") != std::string::npos) continue; // an exception with its reason beside it
        const std::size_t start = line.find_first_not_of(" \t");
        if (start != std::string::npos && line.compare(start, 2, "//") == 0) continue;
        if (std::regex_search(line, pattern))
            out.push_back(file.path + ":" + std::to_string(i + 1) + ": " + text);
    }
}

void append(Findings& to, Findings from) {
    to.insert(to.end(), from.begin(), from.end());
}

bool opensFunction(const std::string& line) {
    static const std::regex pattern(
        R"(^[A-Za-z~\[].*\)[^;=]*\{$|^    (: |[^ ].*\) (const )?(noexcept )?(override )?)?\{$)");
    static const std::regex other(R"(^(namespace|class|struct|enum|union|extern|template)\b)");
    return std::regex_search(line, pattern) && !std::regex_search(line, other);
}

} // namespace

File parse(std::string path, const std::string& text) {
    File file{std::move(path), {}};
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        file.lines.push_back(line);
    return file;
}

Layers parseLayers(const std::string& text) {
    Layers layers;
    static const std::regex statement(R"(set\(ALLOWED_(\w+)([^)]*)\))");
    static const std::regex word(R"(\w+)");
    for (std::sregex_iterator it(text.begin(), text.end(), statement), end; it != end; ++it) {
        const std::string list = (*it)[2].str();
        std::set<std::string>& allowed = layers[(*it)[1].str()];
        for (std::sregex_iterator name(list.begin(), list.end(), word); name != std::sregex_iterator();
             ++name)
            allowed.insert(name->str());
    }
    return layers;
}

Findings layering(const File& file, const Layers& layers) {
    Findings out;
    const std::string module = moduleOf(file.path);
    if (module.empty() || module == "app" || !isSource(file)) return out;
    static const std::regex include(R"(^\s*#include "((engine|vmnodes|ui)/([a-z]+)/[^"]*)\")");
    const auto allowed = layers.find(module);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(file.lines[i], match, include)) continue;
        const std::string used = match[2].str() + "_" + match[3].str();
        if (used == module) continue;
        if (allowed == layers.end() || !allowed->second.contains(used))
            out.push_back(file.path + ":" + std::to_string(i + 1) + ": " + module + " may not use " + used);
    }
    return out;
}

Findings ambientAuthority(const File& file) {
    Findings out;
    const bool governed = file.path.starts_with("engine/") || file.path.starts_with("vmnodes/agent/core/");
    if (!governed || !isSource(file) || file.path == "engine/base/src/system.cpp") return out;
    static const std::regex clocks(
        R"(\b(system_clock|steady_clock|high_resolution_clock)::now|\b(gettimeofday|clock_gettime)\s*\(|\bstd::time\s*\()");
    static const std::regex chance(
        R"(\bstd::(random_device|mt19937|default_random_engine)|\b(rand|random|getrandom)\s*\(\))");
    static const std::regex threads(
        R"(\bstd::(thread|jthread|async)\b|\bpthread_create\b|\bsleep_for\b|\busleep\s*\()");
    find(out, file, clocks, "reads a clock; take a Clock&");
    find(out, file, chance, "draws a random number; take a Random&");
    find(out, file, threads, "makes a thread or sleeps; take an Executor&");
    return out;
}

Findings exceptions(const File& file) {
    Findings out;
    if (isTest(file) || !isSource(file)) return out;
    static const std::regex pattern(R"re(^[^"]*\bthrow\b)re");
    find(out, file, pattern, "throws; return a Result");
    return out;
}

Findings sizes(const File& file) {
    Findings out;
    if (!isSource(file)) return out;
    if (file.lines.size() > mostFileLines)
        out.push_back(file.path + ":1: " + std::to_string(file.lines.size()) + " lines; is it one idea?");
    std::size_t start = 0;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::string& line = file.lines[i];
        if (start == 0 && !line.empty() && line[0] != ' ' && opensFunction(line)) start = i + 1;
        if (start != 0 && (line == "}" || line == "};")) {
            if (i + 1 - start > mostFunctionLines)
                out.push_back(file.path + ":" + std::to_string(start) + ": a function of " +
                              std::to_string(i + 2 - start) + " lines");
            start = 0;
        }
    }
    return out;
}

Findings interface(const File& file) {
    Findings out;
    if (!file.path.starts_with("ui/") || !isSource(file)) return out;
    if (file.path.find("ui/widgets/") != 0 || file.path.find("/theme") == std::string::npos) {
        static const std::regex colours(
            R"re("#[0-9a-fA-F]{6}\b|\bQColor\(\s*(0x|[0-9]|")|\bQt::(red|green|blue|yellow|cyan|magenta|gray|white|black|dark\w+|light\w+)\b)re");
        find(out, file, colours, "names a colour; colours live in ui/widgets/theme");
    }
    static const std::regex words(
        R"re(\b(setText|setToolTip|setWindowTitle|setPlaceholderText|setAccessibleName|addAction|addTab|QLabel|QPushButton|QToolButton)\((QStringLiteral\()?"[^"]*[A-Za-z]{2})re");
    find(out, file, words, "words a person reads go through tr()");
    return out;
}

Findings habits(const File& file) {
    Findings out;
    if (file.path.starts_with("tests/tidy/")) return out;
    static const std::regex promises(R"(\b(TODO|FIXME|XXX|HACK)\b)");
    for (std::size_t i = 0; i < file.lines.size(); ++i)
        if (std::regex_search(file.lines[i], promises))
            out.push_back(file.path + ":" + std::to_string(i + 1) + ": promises instead of doing");
    static const std::regex places(
        R"((^|[^A-Za-z0-9_.])/(work|home/[a-z]+)/|https?://[a-z.]*(debian|npmjs|golang|pypi|pythonhosted)\.[a-z]+)");
    find(out, file, places, "names a path of one machine or a registry host");
    if (isTest(file)) {
        static const std::regex sleeps(
            R"(\bsleep_for\b|\bQTest::(qWait|qSleep)\s*\(|\busleep\s*\(|^\s*sleep [0-9])");
        find(out, file, sleeps, "waits by the clock; await a condition");
    }
    return out;
}

Findings check(const File& file, const Layers& layers) {
    Findings out = layering(file, layers);
    append(out, ambientAuthority(file));
    append(out, exceptions(file));
    append(out, sizes(file));
    append(out, interface(file));
    append(out, habits(file));
    return out;
}

} // namespace tidy
