use proptest::prelude::*;

use super::*;

#[test]
fn columns() {
    for (text, cols) in [
        ("", 0),
        ("abc", 3),
        ("张建国", 6),
        ("3-2-1501 张", 11),
        ("e\u{301}", 1),
        ("👨\u{200d}👩\u{200d}👧", 2),
        ("🇨🇳", 2),
        ("，。", 4),
        ("\u{1b}[31m", 4),
        ("שלום", 4),
    ] {
        assert_eq!(width(text), cols, "{text:?}");
    }
}

#[test]
fn cutting_and_padding() {
    for (text, cols, want) in [
        ("厨房水管爆裂", 12, "厨房水管爆裂"),
        ("厨房水管爆裂", 11, "厨房水管.."),
        ("厨房水管爆裂", 10, "厨房水管.."),
        ("厨房水管爆裂", 9, "厨房水.."),
        ("厨房水管爆裂", 3, ".."),
        ("厨房水管爆裂", 2, "厨"),
        ("厨房", 1, ""),
        ("厨房", 0, ""),
        ("abcdef", 5, "abc.."),
        ("e\u{301}e\u{301}e\u{301}e\u{301}", 3, "e\u{301}.."),
    ] {
        assert_eq!(fit(text, cols), want, "{text} in {cols}");
    }
    assert_eq!(pad("厨房", 7, Align::Left), "厨房   ");
    assert_eq!(pad("12.50", 7, Align::Right), "  12.50");
    assert_eq!(pad("厨房", 7, Align::Center), " 厨房  ");
    assert_eq!(pad("厨房水管", 7, Align::Left), "厨房.. ");
}

#[test]
fn wrapping() {
    let wrapped = |text: &str, cols| wrap(text, cols).join("|");
    assert_eq!(wrapped("", 10), "");
    assert_eq!(wrapped("one\n\ntwo", 10), "one||two");
    assert_eq!(wrapped("厨房水管爆裂", 6), "厨房水|管爆裂");
    assert_eq!(wrapped("厨房水管爆裂", 7), "厨房水|管爆裂");
    // No comma begins a line, no bracket ends one.
    assert_eq!(wrapped("厨房水，已关总阀", 6), "厨房|水，已|关总阀");
    assert_eq!(wrapped("他说「水」了", 6), "他说|「水」|了");
    assert_eq!(wrapped("the quick brown fox", 10), "the quick|brown fox");
    assert_eq!(wrapped("the quick", 9), "the quick");
    assert_eq!(wrapped("exactly ten and", 8), "exactly|ten and");
    assert_eq!(wrapped("unbreakablelongword", 8), "unbreaka|blelongw|ord");
    assert_eq!(wrapped("房号3-2-1501漏水", 8), "房号3-2-|1501漏水");
    assert_eq!(wrapped("电话13800005678", 10), "电话|1380000567|8");
    // Nothing but signs: then it cannot be avoided.
    assert_eq!(wrapped("，，，，", 4), "，，|，，");
    assert_eq!(wrapped("中", 1), "中");
    assert_eq!(wrapped("a\r\nb", 5), "a|b");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn cut_text_fits(text in "\\PC{0,40}", cols in 0usize..30) {
        let cut = fit(&text, cols);
        prop_assert!(width(&cut) <= cols);
        prop_assert!(cut == text || cut.ends_with(MARK) || cols <= MARK.len());
        prop_assert!(prefix(&text, cols).len() <= text.len());
        for align in [Align::Left, Align::Right, Align::Center] {
            prop_assert_eq!(width(&pad(&text, cols, align)), cols);
        }
    }

    #[test]
    fn wrapped_text_fits_and_loses_nothing(text in "([a-z]{1,9}|[中文厨房水管]{1,6}|[ ，。」「（）-]|\n|\\PC){0,30}", cols in 2usize..24) {
        let lines = wrap(&text, cols);
        prop_assert!(!lines.is_empty());
        for line in &lines {
            prop_assert!(width(line) <= cols || line.graphemes(true).count() == 1, "{line:?} in {cols}");
        }
        let without_spaces = |s: &str| s.replace([' ', '\n', '\r'], "");
        prop_assert_eq!(without_spaces(&lines.concat()), without_spaces(&text));
    }

    #[test]
    fn lines_begin_and_end_well(words in proptest::collection::vec("[中文厨房]{2,5}", 1..8), cols in 8usize..20) {
        // Signs far enough apart that every one of them can be kept with its neighbour.
        let text: String = words.iter().enumerate().map(|(n, word)| match n % 3 {
            0 => format!("{word}，"),
            1 => format!("「{word}"),
            _ => format!("{word}」"),
        }).collect();
        for line in wrap(&text, cols) {
            prop_assert!(!line.starts_with(['，', '」']), "{line}");
            prop_assert!(!line.ends_with('「'), "{line}");
        }
    }
}
