//! What is free: the day plan of things that are booked by the hour, the stock of things that are lent.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Result, Session, authority};
use crate::desk::calendar::ServiceCalendar;
use crate::desk::case::Case;
use crate::desk::claim::Held;
use crate::desk::kind::{Kind, Pool, Span};
use crate::desk::settings::Settings;
use crate::desk::why::{Arg, Why};
use crate::store::Store;

/// Most of those who have a thing that are named.
const HOLDERS: usize = 100;

/// Somebody who has or booked a thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    /// What is held.
    pub held: Held,
    /// The case that holds it.
    pub case: Case,
    /// The case came to its end and holds it still: it does not come back.
    pub gone: bool,
}

impl Holder {
    fn has_within(&self, (from, until): Span) -> bool {
        self.held.from < until && self.held.until.is_none_or(|end| end > from)
    }
}

/// One code of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// The code.
    pub code: String,
    /// How many there are in all.
    pub stock: u32,
    /// Who has or booked some, the earliest first.
    pub holders: Vec<Holder>,
}

impl Thing {
    /// How many are taken at some time within a span.
    #[must_use]
    pub fn taken(&self, span: Span) -> u32 {
        self.holders_within(span).map(|holder| holder.held.count).sum()
    }

    /// How many of those that are taken do not come back.
    #[must_use]
    pub fn gone(&self) -> u32 {
        self.holders.iter().filter(|holder| holder.gone).map(|holder| holder.held.count).sum()
    }

    /// How many are left for the whole of a span.
    #[must_use]
    pub fn left(&self, span: Span) -> u32 {
        self.stock.saturating_sub(self.taken(span))
    }

    /// Who has some within a span.
    pub fn holders_within(&self, span: Span) -> impl Iterator<Item = &Holder> {
        self.holders.iter().filter(move |holder| holder.has_within(span))
    }
}

/// The things of a kind that books or lends.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How they are given out.
    pub pool: Pool,
    /// The hours of the day, each by its beginning; none of a stock.
    pub hours: Vec<DateTime<Utc>>,
    /// The things, in the order of the catalogue.
    pub things: Vec<Thing>,
}

/// An hour that begins then.
#[must_use]
pub fn hour(from: DateTime<Utc>) -> Span {
    (from, from + TimeDelta::hours(1))
}

/// The moment of that instant: what is lent now is taken in it.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> Span {
    (at, at + TimeDelta::seconds(1))
}

/// The plan of a kind on a day; of a stock as it is at `now`.
///
/// # Errors
/// Nobody is at work, the kind neither books nor lends, or the file can't be read.
pub fn plan(
    store: &Store,
    session: &Session,
    settings: &Settings,
    kind: &Kind,
    day: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Plan> {
    authority::at_work(store, session)?;
    let Some(pool) = kind.pool else {
        let kind = Arg::Term(format!("{}.name", kind.id));
        return Err(Why::new("counter.why.no_plan").with("kind", kind).into());
    };
    let calendar = &settings.calendar;
    let by_hours = matches!(pool, Pool::Hours(_));
    let span = if by_hours { (calendar.day_start(day), calendar.next_day_start(day)) } else { moment(now) };
    let thing = |code: &str| -> Result<Thing> {
        let held = store.held(&format!("{}:{code}", pool.catalogue()), span.0, Some(span.1))?;
        let holders = held.into_iter().take(HOLDERS).map(|held| {
            let case = store.row(&held.number)?.map(|row| row.case).unwrap_or_default();
            let gone = !by_hours && kind.ends(&case.state);
            Ok(Holder { held, case, gone })
        });
        Ok(Thing {
            code: code.to_owned(),
            stock: settings.stock(pool.catalogue(), code),
            holders: holders.collect::<Result<_>>()?,
        })
    };
    let things = settings.offered(pool.catalogue()).into_iter().map(|(code, _)| thing(code));
    let things = things.collect::<Result<_>>()?;
    Ok(Plan { pool, hours: if by_hours { hours_of(calendar, day) } else { Vec::new() }, things })
}

/// The hours in which somebody is at the counter that day; every hour of a day without service.
fn hours_of(calendar: &ServiceCalendar, day: NaiveDate) -> Vec<DateTime<Utc>> {
    let service = calendar.intervals_on(day);
    let from = service.first().map_or_else(|| calendar.day_start(day), |(from, _)| *from);
    let until = service.last().map_or_else(|| calendar.next_day_start(day), |(_, to)| *to);
    let hours = std::iter::successors(Some(from), |hour| Some(*hour + TimeDelta::hours(1)));
    hours.take_while(|hour| *hour < until).collect()
}
