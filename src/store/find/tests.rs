use super::*;
use crate::desk::household::{Household, Occupancy, Papers};
use crate::desk::kinds::Kinds;

fn household(unit: &str, residents: &[(&str, Relation, &[&str])]) -> Household {
    Household {
        unit: unit.to_owned(),
        area: None,
        occupancy: Occupancy::MovedIn,
        moved_in: None,
        arrears: 0,
        note: String::new(),
        papers: Papers::default(),
        residents: residents
            .iter()
            .map(|(name, relation, phones)| Resident {
                name: (*name).to_owned(),
                relation: *relation,
                phones: phones.iter().map(|phone| (*phone).to_owned()).collect(),
            })
            .collect(),
    }
}

fn book(households: &[Household]) -> Store {
    let mut store = Store::in_memory(Kinds(&[])).unwrap();
    store
        .write(|tx| -> Result<()> { households.iter().try_for_each(|household| tx.put_household(household)) })
        .unwrap();
    store
}

fn estate() -> Store {
    use Relation::{Family, Owner, Tenant};
    book(&[
        household(
            "3-2-1501",
            &[("张建国", Owner, &["13800005678"]), ("李梅", Family, &["13900001122", "0755-12345678"])],
        ),
        household("3-20-1501", &[("郑建刚", Tenant, &["13600000923"])]),
        household("1-1-0904", &[("单雄信", Owner, &["13711112222"])]),
        household("1-1-905", &[("曾国藩", Owner, &["13711113333"])]),
        household("1-2-101", &[("仇英", Owner, &["13711114444"])]),
        household("1-2-102", &[("翟志刚", Owner, &["13711115555"])]),
        household("1-2-103", &[("解缙", Owner, &["13711116666"])]),
        household("1-2-104", &[("查良镛", Owner, &["13711117777"])]),
        household(
            "2-1-1501",
            &[("吕布", Owner, &["13711118888"]), ("O'Neil John", Tenant, &["+441632960961"])],
        ),
        household("A-1203", &[]),
    ])
}

fn found(store: &Store, query: &str) -> Vec<String> {
    store
        .find_households(query, 5)
        .unwrap()
        .into_iter()
        .map(|hit| format!("{} {}", hit.unit, hit.resident.unwrap_or_default()))
        .collect()
}

#[test]
fn finds_by_everything_that_is_said_at_a_counter() {
    let store = estate();
    for (query, first) in [
        // Units in every form.
        ("3-2-1501", "3-2-1501 张建国"),
        ("3 2 1501", "3-2-1501 张建国"),
        ("３－２－１５０１", "3-2-1501 张建国"),
        ("321501", "3-2-1501 张建国"),
        ("3栋2单元1501", "3-2-1501 张建国"),
        ("3栋2单元1501室", "3-2-1501 张建国"),
        ("3-2-15", "3-2-1501 张建国"),
        ("3-2", "3-2-1501 张建国"),
        ("3-2-", "3-2-1501 张建国"),
        ("3栋2单元", "3-2-1501 张建国"),
        ("3-20", "3-20-1501 郑建刚"),
        ("0904", "1-1-0904 单雄信"),
        ("a1203", "A-1203 "),
        ("Ａ－１２０３", "A-1203 "),
        // Telephones.
        ("13800005678", "3-2-1501 张建国"),
        ("138 0000 5678", "3-2-1501 张建国"),
        ("+86 138-0000-5678", "3-2-1501 张建国"),
        ("１３８０００", "3-2-1501 张建国"),
        ("5678", "3-2-1501 张建国"),
        ("00005678", "3-2-1501 张建国"),
        ("1122", "3-2-1501 李梅"),
        ("12345678", "3-2-1501 李梅"),
        ("0755-12345678", "3-2-1501 李梅"),
        ("0961", "2-1-1501 O'Neil John"),
        // Names.
        ("张建国", "3-2-1501 张建国"),
        ("张", "3-2-1501 张建国"),
        ("建国", "3-2-1501 张建国"),
        ("张 建 国", "3-2-1501 张建国"),
        ("建刚", "3-20-1501 郑建刚"),
        ("john", "2-1-1501 O'Neil John"),
        ("Ｏ'Neil", "2-1-1501 O'Neil John"),
        // Pinyin.
        ("zjg", "3-2-1501 张建国"),
        ("ＺＪＧ", "3-2-1501 张建国"),
        ("zhangjianguo", "3-2-1501 张建国"),
        ("zhang jianguo", "3-2-1501 张建国"),
        ("zhangjian", "3-2-1501 张建国"),
        ("zhengjg", ""),
        ("lvbu", "2-1-1501 吕布"),
        ("lübu", "2-1-1501 吕布"),
        ("shanxiongxin", "1-1-0904 单雄信"),
        ("sxx", "1-1-0904 单雄信"),
        ("danxiongxin", "1-1-0904 单雄信"),
        ("zengguofan", "1-1-905 曾国藩"),
        ("zgf", "1-1-905 曾国藩"),
        ("qiuying", "1-2-101 仇英"),
        ("qy", "1-2-101 仇英"),
        ("zhaizhigang", "1-2-102 翟志刚"),
        ("xiejin", "1-2-103 解缙"),
        ("xj", "1-2-103 解缙"),
        ("zhaliangyong", "1-2-104 查良镛"),
        ("zly", "1-2-104 查良镛"),
    ] {
        let hits = found(&store, query);
        assert_eq!(hits.first().map_or("", String::as_str), first, "{query}: {hits:?}");
    }
    for nothing in
        ["", "   ", "---", "！？", "不存在的人", "99-99-9999", "19999999999", "\u{1b}[2J", "%", "_"]
    {
        assert_eq!(found(&store, nothing), Vec::<String>::new(), "{nothing:?}");
    }
}

#[test]
fn the_best_comes_first_and_always_in_the_same_order() {
    let store = estate();
    // A room before the tail of a telephone; rooms in the order of their places.
    assert_eq!(found(&store, "1501"), ["2-1-1501 吕布", "3-2-1501 张建国", "3-20-1501 郑建刚"]);
    // Both have these initials; the order is that of the places.
    assert_eq!(found(&store, "zjg"), ["3-2-1501 张建国", "3-20-1501 郑建刚"]);
    // Each resident of a household has a line of its own when found by name.
    let same = book(&[household(
        "1-1-101",
        &[("张三", Relation::Owner, &["13800000001"]), ("张四", Relation::Family, &["13800000002"])],
    )]);
    assert_eq!(found(&same, "张"), ["1-1-101 张三", "1-1-101 张四"]);
    let hit = &same.find_households("0002", 5).unwrap()[0];
    assert_eq!((hit.relation, hit.phone.as_deref()), (Some(Relation::Family), Some("13800000002")));
}

#[test]
fn what_is_changed_is_found_by_what_it_is_now() {
    let mut store = estate();
    let mut changed = store.household("3-2-1501").unwrap().unwrap();
    changed.residents[0].phones = vec!["13500009999".to_owned()];
    changed.residents[0].name = "王强".to_owned();
    store.write(|tx| tx.put_household(&changed)).unwrap();
    assert_eq!(found(&store, "5678"), ["3-2-1501 李梅"], "the landline ends so, the mobile is gone");
    assert_eq!(found(&store, "9999"), ["3-2-1501 王强"]);
    assert_eq!(found(&store, "张建国"), Vec::<String>::new());
    assert_eq!(found(&store, "wangqiang"), ["3-2-1501 王强"]);
}

/// Everything that households are found by.
fn keys(store: &Store) -> Vec<(String, String, String, i64)> {
    let mut statement = store
        .read()
        .prepare("SELECT sort, key, h.unit, position FROM find_key k JOIN household h ON h.id = k.household")
        .unwrap();
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).unwrap();
    let mut keys: Vec<_> = rows.map(std::result::Result::unwrap).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn a_household_that_was_changed_often_has_the_keys_of_one_that_is_new() {
    use Relation::{Family, Owner, Tenant};
    let forms: [&[(&str, Relation, &[&str])]; 6] = [
        &[("张建国", Owner, &["13800005678"]), ("李梅", Family, &["13900001122"])],
        &[("李梅", Family, &["13900001122"]), ("张建国", Owner, &["13800005678", "13800005678"])],
        &[("李梅", Owner, &["13900001122"])],
        &[],
        &[("单雄信", Tenant, &[]), ("单雄信", Tenant, &["13700000000"])],
        &[("张建国", Owner, &[]), ("张建", Family, &["0755-12345678"]), ("李梅", Family, &[])],
    ];
    let mut store = book(&[household("3-2-101", &[("王强", Owner, &["13500009999"])])]);
    for (from, to) in (0..forms.len()).flat_map(|from| (0..forms.len()).map(move |to| (from, to))) {
        for form in [from, to] {
            store.write(|tx| tx.put_household(&household("3-2-1501", forms[form]))).unwrap();
        }
        let fresh = book(&[
            household("3-2-101", &[("王强", Owner, &["13500009999"])]),
            household("3-2-1501", forms[to]),
        ]);
        assert_eq!(keys(&store), keys(&fresh), "{from} → {to}");
    }
}

#[test]
fn every_question_is_a_range_of_one_index() {
    let store = estate();
    let mut statement = store.read().prepare(&format!("EXPLAIN QUERY PLAN {CANDIDATES}")).unwrap();
    let plan: Vec<String> = statement
        .query_map(params!["u", "3", "4", 10], |row| row.get(3))
        .unwrap()
        .collect::<std::result::Result<_, _>>()
        .unwrap();
    assert_eq!(plan, ["SEARCH find_key USING PRIMARY KEY (sort=? AND key>? AND key<?)"]);
}

#[test]
fn every_sort_of_question_finds_somebody_among_twenty_thousand_households() {
    let (family, given) = ("王李张刘陈杨黄赵吴周", "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞");
    let names: Vec<String> = family
        .chars()
        .flat_map(|f| given.chars().flat_map(move |g| given.chars().map(move |h| format!("{f}{g}{h}"))))
        .collect();
    let households: Vec<Household> = (0..20_000_usize)
        .map(|n| {
            let unit = format!("{}-{}-{}", n / 400 + 1, n / 100 % 4 + 1, (n % 100 / 4 + 1) * 100 + n % 4 + 1);
            let phone = format!("138{:08}", n * 4999 % 100_000_000);
            household(&unit, &[(&names[n % names.len()], Relation::Owner, &[&phone])])
        })
        .collect();
    let store = book(&households);
    for query in ["3-2-1501", "1501", "1", "138", "张", "王伟芳", "芳", "zwf", "z", "zhang", "5678"] {
        assert!(!store.find_households(query, 10).unwrap().is_empty(), "{query}");
    }
}

#[test]
fn a_room_is_found_and_spelled_with_and_without_the_zeros_before_it() {
    let store = estate();
    for (said, unit) in [
        ("1-1-904", "1-1-0904"),
        ("1 1 904", "1-1-0904"),
        ("1栋1单元904室", "1-1-0904"),
        ("1-1-0904", "1-1-0904"),
        ("1-1-0905", "1-1-905"),
        ("1-1-905", "1-1-905"),
    ] {
        let first = found(&store, said).into_iter().next().unwrap_or_default();
        assert!(first.starts_with(&format!("{unit} ")), "{said}: {first}");
        assert_eq!(store.spelled(said).unwrap(), unit, "{said}");
    }
    // What no household is called stays as it is, in its plain form.
    for (said, plain) in [("9-9-904", "9-9-904"), ("3－2－1501", "3-2-1501"), (" 2栋电梯 ", "2栋电梯")]
    {
        assert_eq!(store.spelled(said).unwrap(), plain);
    }
}
