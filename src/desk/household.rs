//! Households (one flat each) and the residents who belong to them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Whether anybody lives in the flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occupancy {
    /// Not handed over yet 空置.
    #[default]
    Vacant,
    /// Moved in 已入伙.
    MovedIn,
    /// Being renovated 装修中.
    Renovating,
    /// Moved out 已搬离.
    MovedOut,
}

impl Occupancy {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Vacant, Self::MovedIn, Self::Renovating, Self::MovedOut];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Vacant => "vacant",
            Self::MovedIn => "moved-in",
            Self::Renovating => "renovating",
            Self::MovedOut => "moved-out",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }
}

/// What a resident is to the flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Owner 业主.
    #[default]
    Owner,
    /// Tenant 租户.
    Tenant,
    /// Family 家属.
    Family,
}

impl Relation {
    /// All relations, owner first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Tenant, Self::Family];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Tenant => "tenant",
            Self::Family => "family",
        }
    }

    /// The relation of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.id() == id)
    }
}

/// A person of a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Name as the roster writes it.
    pub name: String,
    /// Owner, tenant or family.
    pub relation: Relation,
    /// Telephone numbers in plain form, the one to ring first in front.
    #[serde(default)]
    pub phones: Vec<String>,
}

/// Where the papers of a household lie, and how long they are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Papers {
    /// The cabinet.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cabinet: String,
    /// The box or folder in it.
    #[serde(default, rename = "box", skip_serializing_if = "String::is_empty")]
    pub folder: String,
    /// The last day until which they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_until: Option<NaiveDate>,
}

impl Papers {
    /// Whether nothing is known of them.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.cabinet.is_empty() && self.folder.is_empty() && self.keep_until.is_none()
    }
}

/// One charge that a household owes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// What for; often a property fee, water, parking.
    pub item: String,
    /// For which time.
    pub period: String,
    /// How much, in fen.
    pub amount: i64,
}

/// One flat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    /// The unit as everybody writes it, `3-2-1501` (building-unit-room); unique.
    pub unit: String,
    /// Floor area in hundredths of a square metre, if known.
    pub area: Option<i64>,
    /// Whether anybody lives there.
    pub occupancy: Occupancy,
    /// The day the household moved in, if known.
    pub moved_in: Option<NaiveDate>,
    /// What the household owes the company, in fen; shown at a release pass.
    #[serde(default)]
    pub arrears: i64,
    /// What the desk should know beside this, in its own words; often nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where its papers lie.
    #[serde(default, skip_serializing_if = "Papers::is_unknown")]
    pub papers: Papers,
    /// Its residents, owner first.
    #[serde(default)]
    pub residents: Vec<Resident>,
}

/// A change of the directory that follows from a case (a move-in or move-out that is completed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdChange {
    /// The household.
    pub unit: String,
    /// Its new state, if it changes.
    pub occupancy: Option<Occupancy>,
    /// The day it moved in, if that is now known.
    pub moved_in: Option<NaiveDate>,
    /// Residents to add, or to complete with further telephone numbers.
    #[serde(default)]
    pub residents: Vec<Resident>,
    /// Names of residents who leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaving: Vec<String>,
}

impl HouseholdChange {
    /// A change of the household of that unit that changes nothing yet.
    #[must_use]
    pub fn of(unit: String) -> Self {
        Self { unit, occupancy: None, moved_in: None, residents: Vec::new(), leaving: Vec::new() }
    }
}
