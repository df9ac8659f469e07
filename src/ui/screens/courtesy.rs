//! Which courtesy phrase is at hand when: at the top of a form, and when a matter is closed (source §四(一)2).

use crate::desk::kind::{Kind, Phase, To};
use crate::desk::settings::Settings;
use crate::text::lang::{Lang, t};
use crate::ui::cx::Cx;

/// Actions, of whatever kind, that tell a resident no: an apology comes first, then the reason.
const REFUSALS: [&str; 2] = ["refuse", "explain"];

/// What a new case of a kind begins with: how the telephone is answered, with the community's name
/// (source §三(三)3(6), §四(二)1①), and how a visitor is welcomed.
pub(super) fn on_opening(kind: &Kind, cx: &Cx) -> String {
    let sorts: &[&str] = match kind.id {
        "call" => &["greeting"],
        "visit" => &["welcome", "enquiry"],
        _ => &[],
    };
    phrases(sorts, cx.settings, cx.lang)
}

/// What goes with an action: an apology and an explanation with a refusal, thanks for what a resident
/// says at a callback, a farewell where the matter ends.
pub(super) fn on_action(kind: &Kind, action: &str, cx: &Cx) -> String {
    let ends = |state: &str| kind.phase(state) == Phase::Done;
    let sorts: &[&str] = match kind.action(action).map(|declared| declared.to) {
        _ if REFUSALS.contains(&action) => &["apology", "explanation"],
        _ if action == "callback-dissatisfied" => &["apology"],
        _ if action == "callback-satisfied" => &["thanks"],
        Some(To::State(state)) if ends(state) => &["farewell"],
        _ => &[],
    };
    phrases(sorts, cx.settings, cx.lang)
}

/// What is said when a matter has just been closed; empty while it is under way.
pub(super) fn on_closing(kind: &Kind, state: &str, cx: &Cx) -> String {
    if kind.phase(state) != Phase::Done {
        return String::new();
    }
    let words = phrases(&["farewell"], cx.settings, cx.lang);
    if words.is_empty() { words } else { format!("  {words}") }
}

/// The first phrase of each sort, in quotation marks.
fn phrases(sorts: &[&str], settings: &Settings, lang: Lang) -> String {
    let said: Vec<String> = sorts
        .iter()
        .filter_map(|sort| settings.phrase(sort))
        .map(|phrase| t(lang, "phrases.quoted", &[("text", lang.of(&phrase))]))
        .collect();
    said.join(" ")
}
