//! The text of a laid-out page, line by line: for a preview on the screen, and for tests.

use std::collections::BTreeSet;

use typst::layout::{Frame, FrameItem, Point, Transform};

use super::fonts::MISSING;
use crate::text::width;

/// Points of paper for one column of the terminal: an A4 page has 99 of them.
const COLUMN: f64 = 6.0;

/// Baselines closer than this many points make one line.
const LINE: f64 = 3.0;

struct Piece {
    x: f64,
    y: f64,
    text: String,
}

/// The lines of a page, blank columns where it has gaps. Characters that were laid out without a glyph are
/// added to `missing`.
pub(super) fn page(frame: &Frame, missing: &mut BTreeSet<char>) -> String {
    let mut pieces = Vec::new();
    gather(frame, Transform::identity(), &mut pieces, missing);
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if piece.y - line[0].y < LINE => line.push(piece),
            _ => lines.push(vec![piece]),
        }
    }
    let lines: Vec<String> = lines.into_iter().map(spell).collect();
    lines.join("\n")
}

fn spell(mut line: Vec<Piece>) -> String {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut out = String::new();
    let mut end = f64::NEG_INFINITY;
    for piece in line {
        let column = (piece.x / COLUMN).round() as usize;
        let at = width::width(&out);
        // What goes on without a gap on the paper goes on without one here.
        if column > at && piece.x - end > 1.0 {
            out.push_str(&" ".repeat(column - at));
        } else if piece.x - end > COLUMN && !out.is_empty() {
            out.push(' ');
        }
        end = piece.x + width_of(&piece.text);
        out.push_str(&piece.text);
    }
    out.trim_end().to_owned()
}

/// About what a text takes on paper at the usual size.
fn width_of(text: &str) -> f64 {
    width::width(text) as f64 * COLUMN * 0.8
}

fn gather(frame: &Frame, onto: Transform, pieces: &mut Vec<Piece>, missing: &mut BTreeSet<char>) {
    for (position, item) in frame.items() {
        match item {
            FrameItem::Group(group) => {
                let inner =
                    onto.pre_concat(Transform::translate(position.x, position.y)).pre_concat(group.transform);
                gather(&group.frame, inner, pieces, missing);
            }
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    missing.extend(text.text[glyph.range()].chars().filter(|c| *c != MISSING));
                }
                let Point { x, y } = position.transform(onto);
                pieces.push(Piece {
                    x: x.to_pt(),
                    y: y.to_pt(),
                    // Where a long word may break is nothing to be seen.
                    text: text.text.chars().filter(|c| *c != '\u{200b}').collect(),
                });
            }
            _ => {}
        }
    }
}
