//! What a survey came to, counted from the answers that name it.

use super::Result;
use crate::desk::case::Case;
use crate::desk::outcome::{Outcome, SATISFIED, Tally};
use crate::desk::settings::Settings;
use crate::store::Store;
use crate::store::references::ItemScore;

/// The result of a case that is scored by others; `None` for a kind that is not.
///
/// Items are those of the catalogue that are still asked, and those that were asked when it was answered.
///
/// # Errors
/// The file can't be read.
pub fn outcome(store: &Store, settings: &Settings, case: &Case) -> Result<Option<Outcome>> {
    let Some(scored) = store.kinds().get(&case.kind).and_then(|kind| kind.scored_by) else { return Ok(None) };
    let (field, catalogue) = scored.items;
    let tally = |score: &ItemScore| Tally { count: score.count, sum: score.sum, satisfied: score.satisfied };
    let given = store.scores(&case.number, field, SATISFIED)?;
    let overall = store.scores(&case.number, scored.overall, SATISFIED)?;
    let all = settings.catalogue(catalogue).map_or(&[][..], |catalogue| &catalogue.items);
    let items = all.iter().filter_map(|item| {
        let counted = given.iter().find(|score| score.item == item.code).map(tally);
        if counted.is_none() && item.retired {
            return None;
        }
        Some((item.code.clone(), counted.unwrap_or_default()))
    });
    let handed_out = case.get(scored.handed_out).as_u64().and_then(|all| u32::try_from(all).ok());
    Ok(Some(Outcome {
        households: u32::try_from(store.directory_counts()?.households).unwrap_or(u32::MAX),
        handed_out: handed_out.filter(|all| *all > 0),
        catalogue,
        items: items.collect(),
        overall: overall.first().map(tally).unwrap_or_default(),
    }))
}
