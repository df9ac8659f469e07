//! The cases of many units from the newest back: of a building, of an entrance.
//!
//! A building has had tens of thousands of cases. Its units are some hundreds, and of each the index has the
//! cases in order, so the newest of all is the newest of the units' newest ones.

use std::collections::{BinaryHeap, VecDeque};

use rusqlite::{CachedStatement, params};

use crate::store::{Result, Store};
use crate::text::sought::Sought;

/// The statement that finds the last unit before another one, with its newest case.
pub(in crate::store) const LAST: &str = "SELECT unit, id FROM cases INDEXED BY cases_unit
     WHERE unit >= ?1 AND unit < ?2 ORDER BY unit DESC, id DESC LIMIT 1";
/// The statement that finds the newest cases of a unit.
pub(in crate::store) const NEWEST: &str = "SELECT id FROM cases INDEXED BY cases_unit
     WHERE unit = ?1 AND id BETWEEN ?2 AND ?3 ORDER BY id DESC LIMIT ?4";

/// Cases of a unit that are read at once: at first, and at most.
const AT_FIRST: usize = 4;
const AT_MOST: usize = 256;

/// The cases of one unit.
struct Run {
    unit: String,
    /// Those that were read and not given yet.
    ids: VecDeque<i64>,
    /// Those that were not read yet lie up to here.
    last: i64,
    at_once: usize,
}

/// The cases of units, from the newest back.
pub(super) struct OfUnits<'s> {
    newest: CachedStatement<'s>,
    first: i64,
    runs: Vec<Run>,
    /// The next case of each unit, and which unit it is.
    next: BinaryHeap<(i64, usize)>,
}

impl<'s> OfUnits<'s> {
    /// The cases within a range of ids of the units that are meant.
    pub(super) fn new(store: &'s Store, sought: &Sought, range: (i64, i64)) -> Result<Self> {
        let newest = store.read().prepare_cached(NEWEST)?;
        let mut all = Self { newest, first: range.0, runs: Vec::new(), next: BinaryHeap::new() };
        let beginning = sought.unit.as_deref().unwrap_or_default();
        let mut before = format!("{beginning}{}", char::MAX);
        let mut last = store.read().prepare_cached(LAST)?;
        loop {
            let mut rows = last.query([beginning, &before])?;
            let Some(row) = rows.next()? else { return Ok(all) };
            let (unit, id): (String, i64) = (row.get(0)?, row.get(1)?);
            drop(rows);
            before.clone_from(&unit);
            if sought.takes_unit(Some(&unit)) {
                let mut run = Run { unit, ids: VecDeque::new(), last: range.1, at_once: AT_FIRST };
                if id <= range.1 {
                    run.ids.push_back(id);
                    run.last = id - 1;
                }
                all.runs.push(run);
                all.go_on(all.runs.len() - 1)?;
            }
        }
    }

    /// The next case.
    pub(super) fn next(&mut self) -> Result<Option<i64>> {
        let Some((id, at)) = self.next.pop() else { return Ok(None) };
        self.go_on(at)?;
        Ok(Some(id))
    }

    /// Puts the next case of a unit among those of the others.
    fn go_on(&mut self, at: usize) -> Result<()> {
        let run = &mut self.runs[at];
        if run.ids.is_empty() && run.last >= self.first {
            let mut rows = self.newest.query(params![run.unit, self.first, run.last, run.at_once as i64])?;
            while let Some(row) = rows.next()? {
                run.ids.push_back(row.get(0)?);
            }
            // Where there were fewer, nothing is left.
            let all = run.ids.len() < run.at_once;
            run.last = run.ids.back().filter(|_| !all).map_or(i64::MIN, |id| id - 1);
            run.at_once = (run.at_once * 2).min(AT_MOST);
        }
        if let Some(id) = run.ids.pop_front().filter(|id| *id >= self.first) {
            self.next.push((id, at));
        }
        Ok(())
    }
}
