//! Copies of the book: when one is due, which are kept, what they are called.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{DAY_MINUTES, Interval, ServiceCalendar};

/// How long a copy may be overdue before that is told: a desk that is opened makes it by itself.
const GRACE: TimeDelta = TimeDelta::hours(2);

/// How long nothing is tried again after a copy that failed.
const PAUSE: TimeDelta = TimeDelta::minutes(30);

/// When copies are made, where they lie and how many are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackupPlan {
    /// The time of day from which the daily copy is due.
    pub at: NaiveTime,
    /// A copy is made when a day was signed off, too.
    pub at_sign_off: bool,
    /// The directory of the copies; empty for the one beside the book.
    pub directory: String,
    /// Of so many days the last copy is kept.
    pub days: u32,
    /// Of so many weeks the last copy is kept.
    pub weeks: u32,
    /// Of so many months the last copy is kept.
    pub months: u32,
    /// The public key that copies are encrypted to (`age1…`); empty where they are not encrypted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl Default for BackupPlan {
    fn default() -> Self {
        Self {
            at: NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default(),
            at_sign_off: true,
            directory: String::new(),
            days: 7,
            weeks: 4,
            months: 12,
            key: String::new(),
        }
    }
}

/// Why a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The time of day has come.
    Daily,
    /// A day was signed off.
    SignOff,
    /// Somebody asked for it.
    Asked,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Daily, Self::SignOff, Self::Asked];

    /// The name used in files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::SignOff => "sign-off",
            Self::Asked => "asked",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.id() == id)
    }
}

/// What the schedule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// When the last copy that was proved was begun.
    pub made: Option<DateTime<Utc>>,
    /// When one failed since then, the last time.
    pub failed: Option<DateTime<Utc>>,
    /// When a day was signed last.
    pub signed: Option<DateTime<Utc>>,
}

impl BackupPlan {
    /// Whether copies are encrypted.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        !self.key.is_empty()
    }

    /// The last instant not after `now` from which a daily copy was due.
    fn last_daily(&self, calendar: &ServiceCalendar, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = calendar.day_of(now);
        let at = self.on(calendar, today);
        if at <= now { at } else { self.on(calendar, today - Days::new(1)) }
    }

    /// When the daily copy of `day` becomes due.
    fn on(&self, calendar: &ServiceCalendar, day: NaiveDate) -> DateTime<Utc> {
        let minute = u16::try_from(self.at.num_seconds_from_midnight() / 60).unwrap_or_default();
        let rest = Interval::new(minute, DAY_MINUTES).ok();
        let spans = rest.map(|rest| calendar.spans_on(day, &[rest])).unwrap_or_default();
        // A time of day that a change of the clock leaves out: the first instant after it.
        spans.first().map_or_else(|| calendar.next_day_start(day), |(from, _)| *from)
    }

    /// Why a copy is due at `now`, and since when; `None` if none is.
    #[must_use]
    pub fn due(
        &self,
        calendar: &ServiceCalendar,
        past: &Past,
        now: DateTime<Utc>,
    ) -> Option<(Reason, DateTime<Utc>)> {
        let missing = |since: DateTime<Utc>| past.made.is_none_or(|made| made < since);
        let daily = self.last_daily(calendar, now);
        let signed = past.signed.filter(|signed| self.at_sign_off && *signed <= now);
        match signed.filter(|signed| missing(*signed)) {
            Some(signed) => Some((Reason::SignOff, signed)),
            None => missing(daily).then_some((Reason::Daily, daily)),
        }
    }

    /// Whether a copy that is due is to be tried now: not just after one that failed.
    #[must_use]
    pub fn may_try(past: &Past, now: DateTime<Utc>) -> bool {
        past.failed.is_none_or(|failed| failed > now || now - failed >= PAUSE)
    }

    /// The next instant after `now` at which a copy becomes due or is tried again.
    #[must_use]
    pub fn next(&self, calendar: &ServiceCalendar, past: &Past, now: DateTime<Utc>) -> DateTime<Utc> {
        let daily = self.on(calendar, calendar.day_of(self.last_daily(calendar, now)) + Days::new(1));
        let again = past.failed.map(|failed| failed + PAUSE).filter(|again| *again > now);
        again.map_or(daily, |again| again.min(daily))
    }

    /// Since when the book is without the copy that it should have; `None` while all is well.
    #[must_use]
    pub fn stale(
        &self,
        calendar: &ServiceCalendar,
        made: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let since = self.last_daily(calendar, now - GRACE);
        made.is_none_or(|made| made < since).then_some(since)
    }

    /// The next instant after `now` at which a copy that is not made counts as missing.
    #[must_use]
    pub fn next_stale(&self, calendar: &ServiceCalendar, now: DateTime<Utc>) -> DateTime<Utc> {
        self.next(calendar, &Past::default(), now - GRACE) + GRACE
    }

    /// Which of these copies are no longer kept: all but the last one of each of the last days, weeks
    /// and months of which there are copies. Those of the newest one's day stay together: what went
    /// wrong today is mended by a copy of this morning.
    #[must_use]
    pub fn spare(&self, copies: &[NaiveDateTime]) -> BTreeSet<NaiveDateTime> {
        let mut newest_first: Vec<NaiveDateTime> = copies.to_vec();
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        let today = newest_first.first().map(NaiveDateTime::date);
        let mut kept: BTreeSet<NaiveDateTime> =
            newest_first.iter().copied().take_while(|at| Some(at.date()) == today).collect();
        let week = |at: &NaiveDateTime| (at.iso_week().year(), at.iso_week().week());
        keep(&newest_first, self.days, NaiveDateTime::date, &mut kept);
        keep(&newest_first, self.weeks, week, &mut kept);
        keep(&newest_first, self.months, |at| (at.year(), at.month()), &mut kept);
        newest_first.into_iter().filter(|at| !kept.contains(at)).collect()
    }
}

/// Keeps the last copy of each of the last `count` spans that have one.
fn keep<S: PartialEq>(
    newest_first: &[NaiveDateTime],
    count: u32,
    span: impl Fn(&NaiveDateTime) -> S,
    kept: &mut BTreeSet<NaiveDateTime>,
) {
    let mut left = count;
    let mut last = None;
    for at in newest_first {
        let own = span(at);
        if last.as_ref() == Some(&own) {
            continue;
        }
        if left == 0 {
            return;
        }
        left -= 1;
        kept.insert(*at);
        last = Some(own);
    }
}

/// The names of kept copies, with the time in them.
const NAME: &str = "qiantai-%Y%m%d-%H%M%S.db";

/// How the names of encrypted ones go on.
pub const SEALED: &str = ".age";

/// The name of the copy that was begun at this time of the community.
#[must_use]
pub fn file_name(at: NaiveDateTime, sealed: bool) -> String {
    format!("{}{}", at.format(NAME), if sealed { SEALED } else { "" })
}

/// When a copy of that name was begun; `None` for files that are no kept copies.
#[must_use]
pub fn begun(name: &str) -> Option<NaiveDateTime> {
    let plain = name.strip_suffix(SEALED).unwrap_or(name);
    // The time can be read in other ways of writing than that of these names; such files are somebody else's.
    NaiveDateTime::parse_from_str(plain, NAME).ok().filter(|at| file_name(*at, false) == plain)
}

#[cfg(test)]
mod tests;
