//! When people come: the hours of the day, the days of the week, holidays and storms.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// How much of a day's work falls into each hour: most at 9–11, 14–16 and 19–21, nothing while the
/// counter is closed.
const HOURS: [f64; 24] = [
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 6.0, 10.0, 10.0, 6.0, 3.0, 4.0, 8.5, 8.0, 6.0, 5.0, 5.5, 8.0,
    7.5, 4.0, 1.5, 0.0,
];

/// The hour at which the counter opens, and the one at which it closes: those of a new community.
pub(super) const SERVICE: (u32, u32) = (7, 23);

/// How long before the end of the story the last contacts come, if the counter is open that long.
const LAST: TimeDelta = TimeDelta::minutes(45);

/// How much of a week's work falls on each day, from Monday: what broke at the weekend comes on Monday.
const WEEK: [f64; 7] = [1.28, 1.08, 1.0, 0.98, 1.02, 0.82, 0.72];

/// The days of the demonstration and what comes on them.
#[derive(Debug)]
pub(super) struct Rhythm {
    tz: Tz,
    first: NaiveDate,
    /// The last instant before now at which the counter was open: now itself, or the last closing.
    end: DateTime<Utc>,
    storms: BTreeSet<NaiveDate>,
    holidays: Vec<String>,
    /// How much more of a small demonstration falls on the last day, so that it is not an empty one.
    present: f64,
    /// How much comes on each of the days, the first one first.
    weights: Vec<f64>,
}

impl Rhythm {
    /// Draws the weather of the days from `first` until `now`.
    pub(super) fn new(
        tz: Tz,
        first: NaiveDate,
        now: DateTime<Utc>,
        (holidays, present): (&[String], f64),
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let end = last_open(tz, now);
        let last = end.with_timezone(&tz).date_naive();
        let storms = first
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| {
                let summer = (5..=9).contains(&day.month());
                rng.random_bool(if summer { 0.11 } else { 0.05 })
            })
            .collect();
        let mut rhythm =
            Self { tz, first, end, storms, holidays: holidays.to_vec(), present, weights: Vec::new() };
        rhythm.weights = rhythm.days().map(|day| rhythm.weigh(day)).collect();
        rhythm
    }

    /// The last instant at which somebody sat at the counter.
    pub(super) const fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// When the counter closes on the day of an instant.
    pub(super) fn closing(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.at(self.day(at), SERVICE.1 * 3600)
    }

    /// `at` while the counter is open, else the last minute before it closed.
    pub(super) fn evening(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        if self.is_open(at) { at } else { last_open(self.tz, at) - TimeDelta::minutes(1) }
    }

    /// Whether somebody sits at the counter.
    pub(super) fn is_open(&self, at: DateTime<Utc>) -> bool {
        (SERVICE.0..SERVICE.1).contains(&self.hour(at))
    }

    /// So many minutes before the end; nearer to it where the counter has only just opened.
    pub(super) fn before_end(&self, minutes: i64) -> DateTime<Utc> {
        let opened = self.at(self.day(self.end), SERVICE.0 * 3600);
        let room = (self.end - opened).min(LAST).num_seconds();
        self.end - TimeDelta::seconds(minutes * 60 * room / LAST.num_seconds())
    }

    /// The days on which the counter was open, the last one last.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.day(self.end);
        self.first.iter_days().take_while(move |day| *day <= last)
    }

    /// The community's day of an instant.
    pub(super) fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.tz).date_naive()
    }

    /// The hour that the wall clock shows.
    pub(super) fn hour(&self, at: DateTime<Utc>) -> u32 {
        at.with_timezone(&self.tz).hour()
    }

    /// Whether it stormed on that day or the day before.
    pub(super) fn stormy(&self, day: NaiveDate) -> bool {
        self.storms.contains(&day) || day.pred_opt().is_some_and(|before| self.storms.contains(&before))
    }

    fn holiday(&self, day: NaiveDate) -> bool {
        self.holidays.contains(&day.format("%m-%d").to_string())
    }

    /// How much of what comes from that day on, until the end, comes on that day.
    pub(super) fn share(&self, day: NaiveDate) -> f64 {
        let at = usize::try_from((day - self.first).num_days()).unwrap_or(0);
        let ahead = self.weights.get(at..).unwrap_or_default();
        ahead.first().map_or(0.0, |weight| weight / ahead.iter().sum::<f64>().max(0.01))
    }

    /// How much comes on a day, a usual one being 1; of the last one only what came until the end.
    fn weigh(&self, day: NaiveDate) -> f64 {
        let mut weight = WEEK[day.weekday().num_days_from_monday() as usize];
        let after_holiday = day.pred_opt().is_some_and(|before| self.holiday(before));
        if self.holiday(day) {
            weight *= 0.6;
        } else if after_holiday {
            weight *= 1.35;
        }
        if self.stormy(day) {
            weight *= 1.3;
        }
        if day == self.day(self.end) {
            let hour = self.hour(self.end) as usize;
            let past: f64 = HOURS[..hour].iter().sum();
            let of_hour = f64::from(self.end.with_timezone(&self.tz).minute()) / 60.0;
            weight *= self.present * (past + HOURS[hour] * of_hour) / HOURS.iter().sum::<f64>();
        }
        weight
    }

    /// An instant of the day at which somebody comes, before the end.
    pub(super) fn arrival(&self, day: NaiveDate, rng: &mut ChaCha8Rng) -> DateTime<Utc> {
        let last = day == self.day(self.end);
        // Hours that are not over yet on the last day are drawn again.
        for _ in 0..64 {
            let mut left = rng.random::<f64>() * HOURS.iter().sum::<f64>();
            let hour = HOURS.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            let second = hour.unwrap_or(9) as u32 * 3600 + rng.random_range(0..3600);
            let at = self.at(day, second);
            if !last || at < self.end {
                return at;
            }
        }
        self.before_end(rng.random_range(1..40))
    }

    /// The instant at which the wall clock shows that second of the day.
    pub(super) fn at(&self, day: NaiveDate, second: u32) -> DateTime<Utc> {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(second.min(86_399), 0).unwrap_or_default();
        self.tz
            .from_local_datetime(&day.and_time(time))
            .earliest()
            .map_or_else(|| day.and_time(time).and_utc(), |at| at.with_timezone(&Utc))
    }

    /// The first instant not before `at` within the hours `from..to`, a little scattered after a wait.
    pub(super) fn within(
        &self,
        at: DateTime<Utc>,
        (from, to): (u32, u32),
        rng: &mut ChaCha8Rng,
    ) -> DateTime<Utc> {
        let (day, hour) = (self.day(at), self.hour(at));
        if (from..to).contains(&hour) {
            return at;
        }
        let day = if hour < from { day } else { day + Days::new(1) };
        self.at(day, from * 3600 + rng.random_range(60..5400))
    }
}

/// `now` while the counter is open, else the instant at which it closed last.
fn last_open(tz: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let local = now.with_timezone(&tz);
    let closing = |day: NaiveDate| {
        let time = NaiveTime::from_hms_opt(SERVICE.1, 0, 0).unwrap_or_default();
        tz.from_local_datetime(&day.and_time(time)).earliest().map(|at| at.with_timezone(&Utc))
    };
    let day = match local.hour() {
        hour if hour < SERVICE.0 => local.date_naive() - Days::new(1),
        hour if hour >= SERVICE.1 => local.date_naive(),
        _ => return now,
    };
    // Nobody comes in the second in which the door is locked.
    closing(day).map_or(now, |at| at.min(now) - TimeDelta::seconds(1))
}
