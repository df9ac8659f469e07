//! Beside a form that has no household yet: what is open already, so that a matter that several
//! people report is not registered twice.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::cases::urgency_mark;
use super::findings::short;
use crate::desk::kind::{Action, Kind, Phase};
use crate::desk::kinds::Kinds;
use crate::store::cases::{Query, Row};
use crate::text::lang::t;
use crate::text::plain::harmless;
use crate::text::say::{kind_name, word};
use crate::text::width::{Align, fit, pad, wrap};
use crate::ui::cx::Cx;
use crate::ui::look::Look;
use crate::ui::parts;
use crate::ui::theme::Role;

/// Cases that are named: more than the highest window shows.
const CASES: usize = 60;

/// The newest open cases of a kind; of all kinds where the form can become any of them.
pub struct RecentPane {
    kind: Option<&'static str>,
    kinds: Kinds,
    rows: Vec<Row>,
}

impl RecentPane {
    /// Reads what is open for somebody who opens a case of this kind.
    pub fn read(kind: &Kind, cx: &mut Cx) -> Self {
        let becomes_any = kind.actions.iter().any(Action::opens_another);
        let kind = (!becomes_any).then_some(kind.id);
        let query =
            Query { kind: kind.map(str::to_owned), open: Some(true), limit: CASES, ..Query::default() };
        let rows = cx.read(cx.store.list(&query)).map(|page| page.rows).unwrap_or_default();
        Self { kind, kinds: cx.store.kinds(), rows }
    }

    /// Draws it.
    pub fn draw(&self, frame: &mut Frame, area: Rect, look: &Look) {
        let title = match self.kind {
            Some(kind) => t(look.lang, "ui.recent.title_of", &[("kind", &kind_name(look.lang, kind))]),
            None => t(look.lang, "ui.recent.title", &[]),
        };
        let inner = parts::framed(frame, area, look, &title, None, false);
        let columns = usize::from(inner.width);
        let mut lines: Vec<Line> = wrap(&t(look.lang, "ui.recent.hint", &[]), columns.max(1))
            .into_iter()
            .map(|line| Line::styled(line, look.theme.style(Role::Dim)))
            .collect();
        lines.push(Line::default());
        if self.rows.is_empty() {
            lines.push(Line::styled(t(look.lang, "ui.recent.none", &[]), look.theme.style(Role::Text)));
        }
        let room = usize::from(inner.height).saturating_sub(lines.len());
        lines.extend(self.rows.iter().take(room).map(|row| self.line(row, columns, look)));
        frame.render_widget(Paragraph::new(lines), inner);
    }

    fn line(&self, row: &Row, columns: usize, look: &Look) -> Line<'static> {
        let case = &row.case;
        let phase = self.kinds.get(&case.kind).map_or(Phase::Todo, |kind| kind.phase(&case.state));
        let mark = parts::mark(urgency_mark(row, look, phase), look);
        let who = case.unit.as_deref().or(case.contact.as_deref()).unwrap_or_default();
        let state = word(look.lang, &case.kind, "state", &case.state);
        let cell = |text: &str, cols: usize| pad(&fit(&harmless(text), cols), cols, Align::Left);
        let lead = format!("{} {} ", cell(&short(&case.number), 11), cell(who, 10));
        let rest = fit(&harmless(&format!("{}  {state}", look.summary(case))), columns.saturating_sub(26));
        let text = look.theme.style(Role::Text);
        Line::from(vec![
            Span::styled(pad(&mark.content, 3, Align::Left), mark.style),
            Span::styled(lead, look.theme.style(Role::Dim)),
            Span::styled(rest, text),
        ])
    }
}
