#include "script.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace wheelhouse::simulated {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr int deepest = 64;

bool isBlank(char c) {
    return c == ' ' || c == '\t';
}

/// The end of what a $ at `at` stands for.
std::size_t dollarEnd(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return at + 1;
    const char next = text[at + 1];
    if (next == '{') {
        const auto end = text.find('}', at);
        return end == npos ? npos : end + 1;
    }
    if (next != '(') return at + 1;
    int depth = 0;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\'') {
            i = text.find('\'', i + 1);
            if (i == npos) return npos;
        } else if (text[i] == '(') {
            ++depth;
        } else if (text[i] == ')' && --depth == 0) {
            return i + 1;
        }
    }
    return npos;
}

std::size_t doubleQuoteEnd(std::string_view text, std::size_t at) {
    for (std::size_t i = at + 1; i < text.size();) {
        if (text[i] == '"') return i + 1;
        if (text[i] == '\\') {
            i += 2;
        } else if (text[i] == '$') {
            i = dollarEnd(text, i);
            if (i == npos) return npos;
        } else {
            ++i;
        }
    }
    return npos;
}

struct Token {
    enum class Type { Word, Operator, Redirect, End, Bad };
    Type type = Type::End;
    std::string text;
    ScriptNode::Redirect redirect;
};

class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next() {
        skipBlanks();
        if (at_ >= text_.size()) return {};
        if (auto redirect = redirection(); redirect.type != Token::Type::End) return redirect;
        for (const char* sign : {"&&", "||", ";", "\n", "|", "(", ")"}) {
            if (!text_.substr(at_).starts_with(sign)) continue;
            at_ += std::string_view(sign).size();
            return {Token::Type::Operator, sign, {}};
        }
        if (text_[at_] == '&') return {Token::Type::Bad, {}, {}}; // nothing runs in the background here
        const std::size_t end = wordEnd(text_, at_);
        if (end == npos) return {Token::Type::Bad, {}, {}};
        Token word{Token::Type::Word, std::string(text_.substr(at_, end - at_)), {}};
        at_ = end;
        return word;
    }

  private:
    void skipBlanks() {
        while (at_ < text_.size()) {
            if (isBlank(text_[at_])) {
                ++at_;
            } else if (text_.substr(at_).starts_with("\\\n")) {
                at_ += 2;
            } else if (text_[at_] == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else {
                return;
            }
        }
    }

    Token redirection() {
        std::size_t at = at_;
        int from = -1;
        if (std::isdigit(static_cast<unsigned char>(text_[at])) != 0) from = text_[at++] - '0';
        if (at >= text_.size() || (text_[at] != '>' && text_[at] != '<')) return {};
        const bool out = text_[at++] == '>';
        Token token{Token::Type::Redirect, {}, {}};
        token.redirect.from = from >= 0 ? from : out ? 1 : 0;
        token.redirect.how = out ? ScriptNode::Redirect::How::Write : ScriptNode::Redirect::How::Read;
        if (at < text_.size() && text_[at] == '>') {
            token.redirect.how = ScriptNode::Redirect::How::Append;
            ++at;
        } else if (at < text_.size() && text_[at] == '&') {
            token.redirect.how = ScriptNode::Redirect::How::Join;
            ++at;
        } else if (at < text_.size() && text_[at] == '<') {
            return {Token::Type::Bad, {}, {}};
        }
        at_ = at;
        skipBlanks();
        const std::size_t end = wordEnd(text_, at_);
        if (end == npos || end == at_) return {Token::Type::Bad, {}, {}};
        token.redirect.target = text_.substr(at_, end - at_);
        at_ = end;
        return token;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

class Parser {
  public:
    explicit Parser(std::string_view text) : lexer_(text) { step(); }

    ScriptPtr script() {
        auto all = list({});
        return !bad_ && token_.type == Token::Type::End ? all : nullptr;
    }

  private:
    using Node = std::shared_ptr<ScriptNode>;
    using Type = ScriptNode::Type;

    static Node make(Type type) {
        auto node = std::make_shared<ScriptNode>();
        node->type = type;
        return node;
    }
    void step() {
        token_ = lexer_.next();
        if (token_.type == Token::Type::Bad) bad_ = true;
    }
    bool is(std::string_view sign) const {
        return token_.type == Token::Type::Operator && token_.text == sign;
    }
    bool isWord(std::string_view word) const {
        return token_.type == Token::Type::Word && token_.text == word;
    }
    bool take(std::string_view word) {
        if (!isWord(word)) return false;
        step();
        return true;
    }
    void expect(std::string_view word) {
        if (!take(word)) bad_ = true;
    }
    void skipNewlines() {
        while (is("\n") || is(";"))
            step();
    }

    /// Commands until one of the words `ends` (or, where it is among them, a sign).
    Node list(const std::set<std::string_view>& ends) {
        auto all = make(Type::Sequence);
        if (++depth_ > deepest) bad_ = true;
        for (skipNewlines(); !bad_ && token_.type != Token::Type::End && !ends.contains(token_.text);
             skipNewlines()) {
            all->parts.push_back(andOr());
            if (!is(";") && !is("\n") && token_.type != Token::Type::End && !ends.contains(token_.text))
                bad_ = true;
        }
        --depth_;
        return all;
    }
    Node andOr() {
        Node left = pipe();
        while (!bad_ && (is("&&") || is("||"))) {
            auto both = make(is("&&") ? Type::And : Type::Or);
            step();
            while (is("\n"))
                step();
            both->parts = {left, pipe()};
            left = both;
        }
        return left;
    }
    Node pipe() {
        if (take("!")) {
            auto negated = make(Type::Not);
            negated->parts = {pipe()};
            return negated;
        }
        Node first = command();
        if (!is("|")) return first;
        auto all = make(Type::Pipe);
        all->parts = {first};
        while (!bad_ && is("|")) {
            step();
            all->parts.push_back(command());
        }
        return all;
    }
    Node command() {
        Node node;
        if (take("if")) {
            node = branches();
        } else if (isWord("while") || isWord("until")) {
            node = make(isWord("while") ? Type::While : Type::Until);
            step();
            node->parts.push_back(list({"do"}));
            body(*node);
        } else if (take("for")) {
            node = forLoop();
        } else if (take("{")) {
            node = list({"}"});
            expect("}");
        } else if (is("(")) {
            step();
            node = list({")"});
            if (!is(")")) bad_ = true;
            step();
        } else {
            return simple();
        }
        while (!bad_ && token_.type == Token::Type::Redirect) {
            node->redirects.push_back(token_.redirect);
            step();
        }
        return node;
    }
    void body(ScriptNode& loop) {
        expect("do");
        loop.parts.push_back(list({"done"}));
        expect("done");
    }
    Node branches() {
        auto node = make(Type::If);
        do {
            node->parts.push_back(list({"then"}));
            expect("then");
            node->parts.push_back(list({"elif", "else", "fi"}));
        } while (!bad_ && take("elif"));
        if (take("else")) node->parts.push_back(list({"fi"}));
        expect("fi");
        return node;
    }
    Node forLoop() {
        auto node = make(Type::For);
        node->words.push_back(token_.text);
        step();
        expect("in");
        while (!bad_ && token_.type == Token::Type::Word) {
            node->words.push_back(token_.text);
            step();
        }
        skipNewlines();
        body(*node);
        return node;
    }
    Node simple() {
        auto node = make(Type::Command);
        while (!bad_ && (token_.type == Token::Type::Word || token_.type == Token::Type::Redirect)) {
            if (token_.type == Token::Type::Word)
                node->words.push_back(token_.text);
            else
                node->redirects.push_back(token_.redirect);
            step();
        }
        if (node->words.empty() && node->redirects.empty()) bad_ = true;
        return node;
    }

    Lexer lexer_;
    Token token_;
    int depth_ = 0;
    bool bad_ = false;
};

} // namespace

std::size_t wordEnd(std::string_view text, std::size_t at) {
    while (at < text.size()) {
        const char c = text[at];
        if (isBlank(c) || std::string_view("\n;|&()<>").find(c) != npos) return at;
        if (c == '\'') {
            at = text.find('\'', at + 1);
            if (at == npos) return npos;
            ++at;
        } else if (c == '"') {
            at = doubleQuoteEnd(text, at);
            if (at == npos) return npos;
        } else if (c == '$') {
            at = dollarEnd(text, at);
            if (at == npos) return npos;
        } else if (c == '`') {
            return npos;
        } else {
            at += c == '\\' ? 2 : 1;
        }
    }
    return std::min(at, text.size());
}

std::size_t expansionEnd(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return at + 1;
    const auto first = static_cast<unsigned char>(text[at + 1]);
    if (first == '{' || first == '(') return dollarEnd(text, at);
    if (std::isdigit(first) != 0 || std::string_view("?#@*$").find(text[at + 1]) != npos) return at + 2;
    std::size_t end = at + 1;
    while (end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
        ++end;
    return end;
}

ScriptPtr parseScript(std::string_view text) {
    return Parser(text).script();
}

void commandNames(const ScriptNode& node, std::vector<std::string>& out) {
    if (node.type == ScriptNode::Type::Command)
        for (const std::string& word : node.words) {
            const auto equals = word.find('=');
            const bool assigns = equals != npos && equals > 0 && word.find_first_of("\"'$") > equals;
            if (assigns) continue;
            if (word.find_first_of("\"'$\\") == npos) out.push_back(word);
            break;
        }
    for (const ScriptPtr& part : node.parts)
        commandNames(*part, out);
}

} // namespace wheelhouse::simulated
