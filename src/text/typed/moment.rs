//! Days, times of day, instants and spans.
//!
//! How the open questions are decided:
//! - A day without a year (`11-26`) is the one nearest to today: in December `1-3` is next January.
//!   A bare day of the month likewise.
//! - A bare weekday is today or the next one to come. With "next", "this" or "last" it is that day of the next,
//!   this or last calendar week, which begins on Monday, in both languages.
//! - A time that has passed today is still today's.
//! - `+1d` keeps the wall clock; hours and minutes are counted by the clock.
//! - A local time that summer time skips is refused; one that comes twice is the earlier.
//! - Twelve in the evening is the midnight at the end of that day.

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound as _,
    TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use super::vocabulary::{Mark, Part, Token, vocabulary};
use super::{Sort, TypedError, typed};

/// Years outside of these are slips of the finger.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Reads an instant; days and times are those of the community in `tz`.
///
/// `15:30`, `1530`, `+2h`, `半小时后`, `现在`, `明天 10:00`, `周五 9点`, `11-26 10:00`, `tomorrow 10am`, RFC 3339 …
pub fn when(input: &str, now: DateTime<Utc>, tz: Tz) -> Result<DateTime<Utc>, TypedError> {
    let text = typed(Sort::When, input)?;
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.to_uppercase()) {
        let at = at.to_utc();
        return if YEARS.contains(&at.year()) {
            Ok(at)
        } else {
            Err(TypedError::TooFar { sort: Sort::When })
        };
    }
    let mut parser = Parser::new(Sort::When, &text, input)?;
    if parser.tokens == [Token::Mark(Mark::Now)] {
        return Ok(now.trunc_subsecs(0));
    }
    if let Some(delta) = parser.relative()? {
        return delta.after(now, tz);
    }
    let today = now.with_timezone(&tz).date_naive();
    let found = parser.day_and_time(today)?;
    let Some((later, time)) = found.time else { return Err(TypedError::TimeMissing) };
    let day = found.day.unwrap_or(today);
    let day = in_range(day.checked_add_days(Days::new(later)), Sort::When)?;
    match tz.from_local_datetime(&day.and_time(time)) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Ok(at.to_utc()),
        MappedLocalTime::None => Err(TypedError::SkippedTime { input: input.to_owned() }),
    }
}

/// Reads a day: the forms of [`when`] without a time, `20261126` and `1126` too.
pub fn date(input: &str, today: NaiveDate) -> Result<NaiveDate, TypedError> {
    let text = typed(Sort::Date, input)?;
    let mut parser = Parser::new(Sort::Date, &text, input)?;
    if let Some(delta) = parser.relative()? {
        if delta.minutes != 0 {
            return Err(parser.error());
        }
        let midnight = today.and_time(NaiveTime::MIN);
        let day = midnight.checked_add_signed(delta.days()?).map(|at| at.date());
        return in_range(day, Sort::Date);
    }
    let found = parser.day_and_time(today)?;
    match found.day {
        Some(day) if found.time.is_none() => Ok(day),
        _ => Err(parser.error()),
    }
}

/// Reads a time of day: `15:30`, `1530`, `9点`, `下午3点半`, `2:30pm`, `noon`; a bare `9` too.
pub fn time(input: &str) -> Result<NaiveTime, TypedError> {
    let text = typed(Sort::Time, input)?;
    let mut parser = Parser::new(Sort::Time, &text, input)?;
    // Which day it is does not matter: a day in the text is refused below.
    let found = parser.day_and_time(NaiveDate::default())?;
    match found.time {
        Some((_, time)) if found.day.is_none() => Ok(time),
        _ => Err(parser.error()),
    }
}

/// Reads a length of time in minutes: `2h`, `30分钟`, `3天`, `1天2h`, `1.5h`, `一个半小时`.
///
/// A day has 24 hours here, a week 7 days.
pub fn span(input: &str) -> Result<u32, TypedError> {
    let text = typed(Sort::Span, input)?;
    let mut parser = Parser::new(Sort::Span, &text, input)?;
    let delta = parser.span_items()?;
    if parser.peek(0).is_some() {
        return Err(parser.error());
    }
    let minutes = delta.days * 1440 + delta.minutes;
    match u32::try_from(minutes) {
        // A hundred years.
        Ok(minutes) if minutes <= 52_560_000 => Ok(minutes),
        _ => Err(TypedError::TooFar { sort: Sort::Span }),
    }
}

/// The day of this month and day that is nearest to `today`; the later of two equally near.
pub(crate) fn nearest_year(today: NaiveDate, month: u32, day: u32) -> Option<NaiveDate> {
    // Leap days can be four years away, eight around the turn of some centuries.
    let candidates = |reach: i32| {
        (-reach..=reach)
            .filter_map(move |years| NaiveDate::from_ymd_opt(today.year().checked_add(years)?, month, day))
            .min_by_key(|found| ((*found - today).num_days().abs(), std::cmp::Reverse(*found)))
    };
    candidates(1).or_else(|| candidates(8))
}

fn in_range(day: Option<NaiveDate>, sort: Sort) -> Result<NaiveDate, TypedError> {
    day.filter(|day| YEARS.contains(&day.year())).ok_or(TypedError::TooFar { sort })
}

/// A distance from now: days by the calendar, minutes by the clock.
#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    days: i64,
    minutes: i64,
}

impl Delta {
    fn days(self) -> Result<TimeDelta, TypedError> {
        TimeDelta::try_days(self.days).ok_or(TypedError::TooFar { sort: Sort::Date })
    }

    fn after(self, now: DateTime<Utc>, tz: Tz) -> Result<DateTime<Utc>, TypedError> {
        let far = || TypedError::TooFar { sort: Sort::When };
        let days = self.days().map_err(|_| far())?;
        let minutes = TimeDelta::try_minutes(self.minutes).ok_or_else(far)?;
        let wall: NaiveDateTime =
            now.with_timezone(&tz).naive_local().checked_add_signed(days).ok_or_else(far)?;
        let at = match tz.from_local_datetime(&wall) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) if self.days != 0 => at.to_utc(),
            // The wall clock skips that time: so many times 24 hours it is.
            _ => now.checked_add_signed(days).ok_or_else(far)?,
        };
        let at = at.checked_add_signed(minutes).ok_or_else(far)?;
        if YEARS.contains(&at.year()) { Ok(at) } else { Err(far()) }
    }
}

/// What was found in a text: a day, and a time with the days it runs over.
#[derive(Default)]
struct Found {
    day: Option<NaiveDate>,
    time: Option<(u64, NaiveTime)>,
}

struct Parser<'a> {
    sort: Sort,
    input: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn new(sort: Sort, text: &str, input: &'a str) -> Result<Self, TypedError> {
        let tokens = vocabulary().tokens(text).ok_or_else(|| TypedError::not_understood(sort, input))?;
        Ok(Self { sort, input, tokens, at: 0 })
    }

    fn error(&self) -> TypedError {
        TypedError::not_understood(self.sort, self.input)
    }

    fn no_day(&self) -> TypedError {
        TypedError::NoSuchDay { input: self.input.to_owned() }
    }

    fn no_time(&self) -> TypedError {
        TypedError::NoSuchTime { input: self.input.to_owned() }
    }

    fn peek(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    fn is(&self, ahead: usize, mark: Mark) -> bool {
        self.peek(ahead) == Some(Token::Mark(mark))
    }

    fn take(&mut self, mark: Mark) -> bool {
        let here = self.is(0, mark);
        self.at += usize::from(here);
        here
    }

    fn take_sign(&mut self, sign: char) -> bool {
        let here = self.peek(0) == Some(Token::Sign(sign));
        self.at += usize::from(here);
        here
    }

    fn take_num(&mut self) -> Option<u32> {
        let Some(Token::Num { value, .. }) = self.peek(0) else { return None };
        self.at += 1;
        Some(value)
    }

    /// `+2h`, `-10m`, `in 2 hours`, `2小时后`, `3天前`; nothing when the text is not of this form.
    fn relative(&mut self) -> Result<Option<Delta>, TypedError> {
        let before = self.take_sign('-');
        let marked = before || self.take_sign('+') || self.take(Mark::In);
        let (later, ago) = match self.tokens.last() {
            Some(Token::Mark(Mark::Later)) => (true, false),
            Some(Token::Mark(Mark::Ago)) => (false, true),
            _ => (false, false),
        };
        if !marked && !later && !ago {
            return Ok(None);
        }
        let delta = self.span_items()?;
        if later || ago {
            self.at += 1;
        }
        if self.at != self.tokens.len() || before && later {
            return Err(self.error());
        }
        let sign = if before || ago { -1 } else { 1 };
        Ok(Some(Delta { days: delta.days * sign, minutes: delta.minutes * sign }))
    }

    /// One or more of number and unit.
    fn span_items(&mut self) -> Result<Delta, TypedError> {
        let mut sum = Delta::default();
        let mut any = false;
        while matches!(self.peek(0), Some(Token::Num { .. } | Token::Mark(Mark::Half))) {
            let item = self.span_item()?;
            sum.days += item.days;
            sum.minutes += item.minutes;
            any = true;
        }
        if any { Ok(sum) } else { Err(self.error()) }
    }

    fn span_item(&mut self) -> Result<Delta, TypedError> {
        // The amount as a fraction: `scale` is a power of ten, twice that for a half.
        let mut amount = 0i64;
        let mut scale = 1i64;
        let bare_half = self.is(0, Mark::Half);
        if let Some(whole) = self.take_num() {
            amount = i64::from(whole);
            if self.peek(0) == Some(Token::Sign('.')) {
                let Some(Token::Num { value, digits: digits @ 1..=6 }) = self.peek(1) else {
                    return Err(self.error());
                };
                scale = 10i64.pow(u32::from(digits));
                amount = amount * scale + i64::from(value);
                self.at += 2;
            }
        }
        self.take(Mark::Measure);
        let mut half = self.take(Mark::Half);
        self.take(Mark::Measure);
        let Some(Token::Mark(unit)) = self.peek(0) else {
            let end = self.peek(0).is_none();
            return Err(if end { TypedError::SpanUnitMissing } else { self.error() });
        };
        let minutes = match unit {
            Mark::Minute => 1,
            Mark::Quarter => 15,
            Mark::Hour => 60,
            // Half a day is a morning to one and twelve hours to another.
            Mark::Days | Mark::Date if !bare_half => 1440,
            Mark::Week if !bare_half => 7 * 1440,
            _ => return Err(self.error()),
        };
        self.at += 1;
        half |= self.take(Mark::Half);
        if half {
            amount = amount * 2 + scale;
            scale *= 2;
        }
        let product = amount * minutes;
        if product % scale != 0 {
            return Err(TypedError::PartOfMinute);
        }
        let total = product / scale;
        let by_calendar = minutes >= 1440;
        Ok(Delta {
            days: if by_calendar { total / 1440 } else { 0 },
            minutes: if by_calendar { total % 1440 } else { total },
        })
    }

    /// A day, a part of the day and a time, each at most once and in any order, and nothing else.
    fn day_and_time(&mut self, today: NaiveDate) -> Result<Found, TypedError> {
        let mut found = Found::default();
        let mut part: Option<Part> = None;
        let mut clock: Option<(u32, NaiveTime)> = None;
        while let Some(token) = self.peek(0) {
            if matches!(token, Token::Mark(Mark::Filler) | Token::Sign(',')) {
                self.at += 1;
                continue;
            }
            if let Token::Part(here) = token {
                if part.replace(here).is_some() {
                    return Err(self.error());
                }
                self.at += 1;
                continue;
            }
            if found.day.is_none()
                && let Some(day) = self.day(today)?
            {
                found.day = Some(in_range(Some(day), self.sort)?);
                continue;
            }
            if clock.is_none() {
                let bare = found.day.is_some() || part.is_some() || self.sort == Sort::Time;
                if let Some(time) = self.clock(bare)? {
                    clock = Some(time);
                    continue;
                }
            }
            return Err(self.error());
        }
        found.time = match (part, clock) {
            (None, None) => None,
            (Some(Part::Noon), None) => NaiveTime::from_hms_opt(12, 0, 0).map(|noon| (0, noon)),
            // "Tomorrow morning" is a day whose time is still missing.
            (Some(_), None) if self.sort == Sort::When => return Err(TypedError::TimeMissing),
            (Some(_), None) => return Err(self.error()),
            (None, Some((_, time))) => Some((0, time)),
            (Some(part), Some((hour, time))) => {
                let (days, hour) = settle(part, hour).ok_or_else(|| self.no_time())?;
                let minutes = chrono::Timelike::with_hour(&time, hour).ok_or_else(|| self.no_time())?;
                Some((days, minutes))
            }
        };
        Ok(found)
    }

    fn day(&mut self, today: NaiveDate) -> Result<Option<NaiveDate>, TypedError> {
        let far = TypedError::TooFar { sort: self.sort };
        let shift = |day: NaiveDate, days: i64| {
            TimeDelta::try_days(days).and_then(|days| day.checked_add_signed(days)).ok_or(far)
        };
        let from_monday = i64::from(today.weekday().num_days_from_monday());
        match (self.peek(0), self.peek(1)) {
            (Some(Token::Offset(days)), _) => {
                self.at += 1;
                shift(today, days).map(Some)
            }
            (Some(Token::Shift(weeks)), Some(Token::Weekday(weekday))) => {
                self.at += 2;
                shift(today, weeks * 7 - from_monday + i64::from(weekday)).map(Some)
            }
            (Some(Token::Weekday(weekday)), _) => {
                self.at += 1;
                shift(today, (i64::from(weekday) - from_monday).rem_euclid(7)).map(Some)
            }
            (Some(Token::Month(month)), Some(Token::Num { value: day, .. })) => {
                self.at += 2;
                while self.take(Mark::Filler) || self.take_sign(',') {}
                self.named_month(today, month, day).map(Some)
            }
            (Some(Token::Num { value, digits }), _) => self.numeric_day(today, value, digits),
            _ => Ok(None),
        }
    }

    /// After `nov 26` or `26 nov`: a year may follow.
    fn named_month(&mut self, today: NaiveDate, month: u32, day: u32) -> Result<NaiveDate, TypedError> {
        match (self.peek(0), self.peek(1)) {
            (Some(Token::Num { value, digits: 4 }), next)
                if YEARS.contains(&(value as i32)) && next != Some(Token::Sign(':')) =>
            {
                self.at += 1;
                self.ymd(value, month, day)
            }
            _ => nearest_year(today, month, day).ok_or_else(|| self.no_day()),
        }
    }

    fn numeric_day(
        &mut self,
        today: NaiveDate,
        first: u32,
        digits: u8,
    ) -> Result<Option<NaiveDate>, TypedError> {
        let num = |token: Option<Token>| match token {
            Some(Token::Num { value, .. }) => Some(value),
            _ => None,
        };
        if digits == 8 {
            self.at += 1;
            return self.ymd(first / 10_000, first / 100 % 100, first % 100).map(Some);
        }
        if digits == 4 && self.sort == Sort::Date && self.tokens.len() == 1 {
            self.at += 1;
            return nearest_year(today, first / 100, first % 100).ok_or_else(|| self.no_day()).map(Some);
        }
        match (self.peek(1), num(self.peek(2))) {
            (Some(Token::Sign(sign @ ('-' | '/' | '.'))), Some(second)) => {
                if self.peek(3) == Some(Token::Sign(sign))
                    && let Some(Token::Num { value: third, digits: third_digits }) = self.peek(4)
                {
                    // With the year last it could be either of two days.
                    let year = match digits {
                        4 if third_digits <= 2 => first,
                        2 if third_digits <= 2 => 2000 + first,
                        _ => return Err(self.error()),
                    };
                    self.at += 5;
                    return self.ymd(year, second, third).map(Some);
                }
                if digits > 2 {
                    return Err(self.error());
                }
                self.at += 3;
                nearest_year(today, first, second).ok_or_else(|| self.no_day()).map(Some)
            }
            (Some(Token::Mark(Mark::Year)), Some(month)) if self.is(3, Mark::Month) => {
                let Some(day) = num(self.peek(4)) else { return Err(self.error()) };
                let year = if digits == 2 { 2000 + first } else { first };
                self.at += 5;
                self.take(Mark::Date);
                self.ymd(year, month, day).map(Some)
            }
            (Some(Token::Mark(Mark::Month)), Some(day)) => {
                self.at += 3;
                self.take(Mark::Date);
                nearest_year(today, first, day).ok_or_else(|| self.no_day()).map(Some)
            }
            (Some(Token::Mark(Mark::Date)), _) => {
                self.at += 2;
                let nearest = (-1..=1)
                    .filter_map(|months| {
                        let month = today.year() * 12 + today.month0() as i32 + months;
                        NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, first)
                    })
                    .min_by_key(|day| ((*day - today).num_days().abs(), std::cmp::Reverse(*day)));
                nearest.ok_or_else(|| self.no_day()).map(Some)
            }
            (Some(Token::Month(month)), _) => {
                self.at += 2;
                self.named_month(today, month, first).map(Some)
            }
            // The ending of "26th of November".
            (Some(Token::Mark(Mark::Filler)), _) => {
                let mut ahead = 1;
                while self.is(ahead, Mark::Filler) {
                    ahead += 1;
                }
                let Some(Token::Month(month)) = self.peek(ahead) else { return Ok(None) };
                self.at += ahead + 1;
                self.named_month(today, month, first).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn ymd(&self, year: u32, month: u32, day: u32) -> Result<NaiveDate, TypedError> {
        NaiveDate::from_ymd_opt(year as i32, month, day).ok_or_else(|| self.no_day())
    }

    /// A time of day as typed, before a part of the day changes its hour. `bare` lets a lone number be an hour.
    fn clock(&mut self, bare: bool) -> Result<Option<(u32, NaiveTime)>, TypedError> {
        let Some(Token::Num { value: first, digits }) = self.peek(0) else { return Ok(None) };
        let next = self.peek(1);
        let (hour, minute, second) = if next == Some(Token::Sign(':')) {
            self.at += 2;
            let minute = self.take_num().ok_or_else(|| self.error())?;
            let second = if self.take_sign(':') { self.take_num().ok_or_else(|| self.error())? } else { 0 };
            (first, minute, second)
        } else if next == Some(Token::Mark(Mark::Clock)) {
            self.at += 2;
            (first, self.minutes_after_hour()?, 0)
        } else if digits == 3 || digits == 4 {
            self.at += 1;
            (first / 100, first % 100, 0)
        } else if digits <= 2 && (bare || matches!(next, Some(Token::Part(Part::Am | Part::Pm)))) {
            self.at += 1;
            (first, 0, 0)
        } else {
            return Ok(None);
        };
        let time = NaiveTime::from_hms_opt(hour, minute, second).ok_or_else(|| self.no_time())?;
        Ok(Some((hour, time)))
    }

    /// After the hour mark: half, quarters, minutes, sharp or nothing.
    fn minutes_after_hour(&mut self) -> Result<u32, TypedError> {
        if self.take(Mark::Half) {
            return Ok(30);
        }
        if self.take(Mark::Sharp) {
            return Ok(0);
        }
        let Some(value) = self.take_num() else { return Ok(0) };
        if self.take(Mark::Quarter) {
            return if (1..=3).contains(&value) { Ok(value * 15) } else { Err(self.no_time()) };
        }
        self.take(Mark::Minute);
        Ok(value)
    }
}

/// The hour of the day that `hour` means in this part, and on how many days after.
fn settle(part: Part, hour: u32) -> Option<(u64, u32)> {
    // Hours that are meant as they stand, and hours that mean the second half of the day.
    let (as_said, in_second_half) = match part {
        Part::Am => (0..=11, None),
        Part::Dawn => (0..=6, None),
        Part::Morning => (0..=12, None),
        Part::Noon => (11..=14, Some(1..=2)),
        Part::Afternoon | Part::Pm => (12..=23, Some(1..=11)),
        Part::Evening => (17..=23, Some(5..=11)),
    };
    match (part, hour) {
        (Part::Am | Part::Dawn, 12) => Some((0, 0)),
        (Part::Evening, 12) => Some((1, 0)),
        _ if as_said.contains(&hour) => Some((0, hour)),
        _ => in_second_half.filter(|hours| hours.contains(&hour)).map(|_| (0, hour + 12)),
    }
}
