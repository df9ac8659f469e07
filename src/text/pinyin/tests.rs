use proptest::prelude::*;

use super::*;

#[test]
fn surnames_have_their_own_reading_first() {
    for (name, initials, full) in [
        ("张建国", "zjg", "zhangjianguo"),
        ("单雄信", "sxx", "shanxiongxin"),
        ("曾国藩", "zgf", "zengguofan"),
        ("仇英", "qy", "qiuying"),
        ("翟天临", "ztl", "zhaitianlin"),
        ("解晓东", "xxd", "xiexiaodong"),
        ("查良镛", "zly", "zhaliangyong"),
        ("区志强", "ozq", "ouzhiqiang"),
        ("尉迟恭", "ycg", "yuchigong"),
        ("万俟卨", "mqx", "moqixie"),
        ("长孙无忌", "zswj", "zhangsunwuji"),
        ("朴灿烈", "pcl", "piaocanlie"),
        ("万晓", "wx", "wanxiao"),
    ] {
        let keys = keys(name);
        assert_eq!(keys.initials[0], initials, "{name}: {keys:?}");
        assert_eq!(keys.full[0], full, "{name}: {keys:?}");
    }
}

#[test]
fn other_readings_are_keys_too() {
    let has = |name: &str, key: &str| {
        let keys = keys(name);
        keys.initials.iter().chain(&keys.full).any(|known| known == key)
    };
    for (name, key) in [
        ("单雄信", "danxiongxin"),
        ("单雄信", "dxx"),
        ("曾国藩", "cgf"),
        ("仇英", "chouying"),
        ("区志强", "quzhiqiang"),
        ("张长乐", "zhangchangle"),
        ("张长乐", "zhangzhangyue"),
        ("尉迟恭", "weichigong"),
        ("吕布", "lvbu"),
        ("吕布", "lubu"),
        ("略阳", "lveyang"),
        ("略阳", "lueyang"),
        ("李A", "lia"),
        ("Ａnna 王", "annawang"),
        ("张三2", "zs2"),
        ("阿卜杜拉·买买提", "abdlmmt"),
    ] {
        assert!(has(name, key), "{name} by {key}: {:?}", keys(name));
    }
    assert_eq!(keys("🙂 —"), Keys::default());
    assert_eq!(keys(""), Keys::default());
}

#[test]
fn every_surname_of_the_list_is_one_or_two_characters_with_readings() {
    for (name, syllables) in &SURNAMES.double {
        assert_eq!((name.chars().count(), syllables.len()), (2, 2), "{name}");
    }
    for (c, syllables) in &SURNAMES.single {
        assert!(c.to_pinyin_multi().is_some() && !syllables.is_empty(), "{c}");
        assert_eq!(keys(&format!("{c}一")).full[0], format!("{}yi", syllables[0]));
    }
}

proptest! {
    #[test]
    fn keys_are_bounded_and_typeable(name in "(\\PC|[单曾重长乐行朝觉了都还吕]){0,60}") {
        let keys = keys(&name);
        for list in [&keys.initials, &keys.full] {
            prop_assert!(list.len() <= MAX_KEYS);
            for key in list {
                prop_assert!(!key.is_empty());
                prop_assert!(key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{key:?}");
                prop_assert_eq!(list.iter().filter(|other| *other == key).count(), 1);
            }
        }
        prop_assert_eq!(keys.initials.is_empty(), keys.full.is_empty());
    }
}

#[test]
fn a_name_begins_with_a_word_where_one_of_its_keys_does() {
    let words = [
        "z", "zjg", "zh", "v", "u", "lv", "lu", "s", "sh", "d", "dan", "o", "ou", "q", "qu", "a", "1", "m",
        "x", "",
    ];
    let names = [
        "张建国",
        "单雄信",
        "区志强",
        "吕布",
        "略阳",
        "万俟卨",
        "尉迟恭",
        "Ａnna 王",
        "2号",
        "🙂 —",
        "",
        "阿卜杜拉·买买提",
        "·张三",
    ];
    let mut begun = 0;
    for name in names {
        let keys = keys(name);
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            let wanted = keys.initials.iter().chain(&keys.full).any(|key| key.starts_with(word));
            assert_eq!(begins(name, word), wanted, "{name} {word}");
            begun += usize::from(wanted);
        }
    }
    assert!(begun > 15, "{begun}");
}

proptest! {
    #[test]
    fn any_name_begins_with_the_beginnings_of_its_keys(name in "[\u{4e00}-\u{9fa5}a-zA-Z ]{0,4}", length in 1_usize..9) {
        let keys = keys(&name);
        for key in keys.initials.iter().chain(&keys.full) {
            let word: String = key.chars().take(length).collect();
            prop_assert!(begins(&name, &word), "{name} {word}");
        }
    }
}
