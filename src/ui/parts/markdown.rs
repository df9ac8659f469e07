//! A text in Markdown as lines of the screen.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::text::markdown::{self, Piece, Weight};
use crate::ui::look::Look;
use crate::ui::theme::Role;

/// The lines of a text at a width.
#[must_use]
pub fn lines(source: &str, columns: usize, look: &Look) -> Vec<Line<'static>> {
    let span = |piece: Piece| {
        let plain = look.theme.style(Role::Text);
        let style = match piece.weight {
            Weight::Plain => plain,
            Weight::Strong => plain.add_modifier(Modifier::BOLD),
            Weight::Heading => look.theme.style(Role::Title),
        };
        Span::styled(piece.text, style)
    };
    let line = |pieces: Vec<Piece>| Line::from(pieces.into_iter().map(span).collect::<Vec<_>>());
    markdown::lines(source, columns).into_iter().map(line).collect()
}
