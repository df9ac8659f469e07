//! The hours in which the counter works: what a promise "within four service hours" counts in.
//!
//! A calendar says for each weekday which intervals are worked, which days are holidays and which
//! days are worked in exchange for another (make-up days). All arithmetic goes interval by interval
//! and equals a count minute by minute.
//!
//! **Instants and wall clocks.** An instant is open if and only if the wall clock of the community
//! shows a time inside an interval of that day. An hour that summer time skips is therefore never
//! worked, and an hour that the clock shows twice is worked twice, when it lies in an interval.
//!
//! **Seconds.** Service time is continuous: seconds are neither cut nor rounded on the way.
//! Sixty service minutes after 09:00:30 is 10:00:30. Only [`ServiceCalendar::between`] answers in
//! whole minutes, of which it gives the completed ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike,
    Utc, Weekday,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Minutes of a day; also the greatest end of an interval.
pub const DAY_MINUTES: u16 = 24 * 60;

/// So many days in a row without one open minute mean that there are no hours at all.
const EMPTY_DAYS: u32 = 3_660;

/// No promise reaches further than this; the bound of every walk over days.
const HORIZON_DAYS: u32 = 73_050;

/// A piece of a day that is worked: minutes from midnight by the wall clock, half-open.
///
/// Written `09:00-12:00`; the end may be `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval {
    from: u16,
    to: u16,
}

impl Interval {
    /// From minute `from` up to, not including, minute `to` of the day.
    pub fn new(from: u16, to: u16) -> Result<Self, CalendarError> {
        if to > DAY_MINUTES {
            return Err(CalendarError::PastMidnight { to });
        }
        if from >= to {
            return Err(CalendarError::EmptyInterval { from, to });
        }
        Ok(Self { from, to })
    }

    /// First minute of the day that belongs to it.
    #[must_use]
    pub fn from(self) -> u16 {
        self.from
    }

    /// First minute of the day that no longer belongs to it (at most 1440).
    #[must_use]
    pub fn to(self) -> u16 {
        self.to
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, self.to / 60, self.to % 60)
    }
}

impl FromStr for Interval {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let unreadable = || CalendarError::UnreadableInterval { text: text.to_owned() };
        let minute = |part: &str| -> Option<u16> {
            let (hour, minute) = part.trim().split_once(':')?;
            let digits = |s: &str| !s.is_empty() && s.len() <= 2 && s.bytes().all(|b| b.is_ascii_digit());
            if !digits(hour) || !digits(minute) {
                return None;
            }
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (minute < 60 && hour <= 24).then_some(hour * 60 + minute)
        };
        let (from, to) = text.split_once('-').ok_or_else(unreadable)?;
        let from = minute(from).ok_or_else(unreadable)?;
        let to = minute(to).ok_or_else(unreadable)?;
        Self::new(from, to)
    }
}

impl TryFrom<String> for Interval {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, CalendarError> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

/// Why hours are not a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// An interval is not written like `09:00-12:00`.
    UnreadableInterval {
        /// What was written.
        text: String,
    },
    /// An interval ends before or where it begins (minutes of the day).
    EmptyInterval {
        /// Its beginning.
        from: u16,
        /// Its end.
        to: u16,
    },
    /// An interval ends after 24:00. Hours over midnight are two intervals on two days.
    PastMidnight {
        /// Its end in minutes of the day.
        to: u16,
    },
    /// The intervals of a weekday are not in order.
    Unsorted {
        /// Which day.
        day: Weekday,
    },
    /// Two intervals of a weekday overlap.
    Overlap {
        /// Which day.
        day: Weekday,
    },
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnreadableInterval { text } => {
                write!(f, "{text:?} is not an interval; write it like 09:00-12:00")
            }
            Self::EmptyInterval { from, to } => write!(
                f,
                "an interval from {:02}:{:02} to {:02}:{:02} is empty; the end comes after the beginning",
                from / 60,
                from % 60,
                to / 60,
                to % 60
            ),
            Self::PastMidnight { to } => write!(
                f,
                "an interval ends at {:02}:{:02}; the last end is 24:00, go on at 00:00 of the next day",
                to / 60,
                to % 60
            ),
            Self::Unsorted { day } => write!(f, "the intervals of {day} are not in order of time"),
            Self::Overlap { day } => write!(f, "two intervals of {day} overlap"),
        }
    }
}

impl std::error::Error for CalendarError {}

/// Why no instant could be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoHours {
    /// The calendar has no open minute for years on end: nobody ever works.
    Never,
    /// The instant lies centuries away or outside the range of dates.
    TooFar,
}

impl fmt::Display for NoHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "the service calendar has no hours; set some in the settings",
            Self::TooFar => "the service calendar does not reach that far",
        })
    }
}

impl std::error::Error for NoHours {}

/// The service hours of a community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ServiceCalendar {
    tz: Tz,
    week: [Vec<Interval>; 7],
    holidays: BTreeSet<NaiveDate>,
    makeup: BTreeMap<NaiveDate, Weekday>,
}

/// A calendar as read, before its rules were looked at.
#[derive(Deserialize)]
struct Unchecked {
    tz: Tz,
    week: [Vec<Interval>; 7],
    #[serde(default)]
    holidays: BTreeSet<NaiveDate>,
    #[serde(default)]
    makeup: BTreeMap<NaiveDate, Weekday>,
}

impl TryFrom<Unchecked> for ServiceCalendar {
    type Error = CalendarError;

    fn try_from(raw: Unchecked) -> Result<Self, CalendarError> {
        Self::new(raw.tz, raw.week, raw.holidays, raw.makeup)
    }
}

impl Default for ServiceCalendar {
    /// 07:00 to 23:00 every day in China: the source's service telephone is staffed 16 hours a day.
    fn default() -> Self {
        let hours = Interval { from: 7 * 60, to: 23 * 60 };
        Self {
            tz: Tz::Asia__Shanghai,
            week: std::array::from_fn(|_| vec![hours]),
            holidays: BTreeSet::new(),
            makeup: BTreeMap::new(),
        }
    }
}

impl ServiceCalendar {
    /// A calendar in time zone `tz`; `week` begins with Monday.
    ///
    /// On a day of `holidays` nobody works. A day of `makeup` is worked by the hours of the weekday
    /// that it names, even if it is a holiday too.
    pub fn new(
        tz: Tz,
        week: [Vec<Interval>; 7],
        holidays: BTreeSet<NaiveDate>,
        makeup: BTreeMap<NaiveDate, Weekday>,
    ) -> Result<Self, CalendarError> {
        let mut day = Weekday::Mon;
        for intervals in &week {
            for pair in intervals.windows(2) {
                if pair[1].from < pair[0].from {
                    return Err(CalendarError::Unsorted { day });
                }
                if pair[1].from < pair[0].to {
                    return Err(CalendarError::Overlap { day });
                }
            }
            day = day.succ();
        }
        Ok(Self { tz, week, holidays, makeup })
    }

    /// The time zone of the community.
    #[must_use]
    pub fn tz(&self) -> Tz {
        self.tz
    }

    /// The hours of each weekday, Monday first.
    #[must_use]
    pub fn week(&self) -> &[Vec<Interval>; 7] {
        &self.week
    }

    /// The days that are not worked.
    #[must_use]
    pub fn holidays(&self) -> &BTreeSet<NaiveDate> {
        &self.holidays
    }

    /// The make-up working days, each with the weekday by whose hours it is worked.
    #[must_use]
    pub fn makeup(&self) -> &BTreeMap<NaiveDate, Weekday> {
        &self.makeup
    }

    /// The hours of `day` by the wall clock.
    #[must_use]
    pub fn hours_on(&self, day: NaiveDate) -> &[Interval] {
        let weekday = match self.makeup.get(&day) {
            Some(weekday) => *weekday,
            None if self.holidays.contains(&day) => return &[],
            None => day.weekday(),
        };
        &self.week[weekday.num_days_from_monday() as usize]
    }

    /// The stretches of `day` that are worked, as instants, half-open and in order.
    ///
    /// Where the clock is changed inside an interval there can be more stretches than intervals.
    #[must_use]
    pub fn intervals_on(&self, day: NaiveDate) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        self.spans_on(day, self.hours_on(day))
    }

    /// When intervals of the wall clock are on `day`, whether or not it is worked.
    #[must_use]
    pub fn spans_on(&self, day: NaiveDate, hours: &[Interval]) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        if hours.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(DateTime<Utc>, DateTime<Utc>)> = Vec::with_capacity(hours.len());
        for segment in self.segments(day) {
            for interval in hours {
                let from = segment.utc(day, interval.from).max(segment.from);
                let to = segment.utc(day, interval.to).min(segment.to);
                if from < to {
                    match found.last_mut() {
                        // One stretch again, if the change of the clock did not interrupt it.
                        Some(last) if last.1.naive_utc() == from => last.1 = to.and_utc(),
                        _ => found.push((from.and_utc(), to.and_utc())),
                    }
                }
            }
        }
        found
    }

    /// Whether somebody works at this instant.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let local = self.local(at);
        let minute = (local.num_seconds_from_midnight() / 60) as u16;
        self.hours_on(local.date()).iter().any(|interval| interval.from <= minute && minute < interval.to)
    }

    /// The first instant at which `minutes` of service time have passed since `from`.
    ///
    /// Zero minutes have passed at `from` itself, open or not. Time that ends exactly at a closing
    /// is over at that closing, not at the next opening.
    pub fn add(&self, from: DateTime<Utc>, minutes: u32) -> Result<DateTime<Utc>, NoHours> {
        let mut left = TimeDelta::minutes(i64::from(minutes));
        if left.is_zero() {
            return Ok(from);
        }
        for stretch in self.stretches(from) {
            let (begin, end) = stretch?;
            let begin = begin.max(from);
            if begin >= end {
                continue;
            }
            let length = end - begin;
            if left <= length {
                return begin.checked_add_signed(left).ok_or(NoHours::TooFar);
            }
            left -= length;
        }
        Err(NoHours::TooFar)
    }

    /// The service time from `a` to `b` in completed minutes; negative when `b` is before `a`.
    #[must_use]
    pub fn between(&self, a: DateTime<Utc>, b: DateTime<Utc>) -> i64 {
        if b < a {
            return -self.between(b, a);
        }
        let last = self.day_of(b).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let mut sum = TimeDelta::zero();
        let mut day = self.day_of(a).checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        // One day on each side: where the clock is put back over midnight, days interleave.
        loop {
            for (begin, end) in self.intervals_on(day) {
                let (begin, end) = (begin.max(a), end.min(b));
                if begin < end {
                    sum += end - begin;
                }
            }
            match day.succ_opt() {
                Some(next) if next <= last => day = next,
                _ => return sum.num_minutes(),
            }
        }
    }

    /// `at` itself when open, else the next instant that is.
    pub fn next_open(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, NoHours> {
        for stretch in self.stretches(at) {
            let (begin, end) = stretch?;
            if at < end {
                return Ok(begin.max(at));
            }
        }
        Err(NoHours::TooFar)
    }

    /// The end of the last hours of `day`; none when nobody works on it.
    #[must_use]
    pub fn closing(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.intervals_on(day).last().map(|(_, end)| *end)
    }

    /// The day that the calendar on the counter's wall shows at this instant.
    #[must_use]
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The hour that the clock on the counter's wall shows, from 0 to 23.
    #[must_use]
    pub fn hour_of(&self, at: DateTime<Utc>) -> u32 {
        self.local(at).hour()
    }

    /// The first instant of `day`: midnight, or where summer time skips midnight, the first
    /// instant after the gap.
    #[must_use]
    pub fn day_start(&self, day: NaiveDate) -> DateTime<Utc> {
        let begin = day.and_time(NaiveTime::MIN);
        for segment in self.segments(day) {
            let from = segment.utc(day, 0).max(segment.from);
            let to = segment.utc(day, DAY_MINUTES).min(segment.to);
            if from < to {
                return from.and_utc();
            }
        }
        // A day that the community skipped when its zone crossed the date line.
        match day.succ_opt() {
            Some(next) => self.day_start(next),
            None => begin.and_utc(),
        }
    }

    /// The first instant of the day after `day`.
    #[must_use]
    pub fn next_day_start(&self, day: NaiveDate) -> DateTime<Utc> {
        match day.succ_opt() {
            Some(next) => self.day_start(next),
            None => DateTime::<Utc>::MAX_UTC,
        }
    }

    fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let offset = self.tz.offset_from_utc_datetime(&at.naive_utc()).fix();
        // At the very ends of the range of dates there is no local time: the instant stands for it.
        at.naive_utc().checked_add_offset(offset).unwrap_or_else(|| at.naive_utc())
    }

    /// The worked stretches from the day of `from` on; ends with an error when there are none for
    /// years, or after the horizon.
    fn stretches(
        &self,
        from: DateTime<Utc>,
    ) -> impl Iterator<Item = Result<(DateTime<Utc>, DateTime<Utc>), NoHours>> + '_ {
        let first = self.day_of(from);
        let mut day = Some(first.pred_opt().unwrap_or(first));
        let mut walked = 0;
        let mut empty = 0;
        let mut ready = Vec::new().into_iter();
        std::iter::from_fn(move || {
            loop {
                if let Some(stretch) = ready.next() {
                    return Some(Ok(stretch));
                }
                if empty >= EMPTY_DAYS {
                    return Some(Err(NoHours::Never));
                }
                let Some(today) = day.filter(|_| walked < HORIZON_DAYS) else {
                    return Some(Err(NoHours::TooFar));
                };
                let found = self.intervals_on(today);
                empty = if found.is_empty() { empty + 1 } else { 0 };
                walked += 1;
                day = today.succ_opt();
                ready = found.into_iter();
            }
        })
    }

    /// The stretches of constant offset from UTC that can hold an instant of `day`.
    fn segments(&self, day: NaiveDate) -> Vec<Segment> {
        let midnight = day.and_time(NaiveTime::MIN);
        // Offsets reach from -12 to +14 hours.
        let from = midnight - LONGEST_AHEAD.min(midnight - NaiveDateTime::MIN);
        let to = midnight + LONGEST_BEHIND.min(NaiveDateTime::MAX - midnight);
        let offset =
            |at: &NaiveDateTime| i64::from(self.tz.offset_from_utc_datetime(at).fix().local_minus_utc());
        let last = offset(&to);
        let mut segments = Vec::with_capacity(1);
        let mut begin = from;
        let mut current = offset(&from);
        if current != last {
            let mut at = from;
            while at < to {
                let next = to.min(at + TimeDelta::hours(3));
                let there = offset(&next);
                if there != current {
                    let change = first_second(at, next, |t| offset(t) != current);
                    segments.push(Segment { from: begin, to: change, offset: current });
                    begin = change;
                    current = there;
                }
                at = next;
            }
        }
        segments.push(Segment { from: begin, to, offset: current });
        segments
    }
}

/// The longest that a wall clock is ahead of UTC, with an hour to spare.
const LONGEST_AHEAD: TimeDelta = TimeDelta::hours(15);
/// The length of a day and the longest that a wall clock is behind UTC, with an hour to spare.
const LONGEST_BEHIND: TimeDelta = TimeDelta::hours(37);

/// A stretch of UTC in which the wall clock is ahead by `offset` seconds.
struct Segment {
    from: NaiveDateTime,
    to: NaiveDateTime,
    offset: i64,
}

impl Segment {
    /// The UTC time at which a clock with this offset shows `minute` of `day`.
    fn utc(&self, day: NaiveDate, minute: u16) -> NaiveDateTime {
        let wall = TimeDelta::minutes(i64::from(minute)) - TimeDelta::seconds(self.offset);
        day.and_time(NaiveTime::MIN).checked_add_signed(wall).unwrap_or(if wall < TimeDelta::zero() {
            NaiveDateTime::MIN
        } else {
            NaiveDateTime::MAX
        })
    }
}

/// The first second in `(a, b]` for which `holds`, given that it does not hold at `a` but at `b`.
fn first_second(a: NaiveDateTime, b: NaiveDateTime, holds: impl Fn(&NaiveDateTime) -> bool) -> NaiveDateTime {
    let (mut low, mut high) = (0, (b - a).num_seconds());
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if holds(&(a + TimeDelta::seconds(middle))) {
            high = middle;
        } else {
            low = middle;
        }
    }
    a + TimeDelta::seconds(high)
}
