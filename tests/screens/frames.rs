//! Whether a picture is whole: every frame closed, no control character in any cell.

use qiantai::text::width::width;
use ratatui::buffer::Buffer;

use crate::pictures::SIZES;
use crate::stage::Stage;

const TOP_LEFT: &str = "╭";
const TOP_RIGHT: &str = "╮";
const BOTTOM_LEFT: &str = "╰";
const BOTTOM_RIGHT: &str = "╯";
const SIDE: &str = "│";

/// Fails unless every frame's sides stand in one column on every row from its top to its bottom,
/// and what stands in each cell is as wide as the terminal believes.
pub fn assert_frames(buffer: &Buffer, about: &str) {
    let picture = || crate::stage::lines(buffer).join("\n");
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let symbol = buffer[(x, y)].symbol();
            assert!(!symbol.contains(char::is_control), "{about}: {symbol:?} at {x},{y}\n{}", picture());
            let columns = width(symbol);
            assert!((1..=2).contains(&columns), "{about}: {symbol:?} is {columns} wide at {x},{y}");
            assert!(x + columns as u16 <= area.right(), "{about}: {symbol:?} is cut at {x},{y}");
            x += columns as u16;
        }
    }
    let mut frames = 0;
    for (x, y) in corners(buffer) {
        let right = (x + 1..area.right()).find(|right| buffer[(*right, y)].symbol() == TOP_RIGHT);
        let Some(right) = right else { panic!("{about}: no right corner for {x},{y}\n{}", picture()) };
        let bottom = (y + 1..area.bottom()).find(|bottom| buffer[(x, *bottom)].symbol() == BOTTOM_LEFT);
        // A popup may lie on the corner of what is below it.
        let Some(bottom) = bottom else { continue };
        for row in y + 1..bottom {
            let (left, side) = (buffer[(x, row)].symbol(), buffer[(right, row)].symbol());
            assert!(
                left == SIDE && side == SIDE || is_covered(buffer, x, row) || is_covered(buffer, right, row),
                "{about}: the frame at {x},{y} is open on row {row}: {left:?} {side:?}\n{}",
                picture()
            );
        }
        frames += 1;
    }
    assert!(frames > 0, "{about}: no frame at all\n{}", picture());
}

/// The same for what is on the stage, at all sizes.
pub fn assert_whole(stage: &mut Stage, about: &str) {
    for size in SIZES {
        assert_frames(&stage.draw(size), about);
    }
}

fn corners(buffer: &Buffer) -> Vec<(u16, u16)> {
    let area = buffer.area;
    let places = (area.top()..area.bottom()).flat_map(|y| (area.left()..area.right()).map(move |x| (x, y)));
    places.filter(|place| buffer[*place].symbol() == TOP_LEFT).collect()
}

/// Whether a further frame lies over this cell: it starts to the left of it and ends behind it.
fn is_covered(buffer: &Buffer, x: u16, y: u16) -> bool {
    corners(buffer).into_iter().any(|(left, top)| {
        let area = buffer.area;
        let Some(right) = (left + 1..area.right()).find(|c| buffer[(*c, top)].symbol() == TOP_RIGHT) else {
            return false;
        };
        let Some(bottom) = (top + 1..area.bottom()).find(|r| buffer[(right, *r)].symbol() == BOTTOM_RIGHT)
        else {
            return false;
        };
        left < x && x < right && top <= y && y <= bottom
    })
}
