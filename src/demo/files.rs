//! Where the papers of households lie, and the finance office's list of what they owe.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use super::desk::{Desk, Who};
use super::texts::Texts;
use super::town::Town;
use crate::counter::arrears::{self, ChargeList, ChargeRow};
use crate::counter::{CounterError, Session, directory};
use crate::desk::household::{Household, Occupancy, Owed, Papers};
use crate::store::Store;

/// Of so many households the papers of one are in the ledger already.
const EVERY: usize = 12;
/// The papers of whoever moved out are kept for so many days more.
const KEPT: u64 = 700;
/// So many days before the end of the story the first of them need not be kept any longer.
const PAST: u64 = 4;

/// Writes down where papers lie.
pub(super) fn file_papers(
    store: &mut Store,
    session: &Session,
    at: DateTime<Utc>,
    town: &Town,
    (texts, today): (&Texts, NaiveDate),
) -> Result<(), CounterError> {
    let mut past = Some(today - Days::new(PAST));
    for (place, home) in (1_usize..).zip(town.households.iter().step_by(EVERY)) {
        let Some(before) = store.household(&home.unit)? else { continue };
        let keep_until = (home.occupancy == Occupancy::MovedOut)
            .then(|| past.take().unwrap_or(today + Days::new(KEPT + place as u64)));
        let numbered = |text: &str, number: usize| text.replacen('#', &number.to_string(), 1);
        let papers = Papers {
            cabinet: numbered(&texts.community.cabinet, place / 40 + 1),
            folder: numbered(&texts.community.folder, place % 40 + 1),
            keep_until,
        };
        let after = Household { papers, ..before.clone() };
        directory::save_household(store, session, at, Some(&before), &after)?;
    }
    Ok(())
}

impl Desk<'_> {
    /// The finance office's list comes: most of what is owed is the fee, the rest something else.
    pub(super) fn charges(&mut self) -> Result<(), CounterError> {
        let texts = self.texts;
        let items = &texts.community.owed;
        let month = self.rhythm.day(self.at) - Days::new(28);
        let period = format!("{}-{:02}", month.year(), month.month());
        let mut list = ChargeList::default();
        for unit in self.store.owing()? {
            let Some((_, sum)) = self.store.owed(&unit)? else { continue };
            let fee = sum * 4 / 5;
            for (item, amount) in items.iter().zip([fee, sum - fee]) {
                list.read += 1;
                let owed = Owed { item: item.clone(), period: period.clone(), amount };
                list.rows.push(ChargeRow { row: list.read + 1, unit: unit.clone(), owed });
            }
        }
        let supervisor = self.session(Who::Supervisor).clone();
        let on = |_, _| std::ops::ControlFlow::Continue(());
        arrears::import(self.store, &supervisor, self.at, &list, false, on)?;
        Ok(())
    }
}
