//! When people come: the hours of the day, the days of the week, holidays and storms.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

/// How much of a day's work falls into each hour: most at 9–11, 14–16 and 19–21.
const HOURS: [f64; 24] = [
    0.05, 0.0, 0.0, 0.0, 0.0, 0.05, 0.3, 2.0, 6.0, 10.0, 10.0, 6.0, 3.0, 4.0, 8.5, 8.0, 6.0, 5.0, 5.5, 8.0,
    7.5, 4.0, 1.5, 0.2,
];

/// How much of a week's work falls on each day, from Monday: what broke at the weekend comes on Monday.
const WEEK: [f64; 7] = [1.28, 1.08, 1.0, 0.98, 1.02, 0.82, 0.72];

/// The days of the demonstration and what comes on them.
#[derive(Debug)]
pub(super) struct Rhythm {
    tz: Tz,
    first: NaiveDate,
    now: DateTime<Utc>,
    storms: BTreeSet<NaiveDate>,
    holidays: Vec<String>,
    /// How much more of a small demonstration falls on the present day, so that it is not an empty one.
    present: f64,
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
        let last = now.with_timezone(&tz).date_naive();
        let storms = first
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| {
                let summer = (5..=9).contains(&day.month());
                rng.random_bool(if summer { 0.11 } else { 0.05 })
            })
            .collect();
        Self { tz, first, now, storms, holidays: holidays.to_vec(), present }
    }

    /// The days, the present one last.
    pub(super) fn days(&self) -> impl Iterator<Item = NaiveDate> + use<> {
        let last = self.day(self.now);
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

    /// How much comes on a day, a usual one being 1; of the present one only what came until now.
    pub(super) fn weight(&self, day: NaiveDate) -> f64 {
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
        if day == self.day(self.now) {
            let hour = self.hour(self.now) as usize;
            let past: f64 = HOURS[..hour].iter().sum();
            let of_hour = f64::from(self.now.with_timezone(&self.tz).minute()) / 60.0;
            weight *= self.present * (past + HOURS[hour] * of_hour) / HOURS.iter().sum::<f64>();
        }
        weight
    }

    /// An instant of the day at which somebody comes, before now.
    pub(super) fn arrival(&self, day: NaiveDate, rng: &mut ChaCha8Rng) -> DateTime<Utc> {
        let today = day == self.day(self.now);
        // Hours that are not over yet on the present day are drawn again.
        for _ in 0..64 {
            let mut left = rng.random::<f64>() * HOURS.iter().sum::<f64>();
            let hour = HOURS.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            let second = hour.unwrap_or(9) as u32 * 3600 + rng.random_range(0..3600);
            let at = self.at(day, second);
            if !today || at < self.now {
                return at;
            }
        }
        self.now - TimeDelta::seconds(rng.random_range(60..3600))
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
