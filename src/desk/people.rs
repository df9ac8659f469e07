//! Operators, their roles, and the staff whom work is given to.

use serde::{Deserialize, Serialize};

/// What an operator may do. A higher role may do everything a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Receptionist 客服员 (source §三(三)3).
    Receptionist,
    /// Supervisor of the service centre 主管 (source §三(三)2).
    Supervisor,
    /// Manager's assistant 经理助理, who leads the supervisor (source §三(三)1).
    Assistant,
}

impl Role {
    /// All roles, lowest first.
    pub const ALL: [Self; 3] = [Self::Receptionist, Self::Supervisor, Self::Assistant];

    /// The name used in files and on the command line.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Receptionist => "receptionist",
            Self::Supervisor => "supervisor",
            Self::Assistant => "assistant",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.id() == id)
    }
}

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The name, unique; it stands in every entry the operator makes.
    pub name: String,
    /// What the operator may do.
    pub role: Role,
    /// A disabled operator can no longer log in but keeps a place in the history.
    pub disabled: bool,
}

/// The name under which the clock itself acts (a pass that expires).
pub const CLOCK: &str = "@clock";
