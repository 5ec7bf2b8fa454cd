#include "shell.h"

#include "commands.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::simulated {

namespace {

/// A loop that never waits is made to: one thread carries thousands of nodes.
constexpr int mostTurns = 500;
constexpr Duration breath = std::chrono::seconds(1);
constexpr std::size_t mostWord = 64 * 1024;

bool isNamePart(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool isShell(const std::string& word) {
    const std::string name = baseName(word);
    return name == "sh" || name == "bash" || name == "ash";
}

/// The image Kubernetes tests itself with holds many programs; a few are known here.
bool isAgnhost(const Shell::Words& words) {
    if (!baseName(words[0]).starts_with("agnhost") || words.size() < 2) return false;
    for (const char* known : {"entrypoint-tester", "logs-generator", "mounttest", "pause"})
        if (words[1] == known) return true;
    return false;
}

bool knownName(const std::string& name) {
    return Commands::knows(baseName(name)) || isShell(name);
}

} // namespace

Shell::Shell(Executor& executor, SimulatedPlace place, Io io, std::function<void(int)> ended)
    : executor_(executor), place_(std::move(place)), io_(std::move(io)), ended_(std::move(ended)) {
    for (const auto& [name, value] : place_.env)
        variables_[name] = value;
    variables_.try_emplace("HOSTNAME", place_.hostname.empty() ? place_.pod : place_.hostname);
    variables_.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    variables_.try_emplace("HOME", "/root");
}

std::size_t Shell::scriptIn(const Words& command) {
    if (command.empty() || !isShell(command[0])) return 0;
    for (std::size_t i = 1; i + 1 < command.size() && command[i].starts_with('-'); ++i)
        if (command[i].ends_with('c')) return i + 1;
    return 0;
}

bool Shell::knows(const Words& command) {
    if (command.empty()) return false;
    if (isAgnhost(command)) return true;
    // Without a file to read it would wait for input that never comes.
    if (!isShell(command[0])) return knownName(command[0]) && (command.size() > 1 || command[0] != "cat");
    if (command.size() == 1) return true;
    const std::size_t at = scriptIn(command);
    if (at == 0) return false;
    const ScriptPtr script = parseScript(command[at]);
    if (!script) return false;
    std::vector<std::string> names;
    commandNames(*script, names);
    return std::all_of(names.begin(), names.end(), knownName);
}

const char* Shell::knownCommands() {
    return Commands::names();
}

void Shell::run(const Words& command) {
    begin_.start(executor_, Duration::zero(), [this, command] {
        main_ = execute(command);
        main_.start();
    });
}

Shell::Code Shell::execute(Words words) {
    int code = 0;
    if (isShell(words[0])) name_ = words[0];
    if (const std::size_t at = scriptIn(words); at != 0) {
        Words parameters(words.begin() + static_cast<long>(at) + 1, words.end());
        code = co_await runScript(words[at], std::move(parameters), io_);
    } else {
        code = co_await runCommand(std::move(words), io_);
    }
    code = exit_.value_or(code) & 0xff;
    // Told in a turn of its own: whoever hears it may destroy this.
    begin_.start(executor_, Duration::zero(), [ended = ended_, code] { ended(code); });
    co_return code;
}

bool Shell::signal(int number) {
    const auto trap = traps_.extract(number);
    if (trap.empty()) return false;
    const std::string what = trap.mapped();
    main_ = {};
    exit_.reset();
    begin_.start(executor_, Duration::zero(), [this, what] {
        main_ = execute({"sh", "-c", what});
        main_.start();
    });
    return true;
}

Shell::Code Shell::runScript(std::string text, Words parameters, Io& io) {
    const ScriptPtr script = parseScript(text);
    if (!script) {
        io.err("sh: this container is simulated and does not understand this script\n");
        co_return 2;
    }
    Words outer = std::exchange(parameters_, std::move(parameters));
    const int code = co_await runNode(*script, io);
    parameters_ = std::move(outer);
    co_return code;
}

Shell::Code Shell::runNode(const ScriptNode& node, Io& outer) {
    if (++turns_ > mostTurns) {
        turns_ = 0;
        co_await Pause(executor_, breath);
    }
    Io io = outer;
    if (!node.redirects.empty()) {
        io.unwritten = std::make_shared<std::string>();
        const bool opened = co_await redirected(node, io);
        if (!opened) {
            status_ = 1;
            co_return 1;
        }
    }
    using Type = ScriptNode::Type;
    int code = 0;
    if (node.type == Type::Command)
        code = co_await runSimple(node, io);
    else if (node.type == Type::Pipe)
        code = co_await runPipe(node, io);
    else if (node.type == Type::While || node.type == Type::Until)
        code = co_await runLoop(node, io);
    else if (node.type == Type::For)
        code = co_await runFor(node, io);
    else
        code = co_await runParts(node, io);
    if (!node.redirects.empty() && !io.unwritten->empty()) {
        outer.err(fmt::format("{}: write error: {}\n", name_, *io.unwritten));
        code = 1;
    }
    status_ = code;
    co_return code;
}

Shell::Code Shell::runParts(const ScriptNode& node, Io& io) {
    using Type = ScriptNode::Type;
    int code = 0;
    if (node.type == Type::If) {
        std::size_t i = 0;
        for (; i + 1 < node.parts.size(); i += 2) {
            code = co_await runNode(*node.parts[i], io);
            if (leaving()) co_return code;
            if (code != 0) continue;
            code = co_await runNode(*node.parts[i + 1], io);
            co_return code;
        }
        if (i >= node.parts.size()) co_return 0;
        code = co_await runNode(*node.parts[i], io);
        co_return code;
    }
    for (const ScriptPtr& part : node.parts) {
        code = co_await runNode(*part, io);
        if (leaving() || (node.type == Type::And && code != 0) || (node.type == Type::Or && code == 0))
            co_return code;
        if (node.type == Type::Not) code = code == 0 ? 1 : 0;
    }
    co_return code;
}

Shell::Code Shell::runPipe(const ScriptNode& node, Io& io) {
    std::string between = io.in;
    int code = 0;
    for (std::size_t i = 0; i < node.parts.size() && !leaving(); ++i) {
        const bool last = i + 1 == node.parts.size();
        std::string made;
        Io own = io;
        own.in = std::exchange(between, {});
        if (!last) own.out = [&made](const std::string& text) { made += text; };
        code = co_await runNode(*node.parts[i], own);
        between = std::move(made);
    }
    co_return code;
}

Shell::Code Shell::runLoop(const ScriptNode& node, Io& io) {
    const bool wanted = node.type == ScriptNode::Type::While;
    int code = 0;
    for (;;) {
        const int condition = co_await runNode(*node.parts[0], io);
        if (exit_ || (condition == 0) != wanted) break;
        code = co_await runNode(*node.parts[1], io);
        if (std::exchange(breaking_, false) || exit_) break;
    }
    co_return code;
}

Shell::Code Shell::runFor(const ScriptNode& node, Io& io) {
    int code = 0;
    Words items;
    for (std::size_t i = 1; i < node.words.size(); ++i) {
        const Words more = co_await expand(node.words[i]);
        items.insert(items.end(), more.begin(), more.end());
    }
    for (const std::string& item : items) {
        variables_[node.words[0]] = item;
        code = co_await runNode(*node.parts[0], io);
        if (std::exchange(breaking_, false) || exit_) break;
    }
    co_return code;
}

Routine<bool> Shell::redirected(const ScriptNode& node, Io& io) {
    using How = ScriptNode::Redirect::How;
    for (const ScriptNode::Redirect& redirect : node.redirects) {
        const Words target = co_await expand(redirect.target);
        const std::string path = target.empty() ? "" : target[0];
        auto& stream = redirect.from == 2 ? io.err : io.out;
        if (redirect.how == How::Join) {
            stream = path == "2" ? io.err : io.out;
        } else if (redirect.how == How::Read) {
            const auto* file = place_.files->find(path);
            if (file == nullptr && path != "/dev/null") {
                io.err(fmt::format("{}: can't open {}: no such file\n", name_, path));
                co_return false;
            }
            io.in = file == nullptr ? "" : file->bytes();
        } else if (path == "/dev/null") {
            stream = [](const std::string&) {};
        } else if (path != "/dev/stdout" && path != "/dev/stderr") {
            const bool append = redirect.how == How::Append;
            if (const auto wrong = place_.files->write(path, "", append); !wrong.empty()) {
                io.err(fmt::format("{}: can't create {}: {}\n", name_, path, wrong));
                co_return false;
            }
            stream = [files = place_.files, path, unwritten = io.unwritten](const std::string& text) {
                if (auto wrong = files->write(path, text, true); !wrong.empty())
                    *unwritten = std::move(wrong);
            };
        }
    }
    co_return true;
}

Shell::Code Shell::runSimple(const ScriptNode& node, Io& io) {
    Words words;
    std::map<std::string, std::string> assigned;
    for (const std::string& raw : node.words) {
        const auto equals = raw.find('=');
        const bool assigns =
            words.empty() && equals != std::string::npos && equals > 0 &&
            std::all_of(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(equals), isNamePart);
        std::string value = assigns ? "\"\"" + raw.substr(equals + 1) : raw;
        const Words more = co_await expand(std::move(value));
        if (assigns)
            assigned[raw.substr(0, equals)] = fmt::format("{}", fmt::join(more, " "));
        else
            words.insert(words.end(), more.begin(), more.end());
    }
    if (exit_) co_return *exit_;
    if (words.empty()) {
        for (auto& [name, value] : assigned)
            variables_[name] = value;
        co_return 0;
    }
    if (assigned.empty()) {
        const int code = co_await runCommand(std::move(words), io);
        co_return code;
    }
    auto before = variables_; // what is assigned before a command is so for this command only
    for (auto& [name, value] : assigned)
        variables_[name] = value;
    const int code = co_await runCommand(std::move(words), io);
    variables_ = std::move(before);
    co_return code;
}

Shell::Code Shell::runCommand(Words words, Io& io) {
    std::string name = baseName(words[0]);
    if (name == "exec" && words.size() > 1) {
        words.erase(words.begin());
        const int code = co_await runCommand(std::move(words), io);
        if (!exit_) exit_ = code;
        co_return *exit_;
    }
    if (name == "sleep") {
        const int code = co_await sleep(std::move(words));
        co_return code;
    }
    if (isShell(name) && words.size() == 1) co_return 0; // nothing to read
    if (const std::size_t at = scriptIn(words); at != 0) {
        Words parameters(words.begin() + static_cast<long>(at) + 1, words.end());
        const int code = co_await runScript(words[at], std::move(parameters), io);
        const int own = exit_.value_or(code);
        exit_.reset();
        co_return own;
    }
    const bool agnhost = isAgnhost(words);
    const bool forEver = (agnhost && words[1] == "pause") ||
                         (name == "tail" && words.size() > 1 && words[1].find('f') != std::string::npos);
    if (agnhost && forEver) io.out("Paused\n");
    while (forEver)
        co_await Pause(executor_, std::chrono::hours(24));
    if (agnhost && words[1] == "mounttest") {
        const int code = co_await mountTest(std::move(words), io);
        co_return code;
    }
    if (agnhost && words[1] == "logs-generator") {
        const int code = co_await generateLogs(std::move(words), io);
        co_return code;
    }
    co_return Commands(*this, io).run(words);
}

Shell::Code Shell::sleep(Words words) {
    double seconds = 0;
    for (std::size_t i = 1; i < words.size(); ++i) {
        double part = 0;
        const auto [end, error] = std::from_chars(words[i].data(), words[i].data() + words[i].size(), part);
        const char unit = error == std::errc() && end != words[i].data() + words[i].size() ? *end : 's';
        seconds += part * (unit == 'm' ? 60 : unit == 'h' ? 3600 : unit == 'd' ? 86'400 : 1);
        if (words[i] == "infinity" || words[i] == "inf") seconds = 1e9;
    }
    turns_ = 0;
    co_await Pause(executor_, std::chrono::duration_cast<Duration>(
                                  std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e9))));
    co_return 0;
}

Routine<Shell::Words> Shell::expand(std::string word) {
    Words out;
    std::string now;
    bool open = false; ///< there is a field, if only an empty one
    bool quoted = false;
    for (std::size_t i = 0; i < word.size();) {
        const char c = word[i];
        if (c == '\'' && !quoted) {
            const auto end = word.find('\'', i + 1);
            now += word.substr(i + 1, end - i - 1);
            open = true;
            i = end + 1;
        } else if (c == '"') {
            quoted = !quoted;
            open = true;
            ++i;
        } else if (c == '\\' && i + 1 < word.size()) {
            if (quoted && std::string_view("$`\"\\\n").find(word[i + 1]) == std::string_view::npos) now += c;
            now += word[i + 1];
            open = true;
            i += 2;
        } else if (c == '$') {
            const std::size_t end = expansionEnd(word, i);
            const std::string name = word.substr(i + 1, end - i - 1);
            i = end;
            if (name == "@" || name == "*") {
                for (std::size_t p = 1; p < parameters_.size(); ++p) {
                    if (p > 1) out.push_back(std::exchange(now, {}));
                    now += parameters_[p];
                    open = true;
                }
                continue;
            }
            std::string value = "$";
            if (!name.empty()) value = co_await dollar(name);
            if (quoted || name.empty()) {
                now += value;
                open = true;
                continue;
            }
            for (const char each : value) {
                if (each != ' ' && each != '\n' && each != '\t') {
                    now += each;
                    open = true;
                } else if (open) {
                    out.push_back(std::exchange(now, {}));
                    open = false;
                }
            }
        } else {
            now += c;
            open = true;
            ++i;
        }
        if (now.size() > mostWord) now.resize(mostWord);
    }
    if (open) out.push_back(std::move(now));
    co_return out;
}

Routine<std::string> Shell::dollar(std::string name) {
    if (name.starts_with("((")) {
        const Words plain = co_await expand("\"" + name.substr(2, name.size() - 4) + "\"");
        co_return std::to_string(arithmetic(plain.empty() ? "" : plain[0], variables_));
    }
    if (name.starts_with("(")) {
        std::string text = co_await captured(name.substr(1, name.size() - 2));
        co_return text;
    }
    if (name.starts_with("{")) co_return variable(name.substr(1, name.size() - 2));
    co_return variable(name);
}

Routine<std::string> Shell::captured(std::string script) {
    std::string text;
    Io io = io_;
    io.out = [&text](const std::string& more) { text += more; };
    status_ = co_await runScript(script, parameters_, io);
    while (text.ends_with('\n'))
        text.pop_back();
    co_return text;
}

/// `NAME`, `NAME:-other`, `NAME:?message`, `#NAME`, a digit, `?`, `#`, `$`.
std::string Shell::variable(const std::string& expression) {
    if (expression == "?") return std::to_string(status_);
    if (expression == "#") return std::to_string(parameters_.empty() ? 0 : parameters_.size() - 1);
    if (expression == "$") return "1";
    std::size_t end = 0;
    while (end < expression.size() && isNamePart(expression[end]))
        ++end;
    const std::string name = expression.substr(0, end);
    std::string value;
    if (!name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
        std::size_t number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        value = number < parameters_.size() ? parameters_[number] : number == 0 ? "sh" : "";
    } else if (const auto it = variables_.find(name); it != variables_.end()) {
        value = it->second;
    }
    std::string_view rest = std::string_view(expression).substr(end);
    if (rest.starts_with(":")) rest.remove_prefix(1);
    if (rest.starts_with("-") && value.empty()) return std::string(rest.substr(1));
    if (rest.starts_with("?") && value.empty()) {
        io_.err(
            fmt::format("{}: {}: {}\n", name_, name, rest.size() > 1 ? rest.substr(1) : "parameter not set"));
        exit_ = 2;
    }
    return value;
}

} // namespace wheelhouse::simulated
