#pragma once

#include "engine/base/status.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// How far a zone's clocks are from UTC, now and later, as the tz database has it. Immutable.
class TimeZone {
  public:
    /// What holds at some moment.
    struct Period {
        std::int64_t offset = 0; ///< seconds; local time = UTC + offset
        std::int64_t until = 0;  ///< seconds since 1970: from then on another period holds
    };
    static constexpr std::int64_t forGood = INT64_MAX;

    /// UTC.
    TimeZone() = default;
    /// From the content of a TZif file (RFC 9636). Years before 2000 are all taken as their last one.
    static Result<TimeZone> parse(std::string_view file);
    /// `second` since 1970, UTC.
    Period at(std::int64_t second) const;

  private:
    struct Day {
        enum class Form { MonthWeekDay, JulianWithoutLeapDay, DayOfYear };
        Form form = Form::MonthWeekDay;
        int month = 0, week = 0, day = 0;
        std::int64_t time = 0; ///< seconds after midnight, local
    };
    /// What repeats every year after the last change that is listed.
    struct Rule {
        std::int64_t standard = 0;
        std::int64_t summer = 0;
        bool changes = false; ///< there is a summer time
        Day start;
        Day end;
    };
    struct Change {
        std::int64_t at = 0;
        std::int64_t offset = 0;
    };
    static Result<Rule> parseRule(std::string_view text);
    static Result<Day> parseDay(std::string_view& text);
    static std::int64_t secondOf(const Day& day, int year);
    Period byRule(std::int64_t second) const;
    void forgetWhatRepeats();

    std::int64_t first_ = 0; ///< the offset before all changes
    std::vector<Change> changes_;
    std::optional<Rule> rule_;
};

/// The zones a computer knows, by IANA's names. Immutable, so any thread may look.
class TimeZones {
  public:
    /// Reads all files of a folder such as /usr/share/zoneinfo: some hundred small ones, so not on a thread
    /// that must not wait. Null when it has none.
    static std::shared_ptr<const TimeZones> read(const std::filesystem::path& folder);
    const TimeZone* find(const std::string& name) const;
    std::size_t size() const { return zones_.size(); }

  private:
    std::map<std::string, TimeZone> zones_;
};

/// Makes these the zones of this process. Whoever starts it reads them once, in the background.
void useTimeZones(std::shared_ptr<const TimeZones> zones);
/// Null until they were read. Thread-safe.
std::shared_ptr<const TimeZones> timeZones();

} // namespace wheelhouse::api
