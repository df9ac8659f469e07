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
