//! The figures that the service is judged by (source §一(三)6, §二(二), §四(二)⒋⑤).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A share that always says what it was counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ratio {
    /// How many fulfilled it.
    pub part: u32,
    /// Out of how many.
    pub of: u32,
}

impl Ratio {
    /// Percent, rounded down so that 100 means all; `None` where there was nothing to count.
    #[must_use]
    pub fn percent(self) -> Option<u32> {
        (self.of > 0).then(|| (u64::from(self.part) * 100 / u64::from(self.of)) as u32)
    }

    /// Whether a target in percent is met; `None` where there was nothing to count.
    #[must_use]
    pub fn meets(self, target: u32) -> Option<bool> {
        (self.of > 0).then(|| u64::from(self.part) * 100 >= u64::from(target) * u64::from(self.of))
    }
}

/// Target of complaints handled, in percent (source §二(二)1).
pub const COMPLAINTS_HANDLED: u32 = 100;
/// Target of callbacks made, in percent (source §三(三)2(2)).
pub const CALLBACKS_MADE: u32 = 100;
/// Promised satisfaction, in percent (source §二(二)2).
pub const SATISFIED: u32 = 95;
/// Norm of the national grade two, in percent (source §一(三)6).
pub const SATISFIED_NORM: u32 = 75;

/// Within so many rings the telephone is answered (source §三(三)3(6)).
pub const RINGS: u8 = 3;

/// The figures of a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Cases opened, by kind id; kinds without any are left out.
    pub opened: BTreeMap<String, u32>,
    /// Cases that came to their end, by kind id.
    pub closed: BTreeMap<String, u32>,
    /// Cases open at the end of the day, by kind id.
    pub open: BTreeMap<String, u32>,
    /// Complaints whose reply was promised for the day and that were replied to by its end.
    pub complaints_handled: Ratio,
    /// Callbacks whose due time fell on the day and that were made.
    pub callbacks_made: Ratio,
    /// Callbacks of urgent repairs among them that were made in time.
    pub urgent_called_back: Ratio,
    /// Residents who were satisfied, out of those reached on the day.
    pub satisfied: Ratio,
    /// Calls answered within three rings, out of those whose rings were noted (source §三(三)3(6)).
    #[serde(default)]
    pub answered_in_time: Ratio,
    /// Promises that fell due on the day and were kept in time.
    pub promises_kept: Ratio,
}
