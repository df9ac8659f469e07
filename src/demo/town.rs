//! The households of the demonstration and who of them turns to the counter.

use std::collections::HashMap;
use std::ops::ControlFlow;

use chrono::{DateTime, Days, NaiveDate, Utc};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::texts::{Block, Texts};
use crate::counter::directory::{self, Roster};
use crate::counter::{CounterError, Session};
use crate::desk::household::{Household, Occupancy, Papers, Relation, Resident};
use crate::desk::roster::{RosterResident, RosterRow};
use crate::store::Store;

/// A household brings about five cases a year: so many in the ten years of a large demonstration.
const CASES_EACH: u32 = 50;

/// Somebody at the other end of the telephone or counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub unit: String,
    pub name: String,
    pub phone: String,
    pub relation: Relation,
}

/// All households.
#[derive(Debug)]
pub(super) struct Town {
    pub households: Vec<Household>,
    /// Where each unit stands among them.
    places: HashMap<String, usize>,
    /// Households somebody lives in, those who often ring in front.
    lived_in: Vec<usize>,
    /// Households that may still move in.
    vacant: Vec<usize>,
}

impl Town {
    /// Builds the community as it was on `day`, so large that so many cases come from it in ten years:
    /// the blocks of the texts, and the same again as further phases of the estate.
    pub(super) fn new(texts: &Texts, cases: u32, day: NaiveDate, rng: &mut ChaCha8Rng) -> Self {
        let blocks = &texts.community.block;
        let last = blocks.iter().map(|block| block.buildings[1]).max().unwrap_or(0);
        let homes = |block: &Block| {
            let buildings = block.buildings[1] + 1 - block.buildings[0];
            buildings * block.units * block.floors * block.areas.len() as u32
        };
        let phases = (cases / CASES_EACH).div_ceil(blocks.iter().map(homes).sum::<u32>().max(1)).max(1);
        let mut households = Vec::new();
        for (phase, block) in (0..phases).flat_map(|phase| blocks.iter().map(move |block| (phase, block))) {
            for building in block.buildings[0]..=block.buildings[1] {
                for unit in 1..=block.units {
                    for floor in 1..=block.floors {
                        for (room, area) in (1..).zip(&block.areas) {
                            let building = building + phase * last;
                            let unit = format!("{building}-{unit}-{:04}", floor * 100 + room);
                            households.push(household(unit, *area, texts, day, rng));
                        }
                    }
                }
            }
        }
        let of = |wanted: &[Occupancy]| -> Vec<usize> {
            (0..households.len()).filter(|at| wanted.contains(&households[*at].occupancy)).collect()
        };
        let mut lived_in = of(&[Occupancy::MovedIn, Occupancy::Renovating]);
        let mut vacant = of(&[Occupancy::Vacant]);
        lived_in.shuffle(rng);
        vacant.shuffle(rng);
        let places = (0..).zip(&households).map(|(at, household)| (household.unit.clone(), at)).collect();
        Self { households, places, lived_in, vacant }
    }

    /// Somebody of a household that is lived in; some ring again and again.
    pub(super) fn anybody(&self, rng: &mut ChaCha8Rng) -> Person {
        let at = rng.random::<f64>().powf(1.9) * self.lived_in.len() as f64;
        let household = &self.households[self.lived_in[at as usize]];
        let mut speakers: Vec<&Resident> =
            household.residents.iter().filter(|resident| !resident.phones.is_empty()).collect();
        // The tenant lives there: the owner rings seldom.
        if let Some(tenant) = speakers.iter().copied().find(|r| r.relation == Relation::Tenant)
            && rng.random_bool(0.9)
        {
            speakers = vec![tenant];
        }
        let speaker = speakers[rng.random_range(0..speakers.len())];
        Person {
            unit: household.unit.clone(),
            name: speaker.name.clone(),
            phone: speaker.phones[0].clone(),
            relation: speaker.relation,
        }
    }

    /// The household of a unit.
    pub(super) fn household(&self, unit: &str) -> Option<&Household> {
        self.households.get(*self.places.get(unit)?)
    }

    /// The owner of the next flat to be handed over, with a household of its own; `None` when all are.
    pub(super) fn next_owner(&mut self, texts: &Texts, rng: &mut ChaCha8Rng) -> Option<Person> {
        let household = &self.households[self.vacant.pop()?];
        let owner = household.residents.first();
        Some(Person {
            unit: household.unit.clone(),
            name: owner.map_or_else(|| texts.names.person(rng), |owner| owner.name.clone()),
            phone: owner
                .and_then(|owner| owner.phones.first().cloned())
                .unwrap_or_else(|| texts.names.mobile(rng)),
            relation: Relation::Owner,
        })
    }
}

fn household(unit: String, area: i64, texts: &Texts, day: NaiveDate, rng: &mut ChaCha8Rng) -> Household {
    let occupancy = match rng.random_range(0..100) {
        0..7 => Occupancy::Vacant,
        7..10 => Occupancy::Renovating,
        10..12 => Occupancy::MovedOut,
        _ => Occupancy::MovedIn,
    };
    let person = |relation, name: String, rng: &mut ChaCha8Rng| Resident {
        name,
        relation,
        phones: vec![texts.names.mobile(rng)],
    };
    let surname = texts.names.surname(rng).to_owned();
    let owner = texts.names.with_surname(&surname, rng);
    let mut residents = vec![person(Relation::Owner, owner, rng)];
    if occupancy == Occupancy::MovedIn {
        if rng.random_bool(0.14) {
            let name = texts.names.person(rng);
            residents.push(person(Relation::Tenant, name, rng));
        } else {
            if rng.random_bool(0.6) {
                let name = texts.names.person(rng);
                residents.push(person(Relation::Family, name, rng));
            }
            if rng.random_bool(0.25) {
                // A child or a parent who bears the owner's name; not all have a telephone.
                let name = texts.names.with_surname(&surname, rng);
                let mut family = person(Relation::Family, name, rng);
                if rng.random_bool(0.5) {
                    family.phones.clear();
                }
                residents.push(family);
            }
        }
        if rng.random_bool(0.06) {
            let second = texts.names.mobile(rng);
            residents[0].phones.push(second);
        }
    }
    residents.dedup_by(|b, a| a.name == b.name);
    let moved_in = matches!(occupancy, Occupancy::MovedIn | Occupancy::MovedOut)
        .then(|| day - Days::new(rng.random_range(40..2600)));
    let owes = occupancy == Occupancy::MovedIn && rng.random_bool(0.05);
    // A few months of the fee, 2.35 yuan a square metre.
    let arrears = if owes { area * 235 / 100 * rng.random_range(1..7) } else { 0 };
    Household {
        unit,
        area: Some(area),
        occupancy,
        moved_in,
        arrears,
        note: String::new(),
        papers: Papers::default(),
        residents,
    }
}

/// Takes the households into the directory as a roster is taken.
pub(super) fn settle(
    store: &mut Store,
    session: &Session,
    at: DateTime<Utc>,
    town: &Town,
) -> Result<(), CounterError> {
    let rows: Vec<RosterRow> = (2..).zip(&town.households).map(|(row, home)| roster_row(row, home)).collect();
    let roster = Roster { read: rows.len() as u32, rows, problems: Vec::new() };
    directory::import(store, session, at, &roster, false, |_, _| ControlFlow::Continue(()))?;
    Ok(())
}

fn roster_row(row: u32, household: &Household) -> RosterRow {
    let residents = household.residents.iter().map(|resident| RosterResident {
        name: resident.name.clone(),
        relation: Some(resident.relation),
        phones: resident.phones.clone(),
    });
    RosterRow {
        row,
        unit: household.unit.clone(),
        area: household.area,
        occupancy: Some(household.occupancy),
        moved_in: household.moved_in,
        arrears: Some(household.arrears),
        residents: residents.collect(),
        ..RosterRow::default()
    }
}
