#include "commands.h"

#include "vmnodes/agent/signals.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::simulated {

namespace {

long number(const std::string& text, long otherwise = 0) {
    long value = otherwise;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

/// What `echo -e` and printf make of backslashes.
std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        out += next == 'n' ? "\n" : next == 't' ? "\t" : next == '\\' ? "\\" : std::string("\\") + next;
    }
    return out;
}

Shell::Words files(const Shell::Words& words) {
    Shell::Words out;
    for (std::size_t i = 1; i < words.size(); ++i)
        if (!words[i].starts_with('-')) out.push_back(words[i]);
    return out;
}

const std::set<std::string>& all() {
    static const std::set<std::string> names = {
        ":",       "[",        "[[",   "awk",   "break",  "cat",   "cd",    "chmod",    "cp",     "date",
        "echo",    "env",      "exec", "exit",  "export", "expr",  "false", "grep",     "head",   "help",
        "hexdump", "hostname", "id",   "ls",    "mkdir",  "mount", "mv",    "printenv", "printf", "pwd",
        "read",    "rm",       "seq",  "set",   "sleep",  "sort",  "stat",  "sync",     "tail",   "test",
        "touch",   "trap",     "true", "uname", "unset",  "wc",    "whoami"};
    return names;
}

} // namespace

bool Commands::knows(const std::string& name) {
    return all().contains(name);
}

const char* Commands::names() {
    static const std::string text = [] {
        std::string out;
        for (const std::string& name : all())
            if (name != ":") out += (out.empty() ? "" : " ") + name;
        return out + " sh stty tar";
    }();
    return text.c_str();
}

int Commands::complain(const std::string& what) {
    io_.err(what + "\n");
    return 1;
}

bool Commands::text(const std::string& path, std::string& out) const {
    if (path.empty() || path == "-" || path == "/dev/stdin") {
        out = io_.in;
        return true;
    }
    if (path == "/dev/null") return true;
    const auto* file = files_.find(path);
    if (file == nullptr) return false;
    out = file->bytes();
    return true;
}

int Commands::run(const Words& words) {
    const std::string name = baseName(words[0]);
    const auto out = [this](const std::string& text) { return io_.out(text + "\n"), 0; };
    if (name == "true" || name == ":" || name == "set" || name == "sync" || name == "cd" || name == "exec")
        return 0;
    if (name == "false") return 1;
    if (name == "echo") return echo(words);
    if (name == "printf") return print(words);
    if (name == "cat") return cat(words);
    if (name == "head" || name == "tail") return headOrTail(words, name == "tail");
    if (name == "grep") return grep(words);
    if (name == "wc" || name == "sort") return count(words);
    if (name == "expr") return evaluate(words);
    if (name == "awk") return column(words);
    if (name == "seq") return sequence(words);
    if (name == "ls") return list(words);
    if (name == "mkdir" || name == "touch" || name == "rm" || name == "chmod" || name == "cp" || name == "mv")
        return change(words);
    if (name == "stat") return stat(words);
    if (name == "hexdump") return hexdump(words);
    if (name == "id" || name == "whoami") return identity(words);
    if (name == "env" || name == "printenv") return environment(words);
    if (name == "export" || name == "unset") return assign(words);
    if (name == "exit" || name == "break" || name == "trap") return control(words);
    if (name == "read") return readLine(words);
    if (name == "test" || name == "[" || name == "[[") return test(words);
    if (name == "hostname") return out(shell_.variables_["HOSTNAME"]);
    if (name == "pwd") return out("/");
    if (name == "mount") return mounts(words);
    if (name == "help") return out(fmt::format("This container is simulated. It knows: {}", names()));
    if (name == "uname")
        return out(words.size() > 1 && words[1] == "-a" ? "Linux " + shell_.place_.pod + " simulated"
                                                        : "Linux");
    if (name == "date") {
        const auto since = shell_.executor_.clock().wallNow().time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
        return out(words.size() > 1 && words[1] == "+%s" ? std::to_string(seconds)
                                                         : fmt::format("{} seconds since 1970", seconds));
    }
    if (name.starts_with("agnhost") && words.size() > 1 && words[1] == "entrypoint-tester")
        return out(fmt::format("[{}]", fmt::join(words, " ")));
    io_.err(fmt::format("{}: not found: this container is simulated, image {} is not running. It knows: {}\n",
                        words[0], shell_.place_.image, names()));
    return 127;
}

int Commands::echo(const Words& words) {
    std::string line;
    std::size_t first = 1;
    bool newline = true;
    bool escapes = false;
    for (; first < words.size() && (words[first] == "-n" || words[first] == "-e"); ++first)
        (words[first] == "-n" ? newline : escapes) = words[first] != "-n";
    for (std::size_t i = first; i < words.size(); ++i)
        line += (i > first ? " " : "") + words[i];
    io_.out((escapes ? unescaped(line) : line) + (newline ? "\n" : ""));
    return 0;
}

int Commands::print(const Words& words) {
    if (words.size() < 2) return complain("printf: usage: printf FORMAT [ARGUMENT]...");
    const std::string format = unescaped(words[1]);
    std::string out;
    std::size_t next = 2;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            out += format[i];
        } else if (format[++i] == '%') {
            out += '%';
        } else {
            out += next < words.size() ? words[next] : "";
            ++next;
        }
    }
    io_.out(out);
    return 0;
}

int Commands::cat(const Words& words) {
    int code = 0;
    Words paths = files(words);
    if (paths.empty()) paths.emplace_back();
    for (const std::string& path : paths) {
        std::string bytes;
        if (path == "/etc/hostname")
            bytes = shell_.variables_["HOSTNAME"] + "\n";
        else if (!text(path, bytes))
            code = complain(files_.isFolder(path) ? fmt::format("cat: {}: Is a directory", path)
                                                  : fmt::format("cat: {}: No such file or directory", path));
        io_.out(bytes);
    }
    return code;
}

int Commands::headOrTail(const Words& words, bool tail) {
    long most = 10;
    std::string path;
    for (std::size_t i = 1; i < words.size(); ++i) {
        if (words[i] == "-n" && i + 1 < words.size())
            most = number(words[++i], 10);
        else if (words[i].starts_with('-'))
            most = number(words[i].substr(words[i].starts_with("-n") ? 2 : 1), 10);
        else
            path = words[i];
    }
    std::string bytes;
    if (!text(path, bytes)) return complain(fmt::format("{}: {}: No such file or directory", words[0], path));
    const auto lines = linesOf(bytes);
    const std::size_t count = std::min(lines.size(), static_cast<std::size_t>(std::max(most, 0L)));
    const std::size_t first = tail ? lines.size() - count : 0;
    for (std::size_t i = first; i < first + count; ++i)
        io_.out(lines[i] + "\n");
    return 0;
}

int Commands::grep(const Words& words) {
    std::string flags;
    Words plain;
    for (std::size_t i = 1; i < words.size(); ++i)
        words[i].starts_with('-') && words[i].size() > 1 ? void(flags += words[i])
                                                         : plain.push_back(words[i]);
    if (plain.empty()) return complain("grep: no pattern");
    std::string bytes;
    if (!text(plain.size() > 1 ? plain[1] : "", bytes))
        return complain(fmt::format("grep: {}: No such file or directory", plain[1])), 2;
    const bool inverted = flags.find('v') != std::string::npos;
    bool found = false;
    for (const std::string& line : linesOf(bytes)) {
        if ((line.find(plain[0]) != std::string::npos) == inverted) continue;
        found = true;
        if (flags.find('q') == std::string::npos) io_.out(line + "\n");
    }
    return found ? 0 : 1;
}

int Commands::count(const Words& words) {
    const Words paths = files(words);
    std::string bytes;
    if (!text(paths.empty() ? "" : paths[0], bytes))
        return complain(fmt::format("{}: {}: No such file or directory", words[0], paths[0]));
    auto lines = linesOf(bytes);
    if (baseName(words[0]) == "sort") {
        std::sort(lines.begin(), lines.end());
        for (const std::string& line : lines)
            io_.out(line + "\n");
        return 0;
    }
    const bool ofBytes = std::find(words.begin(), words.end(), "-c") != words.end();
    io_.out(
        fmt::format("{}{}\n", ofBytes ? bytes.size() : lines.size(), paths.empty() ? "" : " " + paths[0]));
    return 0;
}

/// `awk '{print $N}'`, which is what most people know it for.
int Commands::column(const Words& words) {
    constexpr std::string_view begin = "{print $";
    const std::string program = words.size() > 1 ? words[1] : "";
    if (!program.starts_with(begin) || !program.ends_with('}'))
        return complain("awk: only '{print $N}' is known here"), 2;
    const long wanted = number(program.substr(begin.size()));
    std::string bytes;
    if (!text(words.size() > 2 ? words[2] : "", bytes))
        return complain(fmt::format("awk: {}: No such file or directory", words[2])), 2;
    for (const std::string& line : linesOf(bytes)) {
        std::string found = wanted == 0 ? line : "";
        long column = 0;
        for (std::size_t at = line.find_first_not_of(" \t"); wanted > 0 && at < line.size();) {
            const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
            if (++column == wanted) found = line.substr(at, end - at);
            at = line.find_first_not_of(" \t", end);
        }
        io_.out(found + "\n");
    }
    return 0;
}

/// `expr` with whole numbers; as true as what it prints.
int Commands::evaluate(const Words& words) {
    const long value = arithmetic(fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " ")), {});
    io_.out(fmt::format("{}\n", value));
    return value == 0 ? 1 : 0;
}

int Commands::sequence(const Words& words) {
    constexpr long most = 100'000;
    const long first = words.size() > 2 ? number(words[1]) : 1;
    const long last = words.size() > 1 ? number(words.back()) : 0;
    std::string out;
    for (long i = first; i <= last && i - first < most; ++i)
        out += std::to_string(i) + "\n";
    io_.out(out);
    return 0;
}

int Commands::list(const Words& words) {
    const Words paths = files(words);
    const std::string folder = paths.empty() ? "/" : paths.back();
    if (!files_.isFolder(folder)) {
        if (files_.find(folder) != nullptr) return io_.out(folder + "\n"), 0;
        return complain(fmt::format("ls: {}: No such file or directory", folder));
    }
    for (const std::string& name : files_.list(folder))
        io_.out(name + "\n");
    return 0;
}

int Commands::change(const Words& words) {
    const std::string name = baseName(words[0]);
    Words paths = files(words);
    const auto refuse = [&](const std::string& path, const std::string& why) {
        return complain(fmt::format("{}: {}: {}", name, path, why));
    };
    const bool force =
        words.size() > 1 && words[1].starts_with('-') && words[1].find('f') != std::string::npos;
    if (name == "cp" || name == "mv") {
        const auto* from = paths.size() < 2 ? nullptr : files_.find(paths[0]);
        if (from == nullptr) return refuse(paths.empty() ? "" : paths[0], "No such file or directory");
        std::string to = paths[1];
        if (files_.isFolder(to)) to += "/" + baseName(paths[0]);
        if (const auto wrong = files_.write(to, std::string(from->bytes()), false); !wrong.empty())
            return refuse(to, wrong);
        if (name == "mv") files_.remove(paths[0]);
        return 0;
    }
    int mode = 0;
    if (name == "chmod" && !paths.empty()) {
        mode = static_cast<int>(std::strtol(paths[0].c_str(), nullptr, 8));
        paths.erase(paths.begin());
    }
    for (const std::string& path : paths) {
        std::string wrong;
        if (name == "mkdir") wrong = files_.makeFolder(path);
        if (name == "touch" && !files_.isFolder(path)) wrong = files_.write(path, "", true);
        if (name == "chmod") wrong = files_.setMode(path, mode);
        if (name == "rm") wrong = files_.remove(path);
        if (!wrong.empty() && !(force && wrong.starts_with("No such"))) return refuse(path, wrong);
    }
    return 0;
}

int Commands::stat(const Words& words) {
    const std::string& path = words.back();
    const auto mode = files_.mode(path);
    if (!mode) return complain(fmt::format("stat: can't stat '{}': No such file or directory", path));
    const bool group = words.size() > 2 && words[1].find("%g") != std::string::npos;
    io_.out(group ? fmt::format("{}\n", shell_.place_.group) : fmt::format("{:o}\n", *mode));
    return 0;
}

int Commands::hexdump(const Words& words) {
    std::string bytes;
    if (!text(words.back(), bytes))
        return complain(fmt::format("hexdump: {}: No such file or directory", words.back()));
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        std::string hex;
        std::string shown;
        for (std::size_t i = 0; i < 16; ++i) {
            if (i == 8) hex += ' ';
            if (at + i >= bytes.size()) {
                hex += "   ";
                continue;
            }
            const auto byte = static_cast<unsigned char>(bytes[at + i]);
            hex += fmt::format("{:02x} ", byte);
            shown += byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
        }
        out += fmt::format("{:08x}  {} |{}|\n", at, hex, shown);
    }
    io_.out(out + fmt::format("{:08x}\n", bytes.size()));
    return 0;
}

int Commands::identity(const Words& words) {
    const SimulatedPlace& place = shell_.place_;
    const std::string name = place.user == 0 ? "root" : std::to_string(place.user);
    if (baseName(words[0]) == "whoami") {
        io_.out(name + "\n");
    } else if (words.size() > 1 && words[1] == "-u") {
        io_.out(fmt::format("{}\n", place.user));
    } else if (words.size() > 1 && (words[1] == "-g" || words[1] == "-G")) {
        io_.out(fmt::format("{}\n", place.group));
    } else {
        const auto named = [](std::int64_t id) { return id == 0 ? "0(root)" : std::to_string(id); };
        io_.out(fmt::format("uid={} gid={}\n", named(place.user), named(place.group)));
    }
    return 0;
}

/// `mount`, and `mount -t TYPE`: what is mounted in every container.
int Commands::mounts(const Words& words) {
    const bool all = words.size() < 3 || words[1] != "-t";
    if (all || words[2] == "overlay") io_.out("overlay on / type overlay (rw,relatime)\n");
    if (all || words[2] == "cgroup2") io_.out("cgroup2 on /sys/fs/cgroup type cgroup2 (ro,nosuid,nodev)\n");
    return 0;
}

int Commands::environment(const Words& words) {
    if (words.size() > 1) {
        const auto it = shell_.variables_.find(words[1]);
        if (it == shell_.variables_.end()) return 1;
        io_.out(it->second + "\n");
        return 0;
    }
    for (const auto& [name, value] : shell_.variables_)
        io_.out(fmt::format("{}={}\n", name, value));
    return 0;
}

int Commands::assign(const Words& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto equals = words[i].find('=');
        if (baseName(words[0]) == "unset")
            shell_.variables_.erase(words[i]);
        else if (equals != std::string::npos)
            shell_.variables_[words[i].substr(0, equals)] = words[i].substr(equals + 1);
    }
    return 0;
}

int Commands::control(const Words& words) {
    const std::string name = baseName(words[0]);
    if (name == "break") {
        shell_.breaking_ = true;
        return 0;
    }
    if (name == "trap") {
        for (std::size_t i = 2; i < words.size(); ++i) {
            const std::string& name = words[i];
            const auto signal = agent::signalNumber(name.starts_with("SIG") ? name : "SIG" + name);
            shell_.traps_[signal.value_or(static_cast<int>(number(name)))] = words[1];
        }
        return 0;
    }
    const int code = static_cast<int>(words.size() > 1 ? number(words[1]) : shell_.status_);
    shell_.exit_ = code;
    return code;
}

int Commands::readLine(const Words& words) {
    if (io_.in.empty()) return 1;
    const std::size_t end = std::min(io_.in.find('\n'), io_.in.size());
    if (words.size() > 1) shell_.variables_[words.back()] = io_.in.substr(0, end);
    io_.in.erase(0, end + 1);
    return 0;
}

int Commands::test(Words words) {
    if (words[0] != "test") words.pop_back(); // the closing bracket
    words.erase(words.begin());
    return holds(words) ? 0 : 1;
}

bool Commands::holds(const Words& words) const {
    if (words.empty()) return false;
    if (words[0] == "!") return !holds(Words(words.begin() + 1, words.end()));
    if (words.size() == 1) return !words[0].empty();
    if (words.size() == 2) {
        const std::string& of = words[1];
        if (words[0] == "-z") return of.empty();
        if (words[0] == "-n") return !of.empty();
        if (words[0] == "-d") return files_.isFolder(of);
        if (words[0] == "-f") return files_.find(of) != nullptr;
        if (words[0] == "-s") return files_.find(of) != nullptr && !files_.find(of)->bytes().empty();
        if (words[0] == "-e" || words[0] == "-r" || words[0] == "-w" || words[0] == "-x")
            return files_.isFolder(of) || files_.find(of) != nullptr;
        return false;
    }
    const std::string& sign = words[1];
    if (sign == "=" || sign == "==") return words[0] == words[2];
    if (sign == "!=") return words[0] != words[2];
    const long a = number(words[0]);
    const long b = number(words[2]);
    if (sign == "-eq") return a == b;
    if (sign == "-ne") return a != b;
    if (sign == "-lt") return a < b;
    if (sign == "-le") return a <= b;
    if (sign == "-gt") return a > b;
    return sign == "-ge" && a >= b;
}

long arithmetic(const std::string& expression, const std::map<std::string, std::string>& variables) {
    long total = 0;
    long term = 0;
    char pending = '+';
    char inTerm = 0;
    const auto settle = [&] { total += pending == '-' ? -term : term; };
    for (std::size_t i = 0; i < expression.size();) {
        const char c = expression[i];
        if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
            std::size_t end = i;
            while (end < expression.size() &&
                   (std::isalnum(static_cast<unsigned char>(expression[end])) != 0 || expression[end] == '_'))
                ++end;
            const std::string name = expression.substr(i, end - i);
            const auto known = variables.find(name);
            const long value = number(known != variables.end() ? known->second : name);
            if (inTerm == '*')
                term *= value;
            else if ((inTerm == '/' || inTerm == '%') && value != 0)
                term = inTerm == '/' ? term / value : term % value;
            else
                term = value;
            i = end;
            continue;
        }
        if (c == '+' || c == '-') {
            settle();
            pending = c;
            term = 0;
            inTerm = 0;
        } else if (c == '*' || c == '/' || c == '%') {
            inTerm = c;
        }
        ++i;
    }
    settle();
    return total;
}

std::string modeText(int mode, bool folder) {
    std::string out(1, folder ? 'd' : '-');
    for (int shift = 6; shift >= 0; shift -= 3) {
        const int bits = mode >> shift;
        out += (bits & 4) != 0 ? 'r' : '-';
        out += (bits & 2) != 0 ? 'w' : '-';
        out += (bits & 1) != 0 ? 'x' : '-';
    }
    return out;
}

} // namespace wheelhouse::simulated
