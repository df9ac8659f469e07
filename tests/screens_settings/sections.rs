//! Every section adds, changes and deletes a row at the screen, and the book holds it; in both languages.

use qiantai::counter::operators;
use qiantai::desk::kinds::STANDARD;
use qiantai::desk::people::Role;
use qiantai::desk::promise::{Counting, choose};
use qiantai::store::Store;
use qiantai::text::lang::{Lang, t};

use crate::desk::{BOSS, Desk, GIRL, PIN, morning};

/// The settings with the section of this title shown and its table in use.
fn at(lang: Lang, title: &str) -> Desk {
    let mut desk = Desk::boss(lang);
    desk.press(&["Ctrl+E"]);
    go(&mut desk, title);
    desk
}

/// Goes down the list of sections until this title stands above the table.
#[track_caller]
fn go(desk: &mut Desk, title: &str) {
    for _ in 0..40 {
        if desk.screen().contains(&format!("╭ {title} ")) {
            desk.press(&["Enter"]);
            return;
        }
        desk.press(&["Down"]);
    }
    panic!("there is no section {title}:\n{}", desk.screen());
}

fn section(lang: Lang, id: &str) -> String {
    t(lang, &format!("settings.section.{id}"), &[])
}

fn catalogue(lang: Lang, id: &str) -> String {
    t(lang, &format!("settings.catalogue.{id}"), &[])
}

#[track_caller]
fn saved(desk: &mut Desk, lang: Lang, title: &str) {
    desk.sees(&t(lang, "settings.saved", &[("section", title)]));
}

/// Empties the field and types anew.
fn anew(desk: &mut Desk, text: &str) {
    desk.press(&["End"]);
    for _ in 0..60 {
        desk.press(&["Backspace"]);
    }
    desk.types(text);
}

#[test]
fn the_community_is_changed() {
    for lang in Lang::ALL {
        let title = section(lang, "community");
        let mut desk = at(lang, &title);
        desk.press(&["F6"]);
        anew(&mut desk, "碧水湾");
        desk.press(&["Tab"]).types("0755-26001234").press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        let settings = desk.settings();
        assert_eq!((settings.community.as_str(), settings.telephone.as_str()), ("碧水湾", "0755-26001234"));
        // The time zone is chosen from a list that typing narrows.
        desk.press(&["Down", "Down", "Enter"]).types("Tokyo").press(&["Enter", "Ctrl+S"]);
        assert_eq!(desk.settings().calendar.tz().name(), "Asia/Tokyo");
        desk.press(&["Enter"]).types("Moon").press(&["Ctrl+S"]).sees("Moon");
        assert_eq!(desk.settings().calendar.tz().name(), "Asia/Tokyo");
    }
}

#[test]
fn service_hours_have_several_pieces_a_day_and_none() {
    for lang in Lang::ALL {
        let title = section(lang, "hours");
        let mut desk = at(lang, &title);
        desk.press(&["Enter"]);
        anew(&mut desk, "8:00-12:00 13:30-18:00");
        desk.press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        assert_eq!(desk.settings().calendar.week()[0].len(), 2);
        desk.sees("08:00-12:00, 13:30-18:00");
        // What can't be read stays in the field, with a sentence.
        desk.press(&["Enter"]);
        anew(&mut desk, "18-8");
        desk.press(&["Ctrl+S"]).sees("18-8").sees("13:30-18:00");
        assert_eq!(desk.settings().calendar.week()[0].len(), 2);
        desk.press(&["Esc", "Enter", "End", "F7", "Enter"]);
        assert!(desk.settings().calendar.week()[6].is_empty());
    }
}

#[test]
fn holidays_and_make_up_days_come_change_and_go() {
    for lang in Lang::ALL {
        let title = section(lang, "holidays");
        let mut desk = at(lang, &title);
        desk.press(&["F5"]).types("2027-10-01").press(&["Tab"]).types("2027-10-07").press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        assert_eq!(desk.settings().calendar.holidays().len(), 7);
        desk.press(&["Enter"]);
        anew(&mut desk, "2027-10-08");
        desk.press(&["Ctrl+S"]);
        let days = desk.settings().calendar.holidays().clone();
        assert!(
            days.contains(&"2027-10-08".parse().unwrap()) && !days.contains(&"2027-10-01".parse().unwrap())
        );
        desk.press(&["F7", "Enter"]);
        assert_eq!(desk.settings().calendar.holidays().len(), 6);

        let title = section(lang, "makeup");
        let mut desk = at(lang, &title);
        desk.press(&["Ctrl+N"]).types("2027-10-10").press(&["Tab", "5", "Ctrl+S"]);
        let day = "2027-10-10".parse().unwrap();
        assert_eq!(desk.settings().calendar.makeup()[&day], chrono::Weekday::Fri);
        desk.press(&["F6", "Tab", "1", "Ctrl+S"]);
        assert_eq!(desk.settings().calendar.makeup()[&day], chrono::Weekday::Mon);
        desk.press(&["Ctrl+D", "Enter"]);
        assert!(desk.settings().calendar.makeup().is_empty());
    }
}

#[test]
fn promises_are_added_for_a_category_changed_and_taken_away() {
    for lang in Lang::ALL {
        let title = section(lang, "promises");
        let mut desk = at(lang, &title);
        let stage = t(lang, "stage.repair.arrive", &[]);
        desk.press(&["F5"]).types(&stage).press(&["Enter"]);
        desk.types("gas").press(&["Enter", "1"]).types("20").press(&["Tab", "1", "Ctrl+S"]);
        saved(&mut desk, lang, &title);
        let rule = |desk: &Desk| {
            choose(&desk.settings().promises, "repair.arrive", Some("gas"), Some("urgent")).unwrap().clone()
        };
        assert_eq!((rule(&desk).minutes, rule(&desk).counting), (20, Counting::Clock));
        assert_eq!(rule(&desk).category.as_deref(), Some("gas"));
        // It stands behind the other rules of its stage: the third row.
        desk.press(&["Home", "Down", "Down", "Enter", "Tab", "Tab", "Tab"]);
        anew(&mut desk, "2h");
        desk.press(&["Ctrl+S"]);
        assert_eq!((rule(&desk).minutes, rule(&desk).category.is_some()), (120, true));
        desk.press(&["F7", "Enter"]);
        assert_eq!(rule(&desk).category, None);
        // The last rule without conditions stays.
        let before = desk.settings();
        desk.press(&["Home", "Down", "F7", "Enter"])
            .sees(&t(lang, "counter.why.stage_needs_rule", &[])[..12]);
        assert_eq!(before, desk.settings());
    }
}

#[test]
fn every_catalogue_has_a_name_and_takes_codes() {
    for lang in Lang::ALL {
        let ids: Vec<String> =
            Desk::boss(lang).settings().catalogues.iter().map(|catalogue| catalogue.id.clone()).collect();
        for id in ids {
            let title = catalogue(lang, &id);
            assert_ne!(title, format!("settings.catalogue.{id}"), "a name for the catalogue");
            if id == "complaint-code" {
                continue;
            }
            let mut desk = at(lang, &title);
            desk.press(&["F5"]).types("brand-new").press(&["Tab"]).types("全新").press(&["Tab"]);
            desk.types("Brand new");
            if id == "shift" {
                desk.press(&["Tab"]).types("07:00-15:00");
            }
            desk.press(&["Ctrl+S"]);
            saved(&mut desk, lang, &title);
            assert_eq!(desk.settings().code_name(&id, "brand-new").unwrap().en, "Brand new");
            desk.press(&["End", "F6"]);
            anew(&mut desk, "崭新");
            desk.press(&["Ctrl+S"]);
            assert_eq!(desk.settings().code_name(&id, "brand-new").unwrap().zh, "崭新");
            desk.press(&["F8"]);
            assert!(!desk.settings().offered(&id).iter().any(|(code, _)| *code == "brand-new"));
            desk.press(&["F8"]);
            assert!(desk.settings().offered(&id).iter().any(|(code, _)| *code == "brand-new"));
            desk.press(&["F7", "Enter"]);
            assert_eq!(desk.settings().code_name(&id, "brand-new"), None);
        }
    }
}

#[test]
fn complaint_codes_have_two_levels() {
    for lang in Lang::ALL {
        let title = catalogue(lang, "complaint-code");
        let mut desk = at(lang, &title);
        let parent = desk.settings().code_name("complaint-code", "noise").unwrap().clone();
        desk.press(&["F5"]).types(lang.of(&parent)).press(&["Enter"]).types("drums").press(&["Tab"]);
        desk.types("架子鼓").press(&["Tab"]).types("Drums").press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        let settings = desk.settings();
        let codes: Vec<&str> = settings.offered("complaint-code").into_iter().map(|(code, _)| code).collect();
        let place = codes.iter().position(|code| *code == "noise.drums").unwrap();
        assert!(codes[place - 1].starts_with("noise.") && !codes[place + 1].starts_with("noise."));
        // A parent with sub-codes stays.
        desk.press(&["Home", "F7", "Enter"]);
        assert!(desk.settings().code_name("complaint-code", "service").is_some());
        for _ in 0..place {
            desk.press(&["Down"]);
        }
        desk.press(&["F7", "Enter"]);
        assert_eq!(desk.settings().code_name("complaint-code", "noise.drums"), None);
    }
}

#[test]
fn charges_and_staff_come_change_retire_and_go() {
    for lang in Lang::ALL {
        let title = section(lang, "charges");
        let mut desk = at(lang, &title);
        desk.press(&["F5"])
            .types("piano")
            .press(&["Tab"])
            .types("调琴")
            .press(&["Tab"])
            .types("Tune a piano");
        desk.press(&["Tab"]).types("台").press(&["Tab"]).types("300").press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        assert_eq!(desk.settings().charge("piano").unwrap().price, 30_000);
        desk.press(&["End", "Enter", "Tab", "Tab", "Tab"]);
        anew(&mut desk, "350.50");
        desk.press(&["Ctrl+S"]);
        assert_eq!(desk.settings().charge("piano").unwrap().price, 35_050);
        desk.press(&["F8"]);
        assert!(desk.settings().charge("piano").unwrap().retired);
        desk.press(&["F7", "Enter"]);
        assert_eq!(desk.settings().charge("piano"), None);

        let title = section(lang, "staff");
        let mut desk = at(lang, &title);
        let department = desk.settings().code_name("department", "engineering").unwrap().clone();
        desk.press(&["F5"]).types("李强").press(&["Tab"]).types(lang.of(&department)).press(&["Tab"]);
        desk.types("13800005678").press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        assert_eq!(desk.settings().staff_member("李强").unwrap().department, "engineering");
        desk.press(&["End", "Enter", "Tab", "Tab"]);
        anew(&mut desk, "13900001122");
        desk.press(&["Ctrl+S"]);
        assert_eq!(desk.settings().staff_member("李强").unwrap().phone.as_deref(), Some("13900001122"));
        desk.press(&["F7", "Enter"]);
        assert_eq!(desk.settings().staff_member("李强"), None);
    }
}

#[test]
fn operators_come_change_role_are_disabled_and_get_a_new_pin() {
    for lang in Lang::ALL {
        let title = section(lang, "operators");
        let mut desk = at(lang, &title);
        desk.press(&["F5"]).types("陈静").press(&["Tab", "1"]).types("135790").press(&["Tab"]);
        desk.misses("135790").types("135791").press(&["Ctrl+S"]).sees("陈静");
        desk.sees(&t(lang, "settings.why.pins_differ", &[]))
            .press(&["Backspace"])
            .types("0")
            .press(&["Ctrl+S"]);
        saved(&mut desk, lang, &title);
        let of = |desk: &Desk, name: &str| {
            desk.app.store().operators().unwrap().into_iter().find(|o| o.name == name).unwrap()
        };
        assert_eq!(of(&desk, "陈静").role, Role::Receptionist);
        choose_row(&mut desk, "陈静");
        desk.press(&["F6", "2", "Ctrl+S"]);
        assert_eq!(of(&desk, "陈静").role, Role::Supervisor);
        desk.press(&["F8"]);
        assert!(of(&desk, "陈静").disabled);
        choose_row(&mut desk, "陈静");
        desk.press(&["F8"]);
        assert!(!of(&desk, "陈静").disabled);
        desk.press(&["F9"]).types("913572").press(&["Tab"]).types("913572").press(&["Ctrl+S"]);
        desk.press(&["Ctrl+L"]);
        // Nobody takes the own role away.
        let mut desk = at(lang, &title);
        choose_row(&mut desk, BOSS);
        desk.press(&["F6", "1", "Ctrl+S"]);
        assert_eq!(of(&desk, BOSS).role, Role::Supervisor);
    }
}

/// Goes down the table to the row of that name.
#[track_caller]
fn choose_row(desk: &mut Desk, name: &str) {
    desk.press(&["Home"]);
    for _ in 0..20 {
        if chosen(desk).contains(name) {
            return;
        }
        desk.press(&["Down"]);
    }
    panic!("there is no row of {name}:\n{}", desk.screen());
}

/// The row that the table has chosen.
fn chosen(desk: &mut Desk) -> String {
    let screen = desk.screen();
    let row = screen.lines().find_map(|line| line.split_once("││▌").map(|(_, row)| row.to_owned()));
    row.unwrap_or_default()
}

#[test]
fn phrases_and_rules_come_change_and_go() {
    for lang in Lang::ALL {
        for (id, first) in [("phrases", "phrases.sort.greeting"), ("etiquette", "phrases.topic.telephone")] {
            let title = section(lang, id);
            let mut desk = at(lang, &title);
            let holds = |desk: &Desk, text: &str| {
                let settings = desk.settings();
                let phrases = settings.phrases.iter().map(|phrase| &phrase.text.zh);
                phrases.chain(settings.etiquette.iter().map(|rule| &rule.text.zh)).any(|zh| zh == text)
            };
            let all = |desk: &Desk| desk.settings().phrases.len() + desk.settings().etiquette.len();
            let before = all(&desk);
            desk.press(&["F5"]).types(&t(lang, first, &[])).press(&["Tab"]).types("请留步").press(&["Tab"]);
            desk.types("Please stay a moment").press(&["Ctrl+S"]);
            saved(&mut desk, lang, &title);
            assert!(holds(&desk, "请留步"));
            desk.press(&["Home", "F6", "Tab"]);
            anew(&mut desk, "改过的话");
            desk.press(&["Ctrl+S"]);
            assert!(holds(&desk, "改过的话"));
            desk.press(&["Home", "F7", "Enter"]);
            assert!(!holds(&desk, "改过的话"));
            assert_eq!(all(&desk), before);
        }
    }
}

#[test]
fn what_a_person_sets_alone_is_shown_and_taken_at_once() {
    for lang in Lang::ALL {
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Desk::in_directory(lang, directory.path());
        desk.press(&["Ctrl+E", "Enter"]).sees(&t(lang, "ui.theme.dark", &[]));
        let other = if lang == Lang::ZhCn { "2" } else { "1" };
        desk.press(&["Enter", other, "Ctrl+S"]).sees(&section(lang.other(), "hours"));
        desk.press(&["Down", "Enter", "2", "Ctrl+S"]).sees(&t(lang.other(), "ui.theme.light", &[]));
        desk.press(&["Down", "Enter"]).types("802615").press(&["Tab"]).types("802615").press(&["Ctrl+S"]);
        let mut book = Store::open(directory.path(), STANDARD).unwrap();
        assert!(operators::login(&mut book, BOSS, PIN, morning()).is_err());
        assert!(operators::login(&mut book, BOSS, "802615", morning()).is_ok());
        // A receptionist sets the own things too.
        let mut desk = Desk::new(lang, GIRL, (120, 36));
        desk.press(&["Ctrl+E", "Enter", "Down", "Enter", "3", "Ctrl+S"]).sees(&t(lang, "ui.theme.16", &[]));
    }
}
