//! The demonstration: a community and the past months of its counter, invented but believable.
//!
//! Nothing here writes to the book: every household and every case goes through [`crate::counter`],
//! each with the instant at which it happened, in the order of time. So every rule held, and what
//! the rules refuse ends the making of the demonstration with an error.

mod asides;
mod callbacks;
mod calls;
mod complaints;
mod desk;
mod files;
mod moveins;
mod passes;
mod place;
mod questions;
mod repairs;
mod rhythm;
mod services;
mod shifts;
mod signing;
mod soon;
mod texts;
mod town;
mod visits;

use std::ops::ControlFlow;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::counter::{CounterError, Session, community, operators};
use crate::desk::people::Role;
use crate::store::{Store, StoreError};
use desk::{Desk, Staffing};
pub use place::make_in;
use rhythm::Rhythm;
use texts::Texts;
use town::Town;

/// Cases of about three months of a real counter's days.
pub const DEFAULT_CASES: u32 = 6_600;
/// Days that the default demonstration reaches back.
const DEFAULT_DAYS: f64 = 91.0;
/// The fewest and the most days that a demonstration reaches back.
const DAYS: (f64, f64) = (14.0, 3_650.0);
/// The subject under which the book says that it is a demonstration.
const MARK: &str = "demo";

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The built-in texts are damaged.
    #[error("the texts of the demonstration are damaged: {0}")]
    Texts(#[from] toml::de::Error),
    /// A rule or the file refused a step.
    #[error("{what}: {source}")]
    Step {
        /// What was tried.
        what: String,
        /// Why not.
        source: CounterError,
    },
    /// The book can't be read or written.
    #[error(transparent)]
    Counter(#[from] CounterError),
    /// The directory holds a book that is no demonstration.
    #[error("{0} holds a real book")]
    RealBook(std::path::PathBuf),
    /// The directory can't be used.
    #[error("{path}: {source}")]
    Directory {
        /// Which one.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Counter(error.into())
    }
}

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// How many cases.
    pub cases: u32,
    /// The same seed at the same instant makes the same book, but for the salts of the PINs.
    pub seed: u64,
}

impl Default for Wish {
    fn default() -> Self {
        Self { cases: DEFAULT_CASES, seed: 1 }
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Name of the community.
    pub community: String,
    /// Who can log in.
    pub operators: Vec<(String, Role)>,
    /// The PIN of all of them.
    pub pin: String,
    /// Households.
    pub households: usize,
    /// Cases.
    pub cases: u32,
    /// The first day.
    pub first: NaiveDate,
}

/// Who can log in to a demonstration, and the PIN of all of them.
///
/// # Errors
/// The built-in texts are damaged.
pub fn logins() -> Result<(Vec<(String, Role)>, String), DemoError> {
    let community = texts::community()?;
    let operators = community.operators.into_iter().map(|operator| (operator.name, operator.role)).collect();
    Ok((operators, community.pin))
}

/// Whether a book is a demonstration.
///
/// # Errors
/// The file can't be read.
pub fn is_demo(store: &Store) -> Result<bool, StoreError> {
    Ok(!store.records(MARK)?.is_empty())
}

/// The PIN of everybody in a book that is a demonstration; `None` for every other book.
///
/// # Errors
/// The file can't be read, or the built-in texts are damaged.
pub fn pin_of(store: &Store) -> Result<Option<String>, DemoError> {
    Ok(if is_demo(store)? { Some(logins()?.1) } else { None })
}

/// How far the making is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Cases are opened and gone on with; counted in cases.
    Cases,
    /// The file is completed; counted in steps.
    File,
}

/// Hears how much of how much is done, and may break the making off.
pub type Told<'a> = &'a mut dyn FnMut(Stage, usize, usize) -> ControlFlow<()>;

/// Makes the demonstration in a new book, its story ending at `now`: all of it or nothing.
///
/// # Errors
/// The book is set up already, a rule refused a step, or the file can't be written.
pub fn make(store: &mut Store, now: DateTime<Utc>, wish: Wish) -> Result<Made, DemoError> {
    store.batch(|store| build(store, now, wish, &mut |_, _, _| ControlFlow::Continue(())))
}

fn build(store: &mut Store, now: DateTime<Utc>, wish: Wish, told: Told) -> Result<Made, DemoError> {
    let texts = &Texts::read()?;
    let mut rng = ChaCha8Rng::seed_from_u64(wish.seed);
    let defaults = crate::store::settings::defaults(&texts.community.name)?;
    let tz = defaults.calendar.tz();
    let share = f64::from(wish.cases) / f64::from(DEFAULT_CASES);
    // A smaller demonstration is both shorter and quieter; a larger one is longer.
    let days = DEFAULT_DAYS * if share < 1.0 { share.sqrt() } else { share };
    let first = now.with_timezone(&tz).date_naive() - Days::new(days.clamp(DAYS.0, DAYS.1).round() as u64);
    let present = share.recip().sqrt().clamp(1.0, 3.0);
    let rhythm = Rhythm::new(tz, first, now, (&texts.community.holidays, present), &mut rng);
    let start = rhythm.at(first, 6 * 3600 + 1800);
    let town = Town::new(texts, wish.cases, first, &mut rng);
    let staffing = set_up(store, texts, start, wish)?;
    let households = town.households.len();
    town::settle(store, &staffing.supervisor, start + TimeDelta::minutes(20), &town)?;
    if wish.cases >= services::ENOUGH {
        let (at, today) = (start + TimeDelta::minutes(25), now.with_timezone(&tz).date_naive());
        files::file_papers(store, &staffing.supervisor, at, &town, (texts, today))?;
    }
    let mut desk = Desk::new(store, texts, (town, rhythm, rng), staffing, now, wish.cases);
    desk.run(told)?;
    let cases = desk.opened;
    let (operators, pin) = logins()?;
    Ok(Made { community: texts.community.name.clone(), operators, pin, households, cases, first })
}

/// Sets the book up: operators, staff, the mark.
fn set_up(store: &mut Store, texts: &Texts, start: DateTime<Utc>, wish: Wish) -> Result<Staffing, DemoError> {
    let text = &texts.community;
    let [assistant, supervisor, early, late] = text.operators.as_slice() else {
        return Err(crate::desk::why::Why::new("demo.why.operators").into());
    };
    let setup = community::Setup {
        community: &text.name,
        operator: &assistant.name,
        role: assistant.role,
        pin: &text.pin,
    };
    let assistant = community::init(store, start, &setup)?;
    let mark = serde_json::json!({ "cases": wish.cases, "seed": wish.seed });
    store.write(|tx| -> Result<(), StoreError> {
        let day = tx.settings()?.map(|settings| settings.calendar.day_of(start)).unwrap_or_default();
        let stamp = crate::store::chain::Stamp { at: start, day, by: assistant.name() };
        tx.journal(MARK, &stamp, "make", &mark)?;
        Ok(())
    })?;
    let before = crate::counter::settings_of(store)?;
    let mut after = (*before).clone();
    after.telephone.clone_from(&text.telephone);
    after.staff = text.staff.iter().map(texts::StaffText::member).collect();
    let at = |minutes| start + TimeDelta::minutes(minutes);
    community::change_settings(store, &assistant, at(5), &before, &after)?;
    let mut join = |minutes, operator: &texts::OperatorText| -> Result<Session, DemoError> {
        operators::add(store, &assistant, at(minutes), &operator.name, operator.role, &text.pin)?;
        Ok(operators::login(store, &operator.name, &text.pin, at(minutes))?)
    };
    let supervisor = join(8, supervisor)?;
    let receptionists = [join(10, early)?, join(12, late)?];
    Ok(Staffing { assistant, supervisor, receptionists })
}

impl From<crate::desk::why::Why> for DemoError {
    fn from(why: crate::desk::why::Why) -> Self {
        Self::Counter(why.into())
    }
}

/// What people come with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Call,
    Visit,
    Repair,
    Complaint,
    MoveIn,
    Pass,
    Service,
}

impl Sort {
    /// What comes, by how often it comes on a working day; people move in on working days.
    fn draw(day: NaiveDate, rng: &mut ChaCha8Rng) -> Self {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        let shares = [
            (Self::Call, 40.0),
            (Self::Visit, 17.0),
            (Self::Repair, 2.6),
            (Self::Complaint, 0.9),
            (Self::MoveIn, if weekend { 0.35 } else { 1.1 }),
            (Self::Pass, if weekend { 8.0 } else { 5.6 }),
            (Self::Service, 4.5),
        ];
        let mut left = rng.random::<f64>() * shares.iter().map(|(_, share)| share).sum::<f64>();
        for (sort, share) in shares {
            left -= share;
            if left < 0.0 {
                return sort;
            }
        }
        Self::Call
    }
}
