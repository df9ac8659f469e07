//! Phrases: found by typing, put into what is being written, at hand at a refusal and at the end.

use qiantai::text::lang::Lang;

use crate::desk::{Desk, GIRL};

fn said(lang: Lang, chinese: &'static str, english: &'static str) -> &'static str {
    match lang {
        Lang::ZhCn => chinese,
        Lang::En => english,
    }
}

#[test]
fn every_sort_and_topic_is_there_in_both_languages_and_sizes() {
    for lang in Lang::ALL {
        for size in [(80, 24), (120, 36)] {
            let mut desk = Desk::new(lang, GIRL, size);
            desk.press(&["Ctrl+G"]).sees(said(lang, "问候语", "Greeting"));
            desk.sees(said(lang, "您好,蔚蓝新都物业服务中心", "Hello, 蔚蓝新都 service centre"));
            let settings = desk.settings();
            let sorts = settings.phrases.iter().map(|phrase| format!("phrases.sort.{}", phrase.sort));
            let topics = settings.etiquette.iter().map(|rule| format!("phrases.topic.{}", rule.topic));
            for key in sorts.chain(topics) {
                assert!(qiantai::text::lang::has(lang, &key), "{key}");
            }
            // The last rule is reached, and the chosen one is shown whole.
            let all = settings.phrases.len() + settings.etiquette.len();
            for _ in 0..all {
                desk.press(&["Down"]);
            }
            desk.sees(said(lang, "离开时把办公椅推回", "cards for visitors"));
            desk.press(&["Esc"]).misses(said(lang, "离开时把办公椅推回", "cards for visitors"));
        }
    }
}

#[test]
fn typing_finds_words_pinyin_sorts_and_the_other_language() {
    let mut desk = Desk::boss(Lang::ZhCn);
    desk.press(&["Ctrl+G"]).types("3 声").sees("电话铃响 3 声内必须接听").misses("您走好");
    desk.press(&["Ctrl+G", "Ctrl+G"]).types("nzhzj").sees("您走好").misses("3 声");
    desk.press(&["Ctrl+G", "Ctrl+G"]).types("道谢").sees("非常感谢").misses("您走好");
    desk.press(&["Ctrl+G", "Ctrl+G"]).types("three rings").sees("电话铃响").misses("非常感谢");
    desk.press(&["Ctrl+G", "Ctrl+G"]).types("没有这句").sees("没有找到");
}

#[test]
fn a_phrase_goes_into_the_long_text_under_way_and_into_nothing_else() {
    for lang in Lang::ALL {
        let mut desk = Desk::new(lang, GIRL, (120, 36));
        desk.press(&["F2", "Ctrl+G"]).types(said(lang, "再说一遍", "say that again"));
        // The household is being typed: nothing takes a phrase there.
        desk.misses(said(lang, "填入正在写的内容", "put it into the text"));
        desk.press(&["Enter"]).sees("LD");
        let offered = said(lang, "填入正在写的内容", "put it into the text");
        for _ in 0..10 {
            desk.press(&["Tab", "Ctrl+G"]);
            if desk.screen().contains(offered) {
                break;
            }
            desk.press(&["Ctrl+G"]);
        }
        desk.sees(offered);
        desk.press(&["Esc"]).types("A");
        desk.press(&["Ctrl+G"]).types(said(lang, "再说一遍", "say that again")).press(&["Enter"]);
        desk.types("B").sees(said(lang, "A对不起,请您再说一遍,好吗?B", "ASorry, could you say that again?B"));
    }
}

#[test]
fn an_apology_stands_at_a_refusal_and_a_farewell_at_the_end() {
    for lang in Lang::ALL {
        let mut desk = Desk::boss(lang);
        desk.press(&["F2"]).sees(said(lang, "您好,蔚蓝新都物业服务中心", "Hello, 蔚蓝新都 service centre"));
        desk.press(&["Esc", "F3"]).sees(said(lang, "欢迎光临", "Welcome"));
        desk.press(&["Esc"]);
        let mut values = qiantai::desk::field::Values::new();
        for (key, value) in [("contact", "单田芳"), ("phone", "13800005678"), ("applicant_role", "owner")]
        {
            values.insert(key.into(), value.into());
        }
        values.insert("unit".into(), "3-2-1501".into());
        values.insert("purpose".into(), "moving".into());
        values.insert("lines".into(), serde_json::json!([{ "name": "沙发", "count": 1 }]));
        desk.app.apply(qiantai::ui::cx::Message::NewCase("release-pass".into(), values));
        desk.press(&["Ctrl+S", "6"]).sees("1124-001");
        desk.app.apply(qiantai::ui::cx::Message::Act("FX-20261124-001".into(), "refuse"));
        desk.sees(said(
            lang,
            "「对不起」 「很抱歉,这种情况",
            "\"I am sorry\" \"I am very sorry, in this case",
        ));
        desk.types("单据不全").press(&["Ctrl+S"]);
        desk.sees(said(lang, "「您走好,再见」", "\"Take care, goodbye\""));
    }
}
