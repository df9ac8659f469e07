use super::*;

#[test]
fn tags_of_every_habit() {
    for (text, lang) in [
        ("zh-CN", Lang::ZhCn),
        ("zh_CN.UTF-8", Lang::ZhCn),
        ("zh", Lang::ZhCn),
        ("zh-Hans-CN", Lang::ZhCn),
        ("en", Lang::En),
        ("EN-gb", Lang::En),
        (" en_US.utf8 ", Lang::En),
    ] {
        assert_eq!(text.parse(), Ok(lang), "{text}");
    }
    for text in ["", "C", "POSIX", "de_DE", "zhuang", "english"] {
        assert_eq!(text.parse::<Lang>(), Err(UnknownLang(text.into())));
    }
    for lang in Lang::ALL {
        assert_eq!(lang.to_string().parse(), Ok(lang));
        assert_eq!(serde_json::to_string(&lang).unwrap(), format!("\"{lang}\""));
        assert_eq!(serde_json::from_str::<Lang>(&format!("\"{lang}\"")).unwrap(), lang);
        assert_eq!(lang.other().other(), lang);
        assert_ne!(lang.other(), lang);
    }
}

#[test]
fn words_and_missing_words() {
    assert_eq!(t(Lang::ZhCn, "text.lang.name", &[]), "中文");
    assert_eq!(t(Lang::En, "text.lang.name", &[]), "English");
    assert_eq!(t(Lang::ZhCn, "text.show.tomorrow", &[("time", "10:00")]), "明天 10:00");
    assert_eq!(t(Lang::En, "text.nowhere", &[]), "text.nowhere");
    assert_eq!(try_t(Lang::En, "text.nowhere", &[]), None);
    // A table is not a text.
    assert!(!has(Lang::En, "text.lang"));
    assert!(has(Lang::En, "text.lang.name"));
    assert!(keys(Lang::ZhCn).any(|key| key == "text.lang.name"));
}

#[test]
fn what_is_inserted_is_never_looked_at_again() {
    let values = [("a", "%{b}"), ("b", "100%"), ("c", "")];
    for (words, filled) in [
        ("%{a} and %{b}", "%{b} and 100%"),
        ("%{b}%{c}%{b}", "100%100%"),
        ("%{unknown} %{a}", "%{unknown} %{b}"),
        ("50% of 中文%{c}", "50% of 中文"),
        ("open %{a", "open %{a"),
        ("", ""),
    ] {
        assert_eq!(fill(words, &values), filled);
    }
    assert_eq!(placeholders("%{a} 中 %{b}%{a} %{"), ["a", "b", "a"]);
}
