//! The cases that the index of texts names, one after another from the newest back, for one word and for several.

use std::collections::VecDeque;

use rusqlite::{CachedStatement, params};

use super::grams;
use crate::store::Result;

/// Rows of the index that are read at once: at first and after a leap, and at most.
const AT_FIRST: usize = 32;
const AT_MOST: usize = 1_024;

/// The cases that the index names for one word, from the newest back.
///
/// Read piece by piece, so that a common word beside a rare one is not read through: it leaps to where the
/// rare one stands.
pub(super) struct Stream<'s> {
    statement: CachedStatement<'s>,
    word: &'s str,
    asked: String,
    /// The rows that are still to be read lie between these.
    left: (i64, i64),
    /// Rows that were read and not passed yet.
    rows: VecDeque<i64>,
    at_once: usize,
}

impl<'s> Stream<'s> {
    pub(super) fn new(
        statement: CachedStatement<'s>,
        word: &'s str,
        asked: String,
        left: (i64, i64),
    ) -> Result<Self> {
        let mut stream = Self { statement, word, asked, left, rows: VecDeque::new(), at_once: AT_FIRST };
        stream.read_on()?;
        Ok(stream)
    }

    /// The case where it stands; `None` at its end.
    fn at(&self) -> Option<i64> {
        self.rows.front().map(|row| grams::case_of(*row))
    }

    /// How far back the first rows reach: the rarer the word, the less; nothing where they are all.
    fn reach(&self) -> i64 {
        if self.left.0 > self.left.1 { i64::MIN } else { self.rows.back().copied().unwrap_or(i64::MIN) }
    }

    /// Whether what was read ends before that case, and there is more.
    fn ends_before(&self, id: i64) -> bool {
        self.left.0 <= self.left.1 && self.rows.back().is_none_or(|last| grams::case_of(*last) > id)
    }

    /// Whether it names a case; `None` where it was not read that far back.
    fn names(&mut self, id: i64) -> Option<bool> {
        if self.ends_before(id) {
            return None;
        }
        while self.at().is_some_and(|at| at > id) {
            self.rows.pop_front();
        }
        Some(self.at() == Some(id))
    }

    /// The rows that name the case where it stands; `None` where not all of them were read.
    pub(super) fn named(&self) -> Option<Vec<i64>> {
        let at = self.at();
        let of_case = |row: &i64| Some(grams::case_of(*row)) == at;
        let all = self.left.0 > self.left.1 || self.rows.back().is_some_and(|last| !of_case(last));
        all.then(|| self.rows.iter().copied().take_while(|row| of_case(row)).collect())
    }

    /// Passes the case where it stands.
    pub(super) fn pass(&mut self) -> Result<()> {
        let Some(at) = self.at() else { return Ok(()) };
        while self.at() == Some(at) {
            self.rows.pop_front();
        }
        if !self.rows.is_empty() {
            return Ok(());
        }
        self.leap(grams::rows(at, at).0 - 1);
        self.read_on()
    }

    /// Goes on to the first case that is not newer than this one; how many steps that took.
    fn down_to(&mut self, id: i64) -> Result<usize> {
        let mut steps = 0;
        while self.at().is_some_and(|at| at > id) {
            steps += 1;
            if self.rows.back().is_some_and(|last| grams::case_of(*last) > id) {
                self.rows.clear();
                self.leap(grams::rows(id, id).1);
                self.at_once = AT_FIRST;
                self.read_on()?;
            } else {
                self.pass()?;
            }
        }
        Ok(steps)
    }

    /// Reads many rows from that case on, unless they were read already; how many steps that took.
    fn leap_to(&mut self, id: i64) -> Result<usize> {
        if !self.ends_before(id) {
            return Ok(0);
        }
        self.rows.clear();
        self.leap(grams::rows(id, id).1);
        self.at_once = AT_MOST;
        self.read_on()?;
        Ok(1)
    }

    /// What is read next lies up to this row.
    fn leap(&mut self, row: i64) {
        self.left.1 = self.left.1.min(row);
    }

    fn read_on(&mut self) -> Result<()> {
        let (first, last) = self.left;
        if first > last {
            return Ok(());
        }
        let mut found = self.statement.query(params![self.asked, first, last, self.at_once as i64])?;
        while let Some(row) = found.next()? {
            self.rows.push_back(row.get(0)?);
        }
        // Where there were fewer, nothing is left.
        let all = self.rows.len() < self.at_once;
        self.left.1 = self.rows.back().filter(|_| !all).map_or(first, |row| *row) - 1;
        self.at_once = (self.at_once * 2).min(AT_MOST);
        Ok(())
    }
}

/// Cases that are judged in vain before the streams of commoner words leap to where the rarest one stands: at
/// first. A leap reads many rows, which takes as long as so many cases to judge.
const BEFORE_LEAP: usize = 16;
const WORTH_A_LEAP: usize = 40;

/// The cases that all words name, from the newest back. The rarest word leads; where a commoner one was not read
/// that far back yet, a case may be among them or not.
pub(super) struct Common<'s> {
    lead: Stream<'s>,
    others: Vec<Stream<'s>>,
    /// Steps that were taken.
    pub(super) read: usize,
    /// Cases that turned out to say nothing since the last leap, and how many there may be.
    in_vain: usize,
    patience: usize,
}

impl<'s> Common<'s> {
    pub(super) fn new(mut streams: Vec<Stream<'s>>) -> Option<Self> {
        streams.sort_by_key(Stream::reach);
        let mut streams = streams.into_iter();
        let lead = streams.next()?;
        Some(Self { lead, others: streams.collect(), read: 0, in_vain: 0, patience: BEFORE_LEAP })
    }

    /// The next case, and whether all words name it for sure.
    pub(super) fn next(&mut self) -> Result<Option<(i64, bool)>> {
        'next: while let Some(id) = self.lead.at() {
            let mut sure = true;
            for other in &mut self.others {
                match other.names(id) {
                    Some(true) => {}
                    Some(false) => {
                        let Some(at) = other.at() else { return Ok(None) };
                        self.read += self.lead.down_to(at)?;
                        continue 'next;
                    }
                    None => sure = false,
                }
            }
            return Ok(Some((id, sure)));
        }
        Ok(None)
    }

    /// Passes the case where it stands. One that was not named for sure and said nothing was judged in vain: after
    /// some of these the others leap, and where that says nothing of the next case either, they leap less often.
    pub(super) fn pass(&mut self, in_vain: bool) -> Result<()> {
        self.lead.pass()?;
        self.read += 1;
        self.in_vain += usize::from(in_vain);
        if self.in_vain < self.patience {
            return Ok(());
        }
        self.in_vain = 0;
        let Some(id) = self.lead.at() else { return Ok(()) };
        for other in &mut self.others {
            self.read += other.leap_to(id)?;
        }
        // Where the rows that were read reach past many cases of the lead, the next leap is worth it, too.
        let others = &self.others;
        let reached = |row: &&i64| others.iter().all(|other| !other.ends_before(grams::case_of(**row)));
        let reached = self.lead.rows.iter().take_while(reached).count();
        let worth = reached >= WORTH_A_LEAP || reached == self.lead.rows.len();
        self.patience = if worth { 1 } else { self.patience.max(BEFORE_LEAP / 2) * 2 };
        // Of the lead many are wanted as well.
        self.lead.at_once = AT_MOST;
        Ok(())
    }

    /// Whether something was left unread.
    pub(super) fn is_unread(&self) -> bool {
        self.lead.at().is_some() && self.others.iter().all(|stream| stream.at().is_some())
    }

    /// The rows by which a word names the case where the streams stand, as far as they are known.
    pub(super) fn named(&self, word: &str, id: i64) -> Option<Vec<i64>> {
        let mut streams = std::iter::once(&self.lead).chain(&self.others);
        streams.find(|stream| stream.word == word && stream.at() == Some(id)).and_then(Stream::named)
    }
}
