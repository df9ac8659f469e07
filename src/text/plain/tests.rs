use proptest::prelude::*;

use super::*;
use crate::text::width::{grapheme_width, width};
use unicode_segmentation::UnicodeSegmentation;

#[test]
fn full_width_forms_become_plain() {
    for (typed, want) in [
        ("１３８００００５６７８", "13800005678"),
        ("３－２－１５０１", "3-2-1501"),
        ("３—２–１５０１", "3-2-1501"),
        ("３ー２−１５０１", "3-2-1501"),
        ("Ａ座　１２０３", "A座 1203"),
        ("９：３０", "9:30"),
        ("１，２００．５０", "1,200.50"),
        ("１、２。", "1,2."),
        ("（０７５５）", "(0755)"),
        ("￥１２", "¥12"),
        ("９：００〜１２：００", "9:00~12:00"),
        ("【急】“水”", "[急]\"水\""),
        ("张 三\u{200b}\u{feff}", "张 三"),
        ("买买提・阿卜杜拉", "买买提·阿卜杜拉"),
        ("ｶﾞ", "ガ"),
        ("plain", "plain"),
    ] {
        assert_eq!(plain(typed), want, "{typed}");
    }
}

#[test]
fn text_from_outside_is_made_harmless() {
    for (text, want) in [
        ("张建国 3-2-1501", "张建国 3-2-1501"),
        ("a\tb\nc\r\nd", "a b c  d"),
        ("\u{1b}[31mred\u{1b}[0m", "?[31mred?[0m"),
        ("\u{9b}31m\u{7f}\0", "?31m??"),
        ("abc\u{202e}fdp.exe\u{202c}", "abc?fdp.exe?"),
        ("a\u{200b}b\u{feff}c\u{ad}", "abc"),
        ("tag\u{e0041}", "tag"),
        ("x\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "x\u{301}\u{301}\u{301}\u{301}"),
        ("\u{301}x", "?\u{301}x"),
        ("👨\u{200d}👩\u{200d}👧 家", "👨👩👧 家"),
        ("a\u{200d}b", "ab"),
        ("👍🏽 1\u{fe0f}\u{20e3} ❤\u{fe0f}", "👍 1\u{20e3} ❤"),
        ("ｶ\u{ff9e}ﾊ\u{ff9f}", "ｶ\u{309b}ﾊ\u{309c}"),
        ("שלום العالم", "שלום العالم"),
        ("a\u{2028}b\u{a0}c", "a b c"),
        ("全角\u{3000}空格", "全角\u{3000}空格"),
    ] {
        assert_eq!(harmless(text), want, "{text:?}");
    }
    assert!(matches!(harmless("水管爆裂，已关总阀。"), Cow::Borrowed(_)));
}

#[test]
fn line_ends_stay_in_text_of_several_lines() {
    assert_eq!(harmless_lines("一\r\n二\r三\n四\t五\u{1b}"), "一\n二\n三\n四 五?");
    assert_eq!(harmless_lines("a\n\u{301}b"), "a\n?\u{301}b");
    assert!(matches!(harmless_lines("一\n二"), Cow::Borrowed(_)));
}

/// Anything, and above all what is hard.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => any::<char>(),
        2 => proptest::sample::select(vec![
            '\u{1b}', '\n', '\r', '\t', '\u{9b}', '\u{200d}', '\u{fe0f}', '\u{20e3}', '\u{301}', '\u{338}', '\u{202e}',
            '\u{2066}', '\u{1f468}', '\u{1f3fd}', '\u{1f1e8}', '\u{1f1f3}', '\u{5d0}', '\u{644}', '\u{627}', '\u{e31}',
            '\u{94d}', '\u{ff9e}', '\u{1100}', '\u{1161}', '\u{11a8}', '\u{ad}', '\u{e0041}', '\u{e007f}', '中', 'a', ' ',
        ]),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn harmless_text_has_a_width_that_the_screen_agrees_with(text in hostile()) {
        let line = harmless(&text).into_owned();
        prop_assert!(!line.contains(char::is_control), "{line:?}");
        prop_assert!(!line.contains(is_bidi_control), "{line:?}");
        prop_assert_eq!(harmless(&line).into_owned(), line.clone());
        for grapheme in line.graphemes(true) {
            prop_assert!(grapheme.chars().count() <= 64, "{grapheme:?}");
        }
        // What ratatui fills with it is what was counted.
        let cols = width(&line);
        let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 200, 1));
        let (end, _) = buffer.set_stringn(0, 0, &line, 200, ratatui::style::Style::new());
        prop_assert_eq!(usize::from(end), cols);
        let lines = harmless_lines(&text).into_owned();
        prop_assert!(!lines.replace('\n', "").contains(char::is_control));
        prop_assert_eq!(harmless_lines(&lines).into_owned(), lines);
    }

    #[test]
    fn plain_is_stable(text in hostile()) {
        let once = plain(&text);
        prop_assert!(once.chars().all(|c| !is_invisible(c)));
        prop_assert_eq!(plain(&once), once);
    }
}

#[test]
fn invisible_graphemes_take_no_column() {
    assert_eq!(grapheme_width("\u{200b}"), 0);
}

#[test]
fn a_sign_that_stands_alone_is_what_it_is_among_others() {
    let mut quick = 0;
    for c in '\u{0}'..=char::MAX {
        let Some(plain) = alone(c) else { continue };
        assert_eq!(composed(&c.to_string()), plain.to_string(), "{c:?}");
        // Nothing that such signs stand beside joins with them or changes them.
        assert_eq!(composed(&format!("\u{4e00}{c}a{c}")), format!("\u{4e00}{plain}a{plain}"), "{c:?}");
        quick += 1;
    }
    assert!(quick > 20_000, "{quick}");
    assert!(alone('\u{301}').is_none() && alone('\u{e9}').is_none() && alone('\u{200b}').is_none());
}
