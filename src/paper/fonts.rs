//! Fonts: two embedded ones, and those of the system for what they lack.
//!
//! The embedded fonts hold the characters of GB 2312 and some rare ones of names; a bare machine prints
//! Chinese with them, and the same sheet looks the same everywhere. The system is searched, once in a
//! process, only when a character turns up that they don't have: that costs some tenths of a second.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{LazyLock, Mutex, PoisonError};

use typst::foundations::Bytes;
use typst::text::{Font, FontInfo};
use typst_kit::fonts::{FontPath, FontSource as _, FontStore};

/// Regular and bold, cut as `assets/fonts/README.md` tells.
const EMBEDDED: [&[u8]; 2] = [
    include_bytes!("../../assets/fonts/NotoSansCJKsc-Regular-gb.otf"),
    include_bytes!("../../assets/fonts/NotoSansCJKsc-Bold-gb.otf"),
];

/// Stands for a character that no font has; the embedded fonts have it.
pub(super) const MISSING: char = '\u{25a1}';

struct Embedded {
    fonts: Vec<Font>,
    covers: HashSet<u32>,
}

static OWN: LazyLock<Embedded> = LazyLock::new(|| {
    let fonts: Vec<Font> = EMBEDDED.iter().flat_map(|data| Font::iter(Bytes::new(*data))).collect();
    // Both are cut to the same characters.
    let covers = fonts.first().map(|font| font.info().coverage.iter().collect()).unwrap_or_default();
    Embedded { fonts, covers }
});

static SYSTEM: LazyLock<Vec<(FontPath, FontInfo)>> = LazyLock::new(|| typst_kit::fonts::system().collect());

/// Which font of the system was found for a character, if any has it.
static FOUND: Mutex<BTreeMap<char, Option<Font>>> = Mutex::new(BTreeMap::new());

/// The fonts for a document, and which of its characters none of them has.
pub(super) struct Fonts {
    pub store: FontStore,
    pub missing: BTreeSet<char>,
}

/// Chooses fonts for these characters.
pub(super) fn choose(characters: impl Iterator<Item = char>) -> Fonts {
    let uncovered: BTreeSet<char> = characters
        .filter(|c| !c.is_whitespace() && !c.is_control() && !OWN.covers.contains(&(*c as u32)))
        .collect();
    let mut store = FontStore::new();
    for font in &OWN.fonts {
        store.push((font.clone(), font.info().clone()));
    }
    let mut missing = BTreeSet::new();
    let mut taken: Vec<Font> = Vec::new();
    for c in uncovered {
        if taken.iter().any(|font| font.info().coverage.contains(c as u32)) {
            continue;
        }
        match search(c) {
            Some(font) => taken.push(font),
            None => {
                missing.insert(c);
            }
        }
    }
    for font in taken {
        let info = font.info().clone();
        store.push((font, info));
    }
    Fonts { store, missing }
}

/// A font of the system that has this character: a plain upright one without serifs where there is one.
fn search(c: char) -> Option<Font> {
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(font) = found.get(&c) {
        return font.clone();
    }
    let far = |info: &FontInfo| {
        let weight = info.variant.weight.to_number().abs_diff(400);
        let sans = info.family.to_lowercase().contains("sans");
        (info.is_last_resort(), !sans, weight, info.family.len())
    };
    let mut having: Vec<&(FontPath, FontInfo)> =
        SYSTEM.iter().filter(|(_, info)| info.coverage.contains(c as u32)).collect();
    having.sort_by_key(|(_, info)| far(info));
    let font = having.into_iter().find_map(|(path, _)| path.load());
    found.insert(c, font.clone());
    font
}
