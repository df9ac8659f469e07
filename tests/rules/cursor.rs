//! The terminal's own cursor in the fields of every form of an action, whatever the kind: it is shown, and
//! stands on the cell where the next character appears. An input method opens its window there.
//!
//! Painted into cells, in both languages and sizes. That a terminal is told the same is walked through
//! key by key for the opening forms and the six tabs in the end-to-end tests.

use std::collections::BTreeSet;

use qiantai::desk::field::{Field, FieldType, Shown};
use qiantai::desk::kind::Kind;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::settings::Settings;
use qiantai::desk::workflow::{CALLBACK_ID, inputs_of};
use qiantai::text::lang::Lang;
use qiantai::text::say::word;
use qiantai::text::width::width;
use qiantai::ui::cx::Message;
use ratatui::buffer::Buffer;

use super::tour::{self, Tour};
use crate::stage::Stage;

/// The sizes that screens are made for.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];
/// One that takes two columns, and one that takes one.
const TYPED: [char; 2] = ['王', 'b'];
/// More fields, cells of tables with them, than any form has.
const MANY: usize = 80;

/// A column and a row.
type Cell = (u16, u16);

fn symbol(buffer: &Buffer, (x, y): Cell) -> &str {
    buffer[(x, y)].symbol()
}

/// The column behind the last of these symbols to the left of a cell.
fn behind(buffer: &Buffer, (x, y): Cell, of: &str) -> Option<u16> {
    (0..x).rev().find(|column| symbol(buffer, (*column, y)) == of).map(|column| column + 1)
}

/// The label of the field with the cursor: what stands first behind the frame, in its row or above.
fn label(buffer: &Buffer, at: Cell) -> String {
    let first = behind(buffer, at, "\u{2502}").unwrap_or_default();
    let row = (0..=at.1).rev().find(|row| !symbol(buffer, (first, *row)).trim().is_empty());
    let row = row.unwrap_or(at.1);
    let mut text = String::new();
    let mut x = first;
    while x < at.0.max(first + 1) {
        text.push_str(symbol(buffer, (x, row)));
        x += width(symbol(buffer, (x, row))).max(1) as u16;
    }
    let end = |text: &str, of: &str| text.split(of).next().unwrap_or_default().to_owned();
    let text = end(&end(&end(&text, "  "), " 1("), "[");
    end(&text, "*").trim().to_owned()
}

/// Labels are cut where their column ends; what is scored one by one has its word behind that of the field.
fn is_label(label: &str, name: &str) -> bool {
    name == label
        || label.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
        || label.strip_suffix("..").is_some_and(|begin| name.starts_with(begin))
}

/// A form on the stage, painted at one size.
struct Walked<'a> {
    stage: &'a mut Stage,
    size: Cell,
    form: String,
}

impl Walked<'_> {
    /// Fails with what is shown.
    fn fails(&mut self, what: &str) -> ! {
        let shown = self.stage.text(self.size);
        panic!("{}: {what}\n{shown}", self.form)
    }

    /// The picture and the cell of the cursor, which must be shown.
    fn paint(&mut self) -> (Buffer, Cell) {
        let buffer = self.stage.draw(self.size);
        let Some(at) = self.stage.cursor() else { self.fails("no cursor") };
        (buffer, at)
    }

    /// Types a character at the cursor, where it appears in front of the cursor, and takes it back.
    fn types(&mut self, c: char) {
        let (before, at) = self.paint();
        let columns = width(&c.to_string()) as u16;
        self.stage.type_text(&c.to_string());
        let (after, now) = self.paint();
        let in_front = now.0 >= columns && symbol(&after, (now.0 - columns, now.1)) == c.to_string();
        // The form may have scrolled or lost its longest label; a full row goes on below.
        let place = |buffer: &Buffer, at: Cell| behind(buffer, at, "[").map(|first| at.0 - first);
        let as_far = place(&after, now) == place(&before, at).map(|place| place + columns);
        let at_edge =
            (at.0..=at.0 + columns + 1).any(|x| x < self.size.0 && symbol(&before, (x, at.1)) == "]");
        if !(in_front && (as_far || at_edge)) {
            self.fails(&format!("{c} typed at {at:?}, the cursor is at {now:?}"));
        }
        self.stage.press("Backspace");
    }

    /// Walks once round the fields, and on until it was in all that must be there.
    fn walk(&mut self, mut wanted: BTreeSet<String>) {
        let mut seen = BTreeSet::new();
        for _ in 0..MANY {
            let (buffer, at) = self.paint();
            let label = label(&buffer, at);
            // Each cell of a table once, whose label is that of the table.
            let cell = (0..at.0).filter(|x| symbol(&buffer, (*x, at.1)) == "[").count();
            if seen.insert((label.clone(), cell)) {
                wanted.retain(|name| !is_label(&label, name));
                let open = behind(&buffer, at, "[");
                let chosen_in_row = ["1", "*"].contains(&symbol(&buffer, at));
                if !chosen_in_row && open.is_none() {
                    self.fails(&format!("the cursor at {at:?} is in no field"));
                }
                let scored = open == Some(at.0) && symbol(&buffer, (at.0 + 1, at.1)) == "]";
                if !chosen_in_row && !scored {
                    for c in TYPED {
                        self.types(c);
                    }
                }
            } else if wanted.is_empty() {
                return;
            }
            self.stage.press("Tab");
        }
        self.fails(&format!("the cursor never came to {wanted:?}, but to {seen:?}"));
    }
}

/// Looks at the form of an action in each language and size. Gives whether there is one.
fn look(stages: &mut [Stage], kind: &'static Kind, number: &str, action: &'static str) -> bool {
    let inputs = inputs_of(kind, kind.action(action).unwrap(), STANDARD, None);
    let asked = |field: &&Field| {
        field.key != CALLBACK_ID.key
            && matches!(field.shown, Shown::Always)
            && !matches!(field.ty, FieldType::Checklist(_))
    };
    if !inputs.iter().any(|field| asked(&field)) {
        return false;
    }
    for (lang, stage) in Lang::ALL.into_iter().zip(stages) {
        for size in SIZES {
            stage.app.apply(Message::Act(number.to_owned(), action));
            let form = format!("{lang} {size:?} {number} {action}");
            let names = inputs.iter().filter(asked).map(|field| word(lang, kind.id, "field", field.key));
            let wanted = names.collect();
            Walked { stage, size, form }.walk(wanted);
            // What was typed is thrown away.
            stage.press("Esc Esc Enter");
            stage.press("Esc");
        }
    }

    true
}

/// Looks at the forms of a kind. Gives how many there are.
fn look_at_kind(kind: &'static Kind, settings: &Settings) -> usize {
    let mut tour = Tour::new(kind, settings, 1);
    // A form is shown in every state; what is forbidden is said when it is saved.
    let number = tour.next_stop().unwrap().case.number;
    let mut stages = Lang::ALL.map(|lang| tour.stage(lang, tour::BOSS));
    // What every kind has is looked at in one of them, but for what asks for the fields of the kind.
    let actions = kind.all_actions().filter(|action| {
        kind.actions.iter().any(|own| own.id == action.id) || action.id == "amend" || kind.id == "call"
    });
    actions
        .filter(|action| !action.by_clock)
        .filter(|action| look(&mut stages, kind, &number, action.id))
        .count()
}

#[test]
fn the_cursor_stands_where_is_typed_in_the_forms_of_all_actions() {
    let settings = &tour::settings();
    // One kind alone, for whoever looks into it.
    let only = std::env::var("QIANTAI_WALK_KIND").ok();
    std::thread::scope(|scope| {
        for kind in STANDARD.iter().filter(|kind| only.as_deref().is_none_or(|only| only == kind.id)) {
            scope.spawn(move || assert!(look_at_kind(kind, settings) > 0, "{} has no form", kind.id));
        }
    });
}
