//! Whatever stays open is found one day: of every kind, in every state that is not its end. A further kind is
//! looked at without a line here.

use chrono::TimeDelta;
use qiantai::counter::review;
use qiantai::desk::case::Case;
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;

use super::tour::{self, Stop, Tour};

/// Longer than anything may be left alone.
const LONG: TimeDelta = TimeDelta::days(400);

/// What stays as it is without anybody having forgotten it.
fn may_rest(kind: &Kind, case: &Case) -> bool {
    match (kind.id, case.state.as_str()) {
        // A thing that is used where it stands.
        ("equipment", "in-use") => true,
        // The round finds the visits that it asked for.
        ("home-visit", "planned") => case.has("round"),
        // The clock ends it.
        _ => (kind.expires)(case).is_some(),
    }
}

#[test]
fn whatever_stays_open_is_found_one_day() {
    let settings = &tour::settings();
    let mut never = Vec::new();
    for kind in STANDARD.iter() {
        let mut tour = Tour::new(kind, settings, 1);
        while let Some(Stop { case, .. }) = tour.next_stop() {
            if case.closed_at.is_some() || may_rest(kind, &case) {
                continue;
            }
            let later = tour.walk.chance.now + LONG;
            let day = settings.calendar.day_of(later);
            let findings = review::review(&tour.store, later, day).unwrap().findings;
            if !findings.iter().any(|finding| finding.subject == case.number) {
                never.push(format!("{} {}", kind.id, case.state));
            }
        }
    }
    assert!(never.is_empty(), "nobody would ever notice: {never:#?}");
}
