//! The file of a household on the screen: everything that ever happened, the newest first.

use crossterm::event::{Event, KeyCode};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::list::{Cursor, List};
use super::print::PrintDialog;
use crate::counter::household_file::{self, Cover, Leaf};
use crate::store::past::Past;
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::stamp;
use crate::text::show::show_money;
use crate::text::width::{Align, fit, pad};
use crate::ui::cx::{Cx, Hint, Message, Screen};
use crate::ui::keys::Command;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Entries read at a time.
const WINDOW: usize = 200;
/// So near the end of what is read, more is read.
const NEAR: usize = 40;

/// Everything of one household in the order of time.
pub struct HouseholdFile {
    cover: Cover,
    leaves: Vec<Leaf>,
    more: bool,
    list: List,
}

impl HouseholdFile {
    /// Reads the file of a household; `None` for a unit that is in no roster.
    pub fn read(unit: &str, cx: &mut Cx) -> Option<Self> {
        let cover = household_file::cover(cx.store, cx.session, unit);
        let cover = cx.tell(cover)?;
        let mut file = Self { cover, leaves: Vec::new(), more: true, list: List::default() };
        file.read_on(cx);
        Some(file)
    }

    /// Reads the next part, if the place is near the end of what is there.
    fn read_on(&mut self, cx: &mut Cx) {
        let near = self.list.selected().is_none_or(|at| at + NEAR >= self.leaves.len());
        if !self.more || !near {
            return;
        }
        let part = Past::Before(self.leaves.last().map(|leaf| leaf.seq));
        let unit = &self.cover.household.unit;
        let read = household_file::leaves(cx.store, cx.session, unit, part, WINDOW);
        let read = cx.tell(read).unwrap_or_default();
        self.more = read.len() == WINDOW;
        self.leaves.extend(read);
        self.list.set_len(self.leaves.len(), None);
    }

    /// Who it is about: residents, papers, what is owed.
    fn facts(&self, look: &Look) -> Vec<(String, Role)> {
        let household = &self.cover.household;
        let residents = household.residents.iter().map(|resident| {
            let relation = t(look.lang, &format!("household.relation.{}", resident.relation.id()), &[]);
            format!("{} {relation} {}", resident.name, resident.phones.join(" "))
        });
        let mut facts = vec![(residents.collect::<Vec<_>>().join("   "), Role::Title)];
        if !household.papers.is_unknown() {
            facts.push((household_file::papers(&household.papers, look.lang), Role::Dim));
        }
        if household.arrears > 0 {
            let amount = show_money(household.arrears);
            let mut words = t(look.lang, "ui.household.arrears", &[("amount", &amount)]);
            for owed in &self.cover.owed {
                words = format!("{words}   {}", household_file::charge(owed));
            }
            facts.push((words, Role::Overdue));
        }
        facts
    }
}

impl Screen for HouseholdFile {
    fn refresh(&mut self, cx: &mut Cx) {
        // What came in since stands in front; what was read stays where it is.
        let unit = self.cover.household.unit.clone();
        let Some(fresh) = Self::read(&unit, cx) else { return };
        let newest = self.leaves.first().map_or(0, |leaf| leaf.seq);
        self.cover = fresh.cover;
        let new: Vec<Leaf> = fresh.leaves.into_iter().take_while(|leaf| leaf.seq > newest).collect();
        let place = self.list.selected().map(|at| at + new.len());
        self.leaves.splice(0..0, new);
        self.list.set_len(self.leaves.len(), place);
    }

    fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = t(look.lang, "household.file", &[("unit", &self.cover.household.unit)]);
        let inner = parts::framed(frame, area, look, &title, None, true);
        let width = usize::from(inner.width);
        let facts = self.facts(look);
        for (y, (text, role)) in (0_u16..).zip(&facts) {
            let line = Line::styled(fit(&harmless(text), width), look.theme.style(*role));
            frame.render_widget(line, Rect { y: inner.y + y, height: 1, ..inner });
        }
        let above = (facts.len() as u16 + 1).min(inner.height);
        let body = Rect { y: inner.y + above, height: inner.height - above, ..inner };
        if self.leaves.is_empty() {
            parts::centred(frame, body, look, &t(look.lang, "household.no_case", &[]));
        }
        let tz = look.settings.calendar.tz();
        let (by, what) = if width >= 100 { (9, 44) } else { (7, 34) };
        for (y, index) in self.list.window(body).enumerate() {
            let leaf = &self.leaves[index];
            let role = if leaf.of.is_some() { Role::Text } else { Role::Accent };
            let mut line = Line::from(vec![
                Span::raw(" "),
                Span::styled(format!("{} ", stamp(leaf.at, tz)), look.theme.style(Role::Dim)),
                Span::styled(pad(&harmless(&leaf.by), by, Align::Left), look.theme.style(Role::Dim)),
                Span::styled(
                    format!("{} ", pad(&harmless(&leaf.title(look.lang)), what, Align::Left)),
                    look.theme.style(role),
                ),
                Span::styled(
                    fit(&leaf.text(look.lang), width.saturating_sub(by + what + 20)),
                    look.theme.style(Role::Text),
                ),
            ]);
            if self.list.selected() == Some(index) {
                line.spans[0] = Span::raw("\u{258c}");
                line = parts::chosen(line, look);
            }
            frame.render_widget(line, Rect { y: body.y + y as u16, height: 1, ..body });
        }
    }

    fn event(&mut self, event: &Event, cx: &mut Cx) -> bool {
        let moved = match event {
            Event::Mouse(mouse) => self.list.mouse(*mouse),
            Event::Key(key) if cx.keymap.is(key, Command::Print) => {
                let dialog = PrintDialog::of_household(&self.cover.household.unit, cx);
                cx.send(Message::Push(Box::new(dialog)));
                return true;
            }
            Event::Key(key) => match key.code {
                KeyCode::Esc => {
                    cx.send(Message::Close);
                    return true;
                }
                KeyCode::Enter => {
                    let chosen = self.list.selected().and_then(|at| self.leaves.get(at));
                    if let Some(of) = chosen.and_then(|leaf| leaf.of.as_ref()) {
                        cx.send(Message::ShowCase(of.number.clone()));
                    }
                    return true;
                }
                // The oldest is what nobody has read yet: a part at a time.
                KeyCode::End => {
                    while self.more {
                        self.list.key(KeyCode::End);
                        self.read_on(cx);
                    }
                    self.list.key(KeyCode::End)
                }
                code => self.list.key(code),
            },
            _ => return false,
        };
        if moved == Cursor::Moved {
            self.read_on(cx);
        }
        moved != Cursor::Ignored
    }

    fn hints(&self, look: &Look) -> Vec<Hint> {
        vec![
            Hint { key: "Enter".into(), does: t(look.lang, "ui.key.show", &[]) },
            Hint { key: look.keymap.label(Command::Print), does: t(look.lang, "ui.key.print", &[]) },
            Hint { key: "Esc".into(), does: t(look.lang, "ui.key.back", &[]) },
        ]
    }

    fn help_topic(&self) -> &'static str {
        "households"
    }
}
