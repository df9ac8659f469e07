//! Where the fields of a form stand, and drawing them.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{AT_ONCE, Form};
use crate::text::lang::t;
use crate::text::say::word;
use crate::text::width::{Align, fit, pad, width};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// Widest column of labels.
const LABELS: usize = 16;

impl Form {
    fn label(&self, index: usize, look: &Look) -> String {
        let slot = &self.slots[index];
        let key = slot.editor.field().key;
        if key == AT_ONCE {
            return t(look.lang, "ui.form.at_once", &[]);
        }
        let star = if slot.editor.field().required { "*" } else { "" };
        format!("{}{star}", slot.editor.label(look.lang, word))
    }

    /// Rows that the form wants at a width.
    pub fn rows(&mut self, columns: u16, look: &Look) -> u16 {
        let visible = self.visible(look);
        let labels = self.label_column(&visible, look);
        let room = columns.saturating_sub(labels as u16 + 1);
        visible.iter().map(|index| self.slots[*index].editor.rows(room, *index == self.focus)).sum()
    }

    fn label_column(&self, visible: &[usize], look: &Look) -> usize {
        visible.iter().map(|index| width(&self.label(*index, look))).max().unwrap_or(0).min(LABELS) + 1
    }

    /// Draws the form; it scrolls so that the field being typed into is in sight.
    pub fn draw(&mut self, frame: &mut Frame, area: Rect, look: &Look) {
        let visible = self.visible(look);
        if !visible.contains(&self.focus)
            && let Some(first) = visible.iter().find(|index| **index > self.focus).or(visible.first())
        {
            self.focus = *first;
        }
        let labels = self.label_column(&visible, look);
        let room = area.width.saturating_sub(labels as u16 + 1);
        let mut tops = Vec::new();
        let mut y: u16 = 0;
        for index in &visible {
            let rows = self.slots[*index].editor.rows(room, *index == self.focus);
            tops.push((*index, y, rows));
            y += rows;
        }
        self.height = y;
        let (top, rows) = tops
            .iter()
            .find(|(index, ..)| *index == self.focus)
            .map_or((0, 1), |(_, top, rows)| (*top, *rows));
        if top < self.scroll {
            self.scroll = top;
        }
        if top + rows > self.scroll + area.height {
            self.scroll = (top + rows - area.height).min(top);
        }
        self.scroll = self.scroll.min(y.saturating_sub(area.height));
        let typing = self.typing(look);
        let (words, now) = (self.words, typing);
        self.places.clear();
        for (index, top, rows) in tops {
            if top < self.scroll || top >= self.scroll + area.height {
                continue;
            }
            let y = area.y + top - self.scroll;
            let rows = rows.min(area.bottom() - y);
            let focused = index == self.focus;
            let role = if focused { Role::Accent } else { Role::Dim };
            let label = fit(&self.label(index, look), labels - 1);
            let lead = Line::from(Span::styled(pad(&label, labels, Align::Left), look.theme.style(role)));
            frame.render_widget(
                lead,
                Rect { x: area.x, y, width: (labels as u16).min(area.width), height: 1 },
            );
            let place = Rect { x: area.x + labels as u16, y, width: room, height: rows };
            self.places.push((Rect { x: area.x, width: area.width, ..place }, index));
            let slot = &mut self.slots[index];
            let typing = crate::text::value::Typing { kind: words, ..now };
            slot.editor.draw(frame, place, look, focused, &typing);
        }
        if self.scroll > 0 {
            frame.render_widget(
                Span::raw("^"),
                Rect { x: area.right().saturating_sub(1), y: area.y, width: 1, height: 1 },
            );
        }
        if y > self.scroll + area.height {
            let place = Rect {
                x: area.right().saturating_sub(1),
                y: area.bottom().saturating_sub(1),
                width: 1,
                height: 1,
            };
            frame.render_widget(Span::raw("v"), place);
        }
    }

    pub(super) fn click(&mut self, column: u16, row: u16, _look: &Look) {
        let hit = self
            .places
            .iter()
            .find(|(place, _)| place.contains((column, row).into()))
            .map(|(_, index)| *index);
        if let Some(index) = hit {
            if index != self.focus && self.slots[index].editor.takes_focus() {
                self.leave_field();
                self.focus = index;
            }
            self.slots[index].editor.click(column, row);
        }
    }
}
