#include "engine/api/time_zone.h"

#include "engine/base/files.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <set>

namespace wheelhouse::api {

namespace {

constexpr std::size_t headerBytes = 44;
constexpr std::int64_t secondsPerDay = 86'400;
/// What was before nobody asks for.
constexpr std::int64_t year2000 = 946'684'800;

Status malformed() {
    return {.reason = Reason::Invalid, .message = "not a time zone file"};
}

/// Big-endian numbers of a TZif file.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    bool has(std::size_t count) const { return bytes_.size() >= count; }
    void skip(std::size_t count) { bytes_.remove_prefix(std::min(count, bytes_.size())); }
    std::int64_t number(std::size_t width) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes_[i]);
        skip(width);
        return width == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
    }
    std::string_view rest() const { return bytes_; }

  private:
    std::string_view bytes_;
};

struct Header {
    char version = 0;
    std::size_t utc = 0, standard = 0, leaps = 0, times = 0, types = 0, letters = 0;

    std::size_t bytes(std::size_t width) const {
        return times * width + times + types * 6 + letters + leaps * (width + 4) + standard + utc;
    }
};

std::optional<Header> readHeader(Reader& reader) {
    if (!reader.has(headerBytes) || reader.rest().substr(0, 4) != "TZif") return std::nullopt;
    Header header;
    header.version = reader.rest()[4];
    reader.skip(20);
    for (std::size_t* count :
         {&header.utc, &header.standard, &header.leaps, &header.times, &header.types, &header.letters})
        *count = static_cast<std::uint32_t>(reader.number(4));
    if (header.types == 0) return std::nullopt;
    return header;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<int> takeNumber(std::string_view& text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// "CET", "<+03>".
bool takeName(std::string_view& text) {
    if (take(text, '<')) {
        const std::size_t end = text.find('>');
        if (end == std::string_view::npos) return false;
        text.remove_prefix(end + 1);
        return true;
    }
    const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
    const std::size_t before = text.size();
    while (!text.empty() && letter(text.front()))
        text.remove_prefix(1);
    return text.size() < before;
}

/// "2", "-1", "3:30", "+05:45:00", in seconds.
std::optional<std::int64_t> takeTime(std::string_view& text) {
    const bool minus = take(text, '-');
    if (!minus) take(text, '+');
    std::int64_t total = 0;
    std::int64_t unit = 3600;
    do {
        const auto part = takeNumber(text);
        if (!part) return std::nullopt;
        total += *part * unit;
        unit /= 60;
    } while (unit > 0 && take(text, ':'));
    return minus ? -total : total;
}

std::int64_t daysOf(std::chrono::year_month_day day) {
    return std::chrono::sys_days(day).time_since_epoch().count();
}

std::atomic<std::shared_ptr<const TimeZones>>& known() {
    static std::atomic<std::shared_ptr<const TimeZones>> zones;
    return zones;
}

} // namespace

Result<TimeZone> TimeZone::parse(std::string_view file) {
    Reader reader(file);
    auto header = readHeader(reader);
    if (!header || !reader.has(header->bytes(4))) return fail(malformed());
    std::size_t width = 4;
    if (header->version >= '2') {
        reader.skip(header->bytes(4));
        width = 8;
        header = readHeader(reader);
        if (!header || !reader.has(header->bytes(8))) return fail(malformed());
    }
    std::vector<Change> changes(header->times);
    for (Change& change : changes)
        change.at = reader.number(width);
    std::vector<std::size_t> types;
    for (std::size_t i = 0; i < header->times; ++i)
        types.push_back(static_cast<unsigned char>(reader.rest()[i]));
    reader.skip(header->times);
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < header->types; ++i) {
        offsets.push_back(reader.number(4));
        reader.skip(2);
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (types[i] >= offsets.size()) return fail(malformed());
        changes[i].offset = offsets[types[i]];
    }
    if (!std::is_sorted(changes.begin(), changes.end(),
                        [](const Change& a, const Change& b) { return a.at < b.at; }))
        return fail(malformed());
    TimeZone zone;
    zone.first_ = offsets.front();
    const auto recent = std::find_if(changes.begin(), changes.end(),
                                     [](const Change& change) { return change.at > year2000; });
    if (recent != changes.begin()) zone.first_ = std::prev(recent)->offset;
    zone.changes_.assign(recent, changes.end());
    if (width == 4) return zone;
    reader.skip(header->letters + header->leaps * (width + 4) + header->standard + header->utc);
    std::string_view footer = reader.rest();
    if (!take(footer, '\n')) return zone;
    footer = footer.substr(0, footer.find('\n'));
    if (footer.empty()) return zone;
    Result<Rule> rule = parseRule(footer);
    if (!rule) return fail(rule.error());
    zone.rule_ = *rule;
    zone.forgetWhatRepeats();
    return zone;
}

/// Many files list the changes of decades that their rule says as well.
void TimeZone::forgetWhatRepeats() {
    while (changes_.size() > 1) {
        const Change& last = changes_.back();
        const Change& before = changes_[changes_.size() - 2];
        const Period between = byRule(before.at);
        if (between.offset != before.offset || between.until != last.at) return;
        if (byRule(last.at).offset != last.offset) return;
        changes_.pop_back();
    }
}

/// "CET-1CEST,M3.5.0,M10.5.0/3": POSIX's TZ, where offsets count westwards.
Result<TimeZone::Rule> TimeZone::parseRule(std::string_view text) {
    Rule rule;
    if (!takeName(text)) return fail(malformed());
    const auto west = takeTime(text);
    if (!west) return fail(malformed());
    rule.standard = -*west;
    if (text.empty()) return rule;
    rule.changes = true;
    rule.summer = rule.standard + 3600;
    if (!takeName(text)) return fail(malformed());
    if (!text.empty() && text.front() != ',') {
        const auto summer = takeTime(text);
        if (!summer) return fail(malformed());
        rule.summer = -*summer;
    }
    for (Day* day : {&rule.start, &rule.end}) {
        if (!take(text, ',')) return fail(malformed());
        const Result<Day> parsed = parseDay(text);
        if (!parsed) return fail(parsed.error());
        *day = *parsed;
    }
    return text.empty() ? Result<Rule>(rule) : fail(malformed());
}

Result<TimeZone::Day> TimeZone::parseDay(std::string_view& text) {
    Day day;
    day.time = 2 * 3600;
    std::vector<int*> numbers = {&day.day};
    if (take(text, 'M'))
        numbers = {&day.month, &day.week, &day.day};
    else
        day.form = take(text, 'J') ? Day::Form::JulianWithoutLeapDay : Day::Form::DayOfYear;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && !take(text, '.')) return fail(malformed());
        const auto number = takeNumber(text);
        if (!number) return fail(malformed());
        *numbers[i] = *number;
    }
    const bool monthly = day.form == Day::Form::MonthWeekDay;
    if (monthly && (day.month < 1 || day.month > 12 || day.week < 1 || day.week > 5 || day.day > 6))
        return fail(malformed());
    if (!take(text, '/')) return day;
    const auto time = takeTime(text);
    if (!time) return fail(malformed());
    day.time = *time;
    return day;
}

/// The day's moment in that year, on the local clock.
std::int64_t TimeZone::secondOf(const Day& day, int year) {
    using namespace std::chrono;
    const std::chrono::year y(year);
    std::int64_t days = 0;
    if (day.form == Day::Form::MonthWeekDay) {
        const weekday which(static_cast<unsigned>(day.day));
        const month m(static_cast<unsigned>(day.month));
        days = day.week == 5
                   ? sys_days(y / m / weekday_last(which)).time_since_epoch().count()
                   : sys_days(y / m / which[static_cast<unsigned>(day.week)]).time_since_epoch().count();
    } else {
        days = daysOf(y / 1 / 1) + day.day;
        if (day.form == Day::Form::JulianWithoutLeapDay) days += y.is_leap() && day.day >= 60 ? 0 : -1;
    }
    return days * secondsPerDay + day.time;
}

TimeZone::Period TimeZone::byRule(std::int64_t second) const {
    const Rule& rule = *rule_;
    if (!rule.changes) return {rule.standard, forGood};
    const auto today = std::chrono::sys_days(std::chrono::days(second / secondsPerDay));
    const int year = static_cast<int>(std::chrono::year_month_day(today).year());
    std::array<Change, 6> turns;
    for (int i = 0; i < 3; ++i) {
        const int each = year - 1 + i;
        turns[static_cast<std::size_t>(2 * i)] = {secondOf(rule.start, each) - rule.standard, rule.summer};
        turns[static_cast<std::size_t>(2 * i + 1)] = {secondOf(rule.end, each) - rule.summer, rule.standard};
    }
    std::stable_sort(turns.begin(), turns.end(),
                     [](const Change& a, const Change& b) { return a.at < b.at; });
    const auto next =
        std::find_if(turns.begin(), turns.end(), [&](const Change& change) { return change.at > second; });
    return {std::prev(next)->offset, next->at};
}

TimeZone::Period TimeZone::at(std::int64_t second) const {
    const auto next = std::upper_bound(changes_.begin(), changes_.end(), second,
                                       [](std::int64_t s, const Change& change) { return s < change.at; });
    if (next == changes_.end() && rule_) return byRule(second);
    return {next == changes_.begin() ? first_ : std::prev(next)->offset,
            next == changes_.end() ? forGood : next->at};
}

std::shared_ptr<const TimeZones> TimeZones::read(const std::filesystem::path& folder) {
    // Copies of the same names with other rules for leap seconds.
    static const std::set<std::string> others = {"posix", "right"};
    auto zones = std::make_shared<TimeZones>();
    std::error_code error;
    std::filesystem::recursive_directory_iterator each(folder, error);
    for (const std::filesystem::recursive_directory_iterator end; !error && each != end;
         each.increment(error)) {
        std::error_code unreadable;
        if (each.depth() == 0 && others.contains(each->path().filename())) each.disable_recursion_pending();
        if (!each->is_regular_file(unreadable)) continue;
        const auto content = readFile(each->path());
        if (!content || !content->starts_with("TZif")) continue;
        if (auto zone = TimeZone::parse(*content))
            zones->zones_.emplace(each->path().lexically_relative(folder).string(), std::move(*zone));
    }
    return zones->zones_.empty() ? nullptr : zones;
}

const TimeZone* TimeZones::find(const std::string& name) const {
    const auto found = zones_.find(name);
    return found == zones_.end() ? nullptr : &found->second;
}

void useTimeZones(std::shared_ptr<const TimeZones> zones) {
    known().store(std::move(zones));
}

std::shared_ptr<const TimeZones> timeZones() {
    return known().load();
}

} // namespace wheelhouse::api
