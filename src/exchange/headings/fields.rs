//! What the columns of a list can hold, by the names used in files and on the command line.

use serde::{Deserialize, Serialize};

/// What a column of a roster can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// The whole unit 房号, or its room where building and entrance have columns of their own.
    Unit,
    /// The building 楼号.
    Building,
    /// The entrance 单元.
    UnitPart,
    /// The room 室号.
    Room,
    /// Names of residents.
    Name,
    /// Their telephone numbers; several columns can hold them.
    Phone,
    /// What they are to the flat.
    Relation,
    /// Floor area in square metres.
    Area,
    /// Whether anybody lives there.
    State,
    /// The day the household moved in.
    MovedIn,
    /// What the household owes, in yuan.
    Arrears,
    /// What the desk should know of the household beside this.
    Note,
    /// The cabinet in which its papers lie.
    Cabinet,
    /// The box or folder in it.
    Box,
    /// The last day until which they are kept.
    KeepUntil,
    /// What is owed for: property fee, water, parking.
    Item,
    /// For which time it is owed.
    Period,
    /// How much is owed for it, in yuan.
    Amount,
    /// What it is.
    Thing,
    /// Its brand and model.
    Model,
    /// How many.
    Count,
    /// What it is counted in.
    Per,
    /// The price of one, in yuan.
    Price,
    /// What all of them cost, in yuan.
    Cost,
    /// Where it stands.
    Place,
    /// Who answers for it.
    Keeper,
    /// The day it was bought.
    BoughtOn,
    /// Anything else about it.
    Remark,
}

/// What a sheet is a list of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// Households with their residents.
    #[default]
    Households,
    /// What households owe, a line for each charge.
    Arrears,
    /// What the office has, a line for each thing.
    Equipment,
}

impl List {
    /// All lists.
    pub const ALL: [Self; 3] = [Self::Households, Self::Arrears, Self::Equipment];

    /// The list after this one, the first after the last.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Households => Self::Arrears,
            Self::Arrears => Self::Equipment,
            Self::Equipment => Self::Households,
        }
    }

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Households => "households",
            Self::Arrears => "arrears",
            Self::Equipment => "equipment",
        }
    }

    /// What its columns can hold, in the order in which a person is asked about them.
    #[must_use]
    pub const fn fields(self) -> &'static [Field] {
        const UNIT: [Field; 4] = [Field::Unit, Field::Building, Field::UnitPart, Field::Room];
        match self {
            Self::Households => &[
                UNIT[0],
                UNIT[1],
                UNIT[2],
                UNIT[3],
                Field::Name,
                Field::Phone,
                Field::Relation,
                Field::Area,
                Field::State,
                Field::MovedIn,
                Field::Arrears,
                Field::Note,
                Field::Cabinet,
                Field::Box,
                Field::KeepUntil,
            ],
            Self::Arrears => &[UNIT[0], UNIT[1], UNIT[2], UNIT[3], Field::Item, Field::Period, Field::Amount],
            Self::Equipment => &[
                Field::Thing,
                Field::Model,
                Field::Count,
                Field::Per,
                Field::Price,
                Field::Cost,
                Field::Place,
                Field::Keeper,
                Field::BoughtOn,
                Field::Remark,
            ],
        }
    }
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 28] = [
        Self::Unit,
        Self::Building,
        Self::UnitPart,
        Self::Room,
        Self::Name,
        Self::Phone,
        Self::Relation,
        Self::Area,
        Self::State,
        Self::MovedIn,
        Self::Arrears,
        Self::Note,
        Self::Cabinet,
        Self::Box,
        Self::KeepUntil,
        Self::Item,
        Self::Period,
        Self::Amount,
        Self::Thing,
        Self::Model,
        Self::Count,
        Self::Per,
        Self::Price,
        Self::Cost,
        Self::Place,
        Self::Keeper,
        Self::BoughtOn,
        Self::Remark,
    ];

    /// The name used on the command line; the word for people is `exchange.field.<id>`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Building => "building",
            Self::UnitPart => "unit-part",
            Self::Room => "room",
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Relation => "relation",
            Self::Area => "area",
            Self::State => "state",
            Self::MovedIn => "moved-in",
            Self::Arrears => "arrears",
            Self::Note => "note",
            Self::Cabinet => "cabinet",
            Self::Box => "box",
            Self::KeepUntil => "keep-until",
            Self::Item => "item",
            Self::Period => "period",
            Self::Amount => "amount",
            Self::Thing => "thing",
            Self::Model => "model",
            Self::Count => "count",
            Self::Per => "per",
            Self::Price => "price",
            Self::Cost => "cost",
            Self::Place => "place",
            Self::Keeper => "keeper",
            Self::BoughtOn => "bought-on",
            Self::Remark => "remark",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.id() == id)
    }
}
