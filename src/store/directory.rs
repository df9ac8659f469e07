//! Households and residents.

use rusqlite::{Connection, OptionalExtension, params};

use super::{Result, Store, StoreError, Tx};
use crate::desk::household::{Household, HouseholdChange, Occupancy, Relation, Resident};

fn load(connection: &Connection, unit: &str) -> Result<Option<Household>> {
    let mut statement = connection
        .prepare_cached("SELECT id, occupancy, area, moved_in, arrears FROM household WHERE unit = ?1")?;
    let found = statement
        .query_row([unit], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
                row.get::<_, Option<String>>(3)?,
                row.get(4)?,
            ))
        })
        .optional()?;
    let Some((id, occupancy, area, moved_in, arrears)) = found else { return Ok(None) };
    let mut statement = connection
        .prepare_cached("SELECT name, relation, phones FROM resident WHERE household = ?1 ORDER BY id")?;
    let mut rows = statement.query([id])?;
    let mut residents = Vec::new();
    while let Some(row) = rows.next()? {
        residents.push(Resident {
            name: row.get(0)?,
            relation: Relation::from_id(&row.get::<_, String>(1)?).unwrap_or_default(),
            phones: serde_json::from_str(&row.get::<_, String>(2)?)?,
        });
    }
    Ok(Some(Household {
        unit: unit.to_owned(),
        area,
        occupancy: Occupancy::from_id(&occupancy).unwrap_or_default(),
        moved_in: moved_in.and_then(|day| day.parse().ok()),
        arrears,
        residents,
    }))
}

impl Store {
    /// The household of that unit.
    pub fn household(&self, unit: &str) -> Result<Option<Household>> {
        load(self.read(), unit)
    }
}

impl Tx<'_> {
    /// The household of that unit, as this transaction sees it.
    pub fn household(&self, unit: &str) -> Result<Option<Household>> {
        load(self.connection(), unit)
    }

    /// Adds a household or replaces what is known of it.
    pub fn put_household(&self, household: &Household) -> Result<()> {
        let id: i64 = self
            .connection()
            .prepare_cached(
                "INSERT INTO household (unit, area, occupancy, moved_in, arrears) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (unit) DO UPDATE SET area = ?2, occupancy = ?3, moved_in = ?4, arrears = ?5
                 RETURNING id",
            )?
            .query_row(
                params![
                    household.unit,
                    household.area,
                    household.occupancy.id(),
                    household.moved_in.map(|day| day.to_string()),
                    household.arrears
                ],
                |row| row.get(0),
            )
            .map_err(StoreError::from)?;
        self.connection().prepare_cached("DELETE FROM resident WHERE household = ?1")?.execute([id])?;
        let mut statement = self.connection().prepare_cached(
            "INSERT INTO resident (household, name, relation, phones) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for resident in &household.residents {
            let phones = serde_json::to_string(&resident.phones)?;
            statement.execute(params![id, resident.name, resident.relation.id(), phones])?;
        }
        Ok(())
    }

    /// Applies the change of the directory that a case brought about.
    pub fn change_household(&self, change: &HouseholdChange) -> Result<()> {
        let mut household = self.household(&change.unit)?.unwrap_or_else(|| Household {
            unit: change.unit.clone(),
            area: None,
            occupancy: Occupancy::Vacant,
            moved_in: None,
            arrears: 0,
            residents: Vec::new(),
        });
        if let Some(occupancy) = change.occupancy {
            household.occupancy = occupancy;
        }
        household.moved_in = change.moved_in.or(household.moved_in);
        for new in &change.residents {
            match household.residents.iter_mut().find(|known| known.name == new.name) {
                Some(known) => {
                    for phone in &new.phones {
                        if !known.phones.contains(phone) {
                            known.phones.push(phone.clone());
                        }
                    }
                }
                None => household.residents.push(new.clone()),
            }
        }
        self.put_household(&household)
    }
}
